"""Runs one of our modules as the command line would, but that push services' names lead to the lab.

    python -m tests.journeys.pushlab.serve backend.web.server

Name resolution and the trusted certificate are the only things that differ; every rule of the sender stands.
"""

import os
import runpy
import ssl
import sys

import msgspec

from backend.notifications import engine
from backend.settings import SETTINGS
from tests.journeys.pushlab.service import PORT_NAME, TRUST_NAME
from tests.push.service import ToThisMachine


def main() -> None:
    """Lead the engine to the lab, then be the module."""
    engine.use(
        msgspec.structs.replace(
            engine.carrier_of(SETTINGS),
            resolver=ToThisMachine(int(os.environ[PORT_NAME])),
            tls=ssl.create_default_context(cafile=os.environ[TRUST_NAME]),
        )
    )
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=False)


if __name__ == "__main__":
    main()

"""A worker as `./porchlight worker` starts it, whose push services are on this machine and whose waits are short.

Arguments: the port of the services, the file of their certificate, messages a second for each service.
"""

import ssl
import sys

from backend import jobs, worker
from backend.notifications import deliveries, engine
from push import answers, send
from push.send import Carrier
from tests.push.browser import SUBJECT
from tests.push.service import ToThisMachine

ORIGIN = "https://portal.example.gov"


def main() -> None:
    port, certificate, rate = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    jobs.LEASE_S = 3.0
    deliveries.LEASE_S = 8  # type: ignore[misc]
    send.TOTAL_S = 4.0  # type: ignore[misc]
    answers.BACKOFF_S = (1.0, 2.0, 4.0, 4.0, 4.0)  # type: ignore[misc]
    trusting = ssl.create_default_context(cafile=certificate)
    engine.use(Carrier(origin=ORIGIN, subject=SUBJECT, resolver=ToThisMachine(port), tls=trusting, max_rate=rate))
    worker.main()


if __name__ == "__main__":
    main()

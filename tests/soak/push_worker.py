"""A worker as `./porchlight worker` starts it, whose push services are on this machine and whose waits are short.

Arguments: the port of the services, the file of their certificate, messages a second for each service, seconds for one answer.
"""

import ssl
import sys

from backend import jobs, worker
from backend.notifications import deliveries, engine
from backend.notifications.jobs import SWEEP
from push import answers, send
from push.send import Carrier
from tests.push.browser import SUBJECT
from tests.push.service import ToThisMachine

ORIGIN = "https://portal.example.gov"


def main() -> None:
    port, certificate, rate, patience_s = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    jobs.LEASE_S = 3.0
    jobs.HANDLERS[SWEEP] = jobs.HANDLERS[SWEEP]._replace(every_s=1.0)
    deliveries.LEASE_S = int(patience_s * 2)  # type: ignore[misc]
    send.TOTAL_S = patience_s  # type: ignore[misc]
    answers.BACKOFF_S = (1.0, 2.0, 4.0, 4.0, 4.0)  # type: ignore[misc]
    trusting = ssl.create_default_context(cafile=certificate)
    engine.use(Carrier(origin=ORIGIN, subject=SUBJECT, resolver=ToThisMachine(port), tls=trusting, max_rate=rate))
    worker.main()


if __name__ == "__main__":
    main()

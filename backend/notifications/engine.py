"""This process's push engine: made when it is first needed, from the settings and the secret of the installation."""

import msgspec

from backend.installation import installation_secret
from backend.settings import SETTINGS, Settings
from push.endpoint import AllowList
from push.keys import KeyRing
from push.pace import Paces
from push.secrets import Secrets
from push.send import Carrier, Sender


class Engine(msgspec.Struct, frozen=True):
    """What sending needs: what is keyed, our signing keys, the list of hosts, the open sender, and the services' paces."""

    secrets: Secrets
    keys: KeyRing
    hosts: AllowList
    sender: Sender
    paces: Paces


_engine: Engine | None = None
_carrier: Carrier | None = None


async def engine() -> Engine:
    """The engine of this process, opened once."""
    global _engine
    if _engine is None:
        carrier = _carrier or carrier_of(SETTINGS)
        sealed = Secrets(installation_secret(SETTINGS))
        _engine = Engine(sealed, KeyRing(sealed), carrier.hosts, await Sender(carrier).open(), Paces(carrier.max_rate))
    return _engine


async def close() -> None:
    """Ends its connections; the next use opens it again."""
    global _engine
    held, _engine = _engine, None
    if held is not None:
        await held.sender.close()


def use(carrier: Carrier | None) -> None:
    """Sends by this carrier from now on; none goes back to the settings. Only before the engine is opened."""
    global _carrier
    if _engine is not None:
        raise RuntimeError("the push engine is open: close it first")
    _carrier = carrier


def carrier_of(settings: Settings) -> Carrier:
    """How production reaches push services."""
    return Carrier(origin=settings.origin, subject=settings.vapid_subject, hosts=AllowList(settings.push_hosts))

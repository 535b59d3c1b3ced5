"""This process's push engine: made when it is first needed, from the settings and the secret of the installation."""

import base64
import secrets as random
from pathlib import Path
from typing import Final

import msgspec

from backend.settings import SETTINGS, Settings
from push.endpoint import AllowList
from push.keys import KeyRing
from push.pace import Paces
from push.secrets import MIN_SECRET_BYTES, Secrets
from push.send import Carrier, Sender

SECRET_FILE: Final = "secret"  # noqa: S105 (the name of a file)


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


def installation_secret(settings: Settings) -> bytes:
    """PORCHLIGHT_SECRET where it is set (several machines must share it), else a file made once in the data folder."""
    written = settings.secret or _kept_in(settings.data / SECRET_FILE)
    try:
        secret = base64.b64decode(written, validate=True)
    except ValueError:
        secret = b""
    if len(secret) < MIN_SECRET_BYTES:
        raise SystemExit("PORCHLIGHT_SECRET has to be at least 32 random bytes in base64.")
    return secret


def _kept_in(path: Path) -> str:
    """Reads the file, or makes it; of several processes that make it at once, one wins and all read the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_name(f"{path.name}.{random.token_hex(8)}")
        mine.touch(mode=0o600)
        mine.write_bytes(base64.b64encode(random.token_bytes(MIN_SECRET_BYTES)))
        try:
            path.hardlink_to(mine)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return path.read_text("ascii").strip()

"""Our signing keys as the database keeps them: sealed, several at a time, the newest handed out, none lost."""

import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from push.secrets import Secrets
from push.tables import PushSubscription, VapidKey
from push.vapid import Key, make_key

FRESH_S: Final = 30.0


class WrongSecret(RuntimeError):
    """The stored keys were sealed with another secret than this process has."""


class KeyRing:
    """Reads keys and keeps them in memory; looks again when asked for one it does not know, and every half minute."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._keys: dict[UUID, Key] = {}
        self._newest: Key | None = None
        self._read_at = -FRESH_S

    async def get(self, key_id: UUID) -> Key | None:
        """The key that a subscription was made with; none when it is retired or unknown."""
        if key_id not in self._keys:
            await self._read()
        return self._keys.get(key_id)

    async def newest(self) -> Key:
        """The key for new subscriptions. Only a database without any key gets its first one made here."""
        if self._newest is None or time.monotonic() - self._read_at > FRESH_S:
            await self._read()
        if self._newest is None:
            await self._make(only_if_none=True)
        if self._newest is None:
            raise RuntimeError("every signing key is retired: make a new one with rotate")
        return self._newest

    async def rotate(self) -> Key:
        """A new key beside the old ones. Subscriptions keep theirs until their app starts again and moves."""
        await self._make(only_if_none=False)
        return await self.newest()

    async def retire_unused(self) -> int:
        """Retires every key but the newest that no living subscription was made with; answers how many."""
        newest = await self.newest()
        in_use = PushSubscription.select(PushSubscription.vapid_key_id).where(PushSubscription.state.is_in(["active"]))
        used = {row["vapid_key_id"] for row in await in_use}
        idle = [key_id for key_id in self._keys if key_id != newest.id and key_id not in used]
        if idle:
            await VapidKey.update({VapidKey.retired_at: datetime.now(UTC)}).where(VapidKey.id.is_in(idle))
            await self._read()
        return len(idle)

    async def _make(self, *, only_if_none: bool) -> None:
        engine = VapidKey._meta.db
        async with engine.transaction():
            await VapidKey.raw("LOCK TABLE vapid_key IN SHARE ROW EXCLUSIVE MODE")
            if not (only_if_none and await VapidKey.exists()):
                public, pem = make_key()
                sealed = self._secrets.seal(pem, public.encode())
                await VapidKey.insert(VapidKey(public_key=public, private_key=sealed))
        await self._read()

    async def _read(self) -> None:
        rows = await VapidKey.select().where(VapidKey.retired_at.is_null()).order_by(VapidKey.created_at)
        self._keys = {row["id"]: self._keys.get(row["id"]) or self._open(row) for row in rows}
        self._newest = self._keys[rows[-1]["id"]] if rows else None
        self._read_at = time.monotonic()

    def _open(self, row: dict[str, object]) -> Key:
        public, sealed = str(row["public_key"]), row["private_key"]
        if not isinstance(sealed, bytes) or not isinstance(row["id"], UUID):
            raise TypeError("not a row of vapid_key")
        try:
            return Key(UUID(str(row["id"])), public, self._secrets.open(sealed, public.encode()))
        except InvalidTag:
            raise WrongSecret("the push keys were sealed with another secret: set the one they were made with") from None

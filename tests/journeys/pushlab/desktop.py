"""A desktop of its own for one browser: a private message bus and the notification service on it.

It keeps what the operating system was asked to show, which is what a passer-by would read, and can press it as a person would.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from dbus_fast.aio.message_bus import MessageBus
from dbus_fast.annotations import DBusDict, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_signal

NAME: Final = "org.freedesktop.Notifications"
PATH: Final = "/org/freedesktop/Notifications"
PATIENCE_S: Final = 60.0

Words = Annotated[list[str], DBusSignature("as")]
About = Annotated[tuple[str, str, str, str], DBusSignature("ssss")]
Closed = Annotated[list[int], DBusSignature("uu")]
Pressed = Annotated[list[Any], DBusSignature("us")]


@dataclass(frozen=True)
class Shown:
    """One notification as the desktop was asked to show it. ``body`` begins with the site's name, which browsers add."""

    id: int
    title: str
    body: str
    actions: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the page asked for, without the browser's line about the site."""
        return self.body.rpartition("\n")[2]


class Desktop(ServiceInterface):
    """The notification service. ``history`` holds everything that was ever shown, ``open`` what still stands."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.history: list[Shown] = []
        self.open: dict[int, Shown] = {}
        self._ids = 0
        self._changed = asyncio.Event()
        self.address = ""

    async def wait_for(self, wanted: Callable[[list[Shown]], bool], timeout: float = PATIENCE_S) -> list[Shown]:
        """The history, as soon as it is as wanted; TimeoutError says what there was instead."""
        try:
            async with asyncio.timeout(timeout):
                while not wanted(self.history):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"the desktop showed {self.history}") from None
        return self.history

    async def nth(self, count: int, timeout: float = PATIENCE_S) -> Shown:
        """The notification that was shown as the first, second ..., as soon as it is there."""
        return (await self.wait_for(lambda history: len(history) >= count, timeout))[count - 1]

    def press(self, shown: Shown, action: str = "default") -> None:
        """A person presses it."""
        self.action_invoked(shown.id, action)

    @dbus_method("GetCapabilities")
    def get_capabilities(self) -> Words:
        return ["actions", "body", "persistence"]

    @dbus_method("GetServerInformation")
    def get_server_information(self) -> About:
        return "desktop", "porchlight", "1", "1.2"

    @dbus_method("Notify")
    def notify(
        self,
        app_name: DBusStr,
        replaces_id: DBusUInt32,
        app_icon: DBusStr,
        summary: DBusStr,
        body: DBusStr,
        actions: Words,
        hints: DBusDict,
        expire_timeout: DBusInt32,
    ) -> DBusUInt32:
        if not replaces_id:
            self._ids += 1
        shown = Shown(replaces_id or self._ids, summary, body, tuple(actions))
        self.open[shown.id] = shown
        self.history.append(shown)
        self._changed.set()
        return shown.id

    @dbus_method("CloseNotification")
    def close_notification(self, notification: DBusUInt32) -> None:
        if self.open.pop(notification, None) is not None:
            self.notification_closed(notification, 3)

    @dbus_signal("NotificationClosed")
    def notification_closed(self, notification: int, reason: int) -> Closed:
        return [notification, reason]

    @dbus_signal("ActionInvoked")
    def action_invoked(self, notification: int, key: str) -> Pressed:
        return [notification, key]


@asynccontextmanager
async def desktop(folder: Path) -> AsyncIterator[Desktop]:
    """A message bus of its own in a folder, with the notification service on it; both end with the block."""
    words = ["--session", "--nofork", "--nopidfile", "--print-address=1", f"--address=unix:dir={folder}"]
    bus = await asyncio.create_subprocess_exec("dbus-daemon", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    assert bus.stdout is not None
    try:
        made = Desktop()
        made.address = (await bus.stdout.readline()).decode().strip()
        connection = await MessageBus(bus_address=made.address).connect()
        connection.export(PATH, made)
        await connection.request_name(NAME)
        try:
            yield made
        finally:
            connection.disconnect()
            await connection.wait_for_disconnect()  # type: ignore[no-untyped-call]
    finally:
        bus.terminate()
        await bus.wait()

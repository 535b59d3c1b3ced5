"""A world played on a real PostgreSQL and the real application, and what each observed parent saw of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from backend import db
from backend.access import Actor, Role
from backend.db import DB, connection
from backend.devices.hub import Hub
from backend.errors import Refused
from backend.ingest.actions import load
from backend.notifications import engine
from backend.notifications.jobs import deliver
from backend.safety import actions as safety
from backend.safety.wire import AskClearing, Party
from backend.wake import current, use
from push.send import Carrier
from sync.poke import LocalWake, RedisWake
from tests.backend.browsing import make_app
from tests.backend.ingest.extracts import Extract, Tables, trust
from tests.backend.notifications.conftest import ORIGIN, PushService
from tests.make import insert, make_hours
from tests.privacy.doors import NOTICE_ID, called, calls_in_vain, doors, letters_in, taken_letters, telephone, written_to
from tests.privacy.families import Family, case_id, natural
from tests.privacy.private import PRIVATE
from tests.privacy.trace import HELPER, SAFETY, Act, World
from tests.privacy.watched import Clock, Watched, open_session
from tests.push.browser import SUBJECT, Browser
from tests.push.service import Certificate, ToThisMachine, serving
from tests.sync.world import Phone

Seen = dict[int, list[str]]

# Ids of rows that the system of record brings are random. Here they follow from the row's key, so that both worlds have the same.
KEYS = {
    "agency": "source",
    "office": "office_code",
    "worker": "worker_login",
    "ivd_case": "case_number",
    "assignment": "case_id worker_login from_on",
    "person": "person_id",
    "participant": "case_id person_id role from_on",
    "support_order": "order_id",
    "obligation": "order_id line",
    "balance": "case_id kind",
    "payment": "originator settled_on trace",
    "distribution": "originator settled_on trace line",
    "disbursement": "disbursement_id",
    "hearing": "hearing_id",
    "key_event": "event_id",
    "push_subscription": "account_id",
    "notice": "account_id",
    "bookable_hours": "agency_id weekday from_local channel",
    "read_mark": "account_id thread",
    "session": "account_id",
    "preference": "account_id name",
}
NATURAL = """
CREATE OR REPLACE FUNCTION natural_id() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE made text := TG_TABLE_NAME; said jsonb := to_jsonb(NEW); k text;
BEGIN
    FOREACH k IN ARRAY TG_ARGV LOOP made := made || '/' || coalesce(said ->> k, ''); END LOOP;
    IF TG_TABLE_NAME = 'notice' THEN  -- the n-th of this person
        made := made || '/' || (SELECT count(*) FROM notice n WHERE n.account_id = NEW.account_id);
    END IF;
    NEW.id := md5(made)::uuid;
    RETURN NEW;
END $$;""" + "".join(
    f"CREATE OR REPLACE TRIGGER natural_id BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION natural_id("
    + ", ".join(f"'{key}'" for key in keys.split())
    + ");"
    for table, keys in KEYS.items()
)
DOORS_EVERY = 5
KEPT = ("migration", "sync_epoch", "vapid_key")
AS_OF = "2026-03-{:02}T23:00:00-05:00"


class Overheard(LocalWake):
    """A carrier of hints that keeps what it carries."""

    def __init__(self, said: list[bytes]) -> None:
        super().__init__()
        self._said = said
        self.also: RedisWake | None = None  # carries everything too, as between several processes

    async def publish(self, channel: str, message: str) -> None:
        self._said.append(f"{channel} {message}".encode())
        await super().publish(channel, message)
        if self.also is not None:
            await self.also.publish(channel, message)


class Stage:
    """One database and one application, on which worlds are played one after the other."""

    def __init__(self) -> None:
        self.app = make_app(demo=False)
        self.push = PushService()
        self.hub: Hub = self.app.state.hub
        self.said: list[bytes] = []
        self.wake = Overheard(self.said)
        self.deletes = ""
        self.letters = Path()
        self.known = False

    async def play(self, world: World) -> list[Watched]:
        """What each family's observed parent saw, family by family."""
        run = _Run(self, world)
        await self.empty()
        await run.begin()
        await self.know()
        for number in range(len(world.rounds)):
            await run.round(number)
        await run.end()
        return list(run.watched.values())

    async def empty(self) -> None:
        """No row but those of migrations."""
        async with DB.transaction(), connection() as held:
            await held.execute(f"SET LOCAL session_replication_role = replica; {self.deletes}")

    async def know(self) -> None:
        """Once, when there are rows: how many, or every statement stays planned for tables that were empty."""
        if not self.known:
            async with connection() as held:
                await held.execute("ANALYZE")
            self.known = True

    async def settle(self) -> None:
        """Every hint that was given has been heard."""
        while db._soon or self.wake._running:
            await asyncio.gather(*db._soon, *self.wake._running)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """The stage in the database of the open pool, which is used up by it."""
    trust()
    made = Stage()
    before = current()
    use(made.wake)
    made.hub.start()
    async with connection() as held:
        await held.execute(NATURAL)
        names = await held.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL($1)", KEPT)
    made.deletes = "".join(f'DELETE FROM "{row["tablename"]}";' for row in names)
    try:
        async with _push_service(made.push):
            with tempfile.TemporaryDirectory() as folder, letters_in(Path(folder)):
                made.letters = Path(folder)
                yield made
    finally:
        made.hub.stop()
        use(before)


@asynccontextmanager
async def _push_service(made: PushService) -> AsyncIterator[None]:
    """A push service on this machine, to which this process sends under the vendors' names."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = Certificate(Path(folder))
        async with serving(made.answer, certificate.serving) as port:
            await engine.close()
            engine.use(Carrier(origin=ORIGIN, subject=SUBJECT, resolver=ToThisMachine(port), tls=certificate.trusting))
            try:
                yield
            finally:
                await engine.close()
                engine.use(None)


class _Run:
    """One world on the stage."""

    def __init__(self, on: Stage, world: World) -> None:
        self.stage, self.world, self.clock = on, world, Clock()
        self.watched: dict[int, Watched] = {}
        self.phones: dict[str, Phone] = {}
        self.browsers: dict[int, Browser] = {}
        self.loads = 0

    async def begin(self) -> None:
        """The agency's first load, everybody's account, and the observed parents' first sync."""
        self.clock.step()
        await self.load(self.world.base, "full")
        async with connection() as held:
            agency = await held.fetchval("SELECT id FROM agency")
        await make_hours(agency)
        self.clock.step()
        await insert("account", id=natural("account", "cover"), role="supervisor", login="cover", display_name="c", worker_login="cover")
        await self._helper()
        for family in self.world.families.values():
            await self._accounts(family)
        self.clock.step()
        for family in self.world.families.values():
            watched = self.watched[family.number]
            await watched.ask("PUT", f"/v1/devices/{watched.device}", {"kind": "phone"})
            await watched.sync()
            if family.number % DOORS_EVERY == 0:
                await self._subscribe(family.number, watched)
            if family.number % DOORS_EVERY == 1:
                await written_to(watched, family)
        taken_letters(self.stage.letters)

    async def _subscribe(self, family: int, watched: Watched) -> None:
        key = await watched.ask("GET", "/v1/push/key")
        said = Browser(f"https://fcm.googleapis.com/fcm/send/{watched.account}")
        self.browsers[family] = said
        keys = {"endpoint": said.subscription.endpoint, "p256dh": said.subscription.p256dh, "auth": said.subscription.auth}
        await watched.ask("PUT", "/v1/push/subscription", keys | {"key_id": key["id"], "device": str(watched.device)})

    async def _notified(self) -> None:
        """Sends what is due; what each of the subscribed phones was sent is seen, opened."""
        self.stage.push.heard.clear()
        await deliver({})
        for family, browser in self.browsers.items():
            heard = [(h.topic, h.urgency, _opened(browser, h.body)) for h in self.stage.push.to(browser)]
            self.watched[family].see("notified", sorted(heard))
        letters = taken_letters(self.stage.letters)
        for family, watched in self.watched.items():
            if family % DOORS_EVERY == 1:
                texts = letters.get(telephone(self.world.families[family].observed), [])
                watched.see("written", texts)
                watched.raw.append("\n".join(texts).encode())

    async def _helper(self) -> None:
        """Somebody whom parents may have see their case."""
        await insert("account", id=natural("account", HELPER), role="navigator", login=HELPER, display_name="A helper")

    async def _accounts(self, family: Family) -> None:
        for person in (*family.parties, *((f"Q-{family.number}",) if family.second else ())):
            account = natural("account", person)
            await insert("account", id=account, role="parent", login=person.lower(), display_name=person, person_id=person)
            if person == family.observed:
                self.watched[family.number] = Watched(self.stage.app, account, await open_session(account), self.clock)
            else:
                await self._phone(person, account)
        worker = natural("account", family.worker)
        await insert("account", id=worker, role="caseworker", login=family.worker, display_name=family.worker, worker_login=family.worker)
        await self._phone(family.worker, worker)

    async def _phone(self, who: str, account: UUID) -> None:
        device = await insert("sync_device", id=natural("device", who), principal=account)
        self.phones[who] = Phone(account, device)

    async def round(self, number: int) -> None:
        """The night's load, what people do in the day, and who looks."""
        told = self.world.rounds[number]
        self.clock.step()
        with _Screens(self) as screens:
            if told.delta:
                await self.load(told.delta, "delta")
            await self._poked(screens)
            self.clock.step()
            pushes: dict[int, list[dict[str, Any]]] = {}
            for act in told.acts:
                if act.mine and act.who == self.world.families[act.family].observed:
                    pushes.setdefault(act.family, []).append(self._change(act))
                else:
                    await self._send(act)
            await self._poked(screens)
        self.clock.step()
        for family in sorted(told.syncing | pushes.keys()):
            await self.watched[family].sync(*pushes.get(family, ()))
        await self._notified()
        await self.stage.settle()

    async def end(self) -> None:
        """What a new phone would hold; what other doors answer; what we decided to tell."""
        self.clock.step()
        for family, watched in self.watched.items():
            await watched.sync()
            await self._notices(watched)
            await called(watched, self.world.families[family])
            if family % DOORS_EVERY == 0:
                await self._tried(self.world.families[family], watched)
                watched.forget(UUID(int=watched.account.int ^ 2))
                await watched.ask("PUT", f"/v1/devices/{watched.device}", {"kind": "another"})
                await watched.sync()

    async def _tried(self, family: Family, watched: Watched) -> None:
        opponent = self.phones.get(family.opponents[0])
        for method, path, body in doors(self.world, family, watched, opponent.device if opponent else UUID(int=7)):
            await watched.ask(method, path, body)
        await calls_in_vain(watched, family)

    async def _notices(self, watched: Watched) -> None:
        async with connection() as held:
            rows = await held.fetch(
                "SELECT kind, case_id, subject_id, collapse_key, state FROM notice WHERE account_id = $1 "
                "ORDER BY created_at, collapse_key, event_key",
                watched.account,
            )
        watched.see("notices", [tuple(row) for row in rows])

    async def _poked(self, screens: _Screens) -> None:
        await self.stage.settle()
        for family, screen in screens.open.items():
            self.watched[family].see("poked", screen.is_set())
            screen.clear()

    async def load(self, tables: Tables, mode: str) -> None:
        """A load of the agency's files; none of their rows may be refused, or worlds would not be what they are meant to be."""
        self.loads += 1
        extract = Extract({k: v for k, v in tables.items() if v}, self.loads, mode, AS_OF.format(self.loads))
        with tempfile.TemporaryDirectory() as folder:
            report = await load(extract.write(Path(folder) / "x"), watched=False)
        assert report.state == "loaded", report
        assert report.rejected == 0, report.rejects

    def _change(self, act: Act) -> dict[str, Any]:
        watched = self.watched[act.family]
        return watched.change(act.id, act.name, self._scope(act), act.args)

    async def _send(self, act: Act) -> None:
        if act.name in PRIVATE:
            await PRIVATE[act.name](natural("account", act.who), act)
            return
        who = self.world.families[act.family].worker if act.who == "team" else act.who
        if act.name in SAFETY:
            await self._protect(act, who)
            return
        phone = self.phones[who]
        scope = self._scope(act)
        await phone.send(act.name, scope, **act.args)

    async def _protect(self, act: Act, worker: str) -> None:
        """A mark is made by one, taken back by two; where the unit is another by now, or nothing is marked, that is refused."""
        party = {"case": self._scope(act), "participant": UUID(act.args["participant"])}
        by = Actor(natural("account", worker), Role.CASEWORKER, worker_login=worker)
        supervisor = Actor(natural("account", "cover"), Role.SUPERVISOR, worker_login="cover")
        with suppress(Refused):
            if act.name == "safety.mark":
                await safety.mark(by, Party(**party))
                return
            await safety.ask_clearing(by, AskClearing(**party, reason="It is over now."))
            for waiting in (await safety.list_clearings(by)).clearings:
                await safety.confirm(supervisor, waiting.id)

    def _scope(self, act: Act) -> UUID:
        assert act.case is not None
        return case_id(act.case) if act.case[1] == "-" else UUID(act.case)


def _opened(browser: Browser, body: bytes) -> tuple[int, str]:
    """The length of what was sent, and what the phone reads, without the id that is drawn anew for every notice."""
    return len(body), NOTICE_ID.sub("/n/id", browser.read(body).decode())


class _Screens:
    """The observed parents' open screens, which hear hints."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self.open: dict[int, asyncio.Event] = {}

    def __enter__(self) -> _Screens:
        self._held = {n: self._run.stage.hub.screen(each.account) for n, each in self._run.watched.items()}
        self.open = {n: held.__enter__() for n, held in self._held.items()}
        return self

    def __exit__(self, *exc: object) -> None:
        for held in self._held.values():
            held.__exit__(None, None, None)

"""Real Firefox, our server, our service worker: a business event in the database, and what stands on the screen.

Runs by `./porchlight test push`, which has a Firefox installed or says how to have one.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from backend.accounts.passwords import hash_password
from backend.check import FIREFOX
from backend.db import DB, connection
from backend.journal import Entry, record
from backend.notifications import jobs
from tests.backend.browsing import PASSWORD
from tests.journeys.house import House, house
from tests.journeys.pushlab.autopush import DELIVERED, Autopush
from tests.journeys.pushlab.firefox import Firefox, firefox
from tests.journeys.pushlab.service import PORT_NAME, TRUST_NAME
from tests.make import make_account, make_agency, make_case, make_participant, make_payment
from tests.push.service import Certificate

pytestmark = [pytest.mark.browser, pytest.mark.skipif(os.environ.get(FIREFOX) != "on", reason="runs by ./porchlight test push")]

assert jobs  # its import has the journal tell the notices

SIGN_IN = """
const say = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ login: "ana", password: "%s" }) };
return (await fetch("/v1/sign-in", say)).status;"""
SUBSCRIBE = """
const { pushManager } = await navigator.serviceWorker.ready;
const key = await (await fetch("/v1/push/key")).json();
const { endpoint, keys } = (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key.key })).toJSON();
const body = JSON.stringify({ endpoint, ...keys, key_id: key.id, device: crypto.randomUUID(), locale: "en", agent_class: "firefox" });
const said = await fetch("/v1/push/subscription", { method: "PUT", headers: { "Content-Type": "application/json" }, body });
const { renew } = await said.json();
await new Promise((kept, failed) => {  // as the app does: what its worker needs to subscribe again by itself
  const asked = indexedDB.open("porchlight");
  asked.onerror = failed;
  asked.onsuccess = () => {
    const tx = asked.result.transaction("things", "readwrite");
    tx.objectStore("things").put({ renew, key_id: key.id, key: key.key }, "renewal");
    tx.oncomplete = () => { asked.result.close(); kept(); };
  };
});
return said.status;"""
SHOWN = """
return (await (await navigator.serviceWorker.ready).getNotifications()).map(one => [one.title, one.body]);"""
LONG_S = 60.0
LEAVE = "return (await (await (await navigator.serviceWorker.ready).pushManager.getSubscription()).unsubscribe());"


@pytest.fixture
async def push(tmp_path: Path) -> AsyncIterator[Autopush]:
    async with AsyncExitStack() as open_things:
        made = Autopush(Certificate(tmp_path))
        await made.start(open_things)
        yield made


@pytest.fixture
async def installation(fresh_db: str, push: Autopush, built: Path) -> AsyncIterator[House]:
    await make_agency()
    case, hashed = await make_case(case_number="C-1"), await hash_password(PASSWORD)
    await make_account(login="ana", person_id="ana", password_hash=hashed, display_name="Ana")
    await make_participant(case, "CP", person_id="ana")
    await make_payment(case, amount_cents=41_250)
    async with connection() as held:  # tests run at any hour
        await held.execute("INSERT INTO preference (account_id, name, value) SELECT id, 'notice_quiet', 'never' FROM account")
    where = {PORT_NAME: str(push.port), TRUST_NAME: str(push.certificate.path)}
    with house(fresh_db, **where) as made:
        made.through = "tests.journeys.pushlab.serve"
        made.api()
        yield made


async def happens(verb: str) -> None:
    async with DB.transaction():
        async with connection() as held:
            case = await held.fetchval("SELECT id FROM ivd_case")
        await record([Entry(verb, case_id=case, subject_id=uuid4())])


async def subscribed(browser: Firefox, origin: str) -> None:
    await browser.go(origin)
    assert await browser.run(SIGN_IN % PASSWORD) == 200
    assert await browser.run(SUBSCRIBE) == 200


async def test_firefox_shows_the_generic_sentence_a_press_opens_its_page_and_a_new_subscription_replaces_a_lost_one(
    installation: House, push: Autopush, tmp_path: Path
) -> None:
    async with firefox(tmp_path / "profile", push.preferences) as browser:
        await subscribed(browser, installation.origin)
        await happens("payment.posted")
        await push.until(lambda: push.acked == [DELIVERED])
        alert = await browser.alert()
        assert (alert.title, alert.text) == ("New update", "Open the app to see it.")
        assert await browser.run(SHOWN) == [["New update", "Open the app to see it."]]

        await browser.go("about:blank")
        await browser.press(alert)
        async with connection() as held:
            notice = await held.fetchval("SELECT id FROM notice WHERE kind = 'payment'")
        await browser.reaches(f"{installation.origin}/n/")
        assert notice is not None

        await browser.go(installation.origin)
        push.forgetful = True  # as when Mozilla's service lost this browser: the worker subscribes again by itself
        (lost,) = push.channels
        await push.hang_up()
        await push.until(lambda: len(push.channels) == 2, LONG_S)
        (own,) = push.channels.keys() - {lost}
        await happens("hearing.moved")
        await push.until(lambda: push.acked == [DELIVERED] * 2, LONG_S)
        assert [posted.token for posted in push.posted] == [lost, own]

        await browser.run(LEAVE)
        await push.until(lambda: own not in push.channels)
        await happens("disbursement.available")
        await push.until(lambda: push.posted[-1].status == 410, LONG_S)
        assert len({posted.size for posted in push.posted}) == 1

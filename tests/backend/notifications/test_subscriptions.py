"""The life of a subscription, as a browser sees it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.access import Actor, Role
from backend.accounts import sessions
from backend.accounts.rules import token_hash
from backend.accounts.sessions import Asking
from backend.db import connection
from backend.enrolment.recovery import clear_ways
from backend.errors import Refused
from backend.journal import Entry, record
from backend.notifications import actions, engine, jobs
from backend.notifications.actions import MAX_SUBSCRIPTIONS
from backend.notifications.wire import DeviceState, Renew
from tests.backend.notifications.conftest import Person, PushService, make_person, make_phone, subscription_of
from tests.make import insert, make_account
from tests.push.browser import Browser

pytestmark = pytest.mark.usefixtures("service")


async def parent() -> Actor:
    return Actor(await make_account("parent"), Role.PARENT)


async def column(sql: str, *arguments: object) -> list[object]:
    async with connection() as held:
        return [row[0] for row in await held.fetch(sql, *arguments)]


async def test_an_endpoint_is_kept_sealed_and_found_again_by_its_hash() -> None:
    person = await make_person()
    async with connection() as held:
        (row,) = await held.fetch("SELECT endpoint, endpoint_hash, host FROM push_subscription")
    sent_to = person.phone.subscription.endpoint
    assert sent_to.encode() not in row["endpoint"]
    assert (await engine.engine()).secrets.open(row["endpoint"], row["endpoint_hash"]).decode() == sent_to
    assert row["host"] == "fcm.googleapis.com"


async def test_saying_it_again_at_every_start_changes_nothing_but_the_renewal() -> None:
    actor, device, phone = await parent(), uuid4(), Browser()
    first = await actions.subscribe(actor, await subscription_of(phone, device))
    second = await actions.subscribe(actor, await subscription_of(phone, device))
    assert first.renew != second.renew
    assert await column("SELECT state FROM push_subscription") == ["active"]


async def test_a_new_subscription_of_a_device_takes_the_place_of_its_old_one() -> None:
    person = await make_person()
    await make_phone(person.actor, person.device)
    states = await column("SELECT state FROM push_subscription ORDER BY created_at")
    assert states == ["gone", "active"]
    assert await actions.device_state(person.actor, person.device) is DeviceState.ACTIVE


async def test_a_shared_phone_tells_the_person_now_signed_in_and_not_the_former_one(service: PushService) -> None:
    former, present, device = await make_person(), await parent(), uuid4()
    await actions.send_test(former.actor)
    await actions.subscribe(present, await subscription_of(former.phone, device))
    await jobs.deliver({})
    assert service.heard == []
    assert await actions.device_state(former.actor, former.device) is DeviceState.NONE
    await actions.send_test(present)
    await jobs.deliver({})
    assert len(service.to(former.phone)) == 1


async def test_knowing_an_endpoint_is_not_enough_to_take_it_from_its_owner() -> None:
    owner = await make_person()
    thief = Browser(owner.phone.subscription.endpoint)
    with pytest.raises(Refused) as refused:
        await actions.subscribe(await parent(), await subscription_of(thief))
    assert (refused.value.code, refused.value.detail) == ("conflict", {"code": "endpoint_taken"})
    assert await actions.device_state(owner.actor, owner.device) is DeviceState.ACTIVE


async def test_a_person_has_at_most_sixteen_and_the_longest_unused_gives_way() -> None:
    actor = await parent()
    phones = [await make_phone(actor) for _ in range(MAX_SUBSCRIPTIONS + 2)]
    assert await column("SELECT count(*) FROM push_subscription WHERE state = 'active'") == [MAX_SUBSCRIPTIONS]
    hashes = await column("SELECT endpoint_hash FROM push_subscription WHERE state = 'active'")
    assert (await engine.engine()).secrets.endpoint_hash(phones[-1].subscription.endpoint) in hashes


async def test_unsubscribing_forgets_the_endpoint_and_the_keys(service: PushService) -> None:
    person = await make_person()
    await actions.unsubscribe(person.actor, person.phone.subscription.endpoint)
    assert await column("SELECT endpoint FROM push_subscription") == [b""]
    assert await actions.device_state(person.actor, person.device) is DeviceState.GONE
    await actions.send_test(person.actor)
    await jobs.deliver({})
    assert service.heard == []


async def test_nobody_can_unsubscribe_another() -> None:
    person = await make_person()
    await actions.unsubscribe(await parent(), person.phone.subscription.endpoint)
    assert await actions.device_state(person.actor, person.device) is DeviceState.ACTIVE


async def test_signing_out_on_a_device_ends_its_notifications() -> None:
    person = await make_person()
    await record([Entry("account.signed_out", person.actor.account_id, detail={"device": str(person.device)})])
    assert await actions.device_state(person.actor, person.device) is DeviceState.GONE


async def _signed_in(person: Person, token: str, device: UUID) -> UUID:
    """A session of this person, and the device that it is used on."""
    until = datetime(2099, 1, 1).astimezone()
    session = await insert("session", token_hash=token_hash(token), account_id=person.actor.account_id, expires_at=until)
    await insert("sync_device", id=device, principal=person.actor.account_id, session_id=session)
    return session


ENDINGS: dict[str, Callable[[Actor, UUID], Awaitable[object]]] = {
    "that session ended": lambda actor, there: sessions.end_session(actor, there),
    "all others ended": lambda actor, there: sessions.end_others(actor.account_id, actor.session_id),
    "signed out there": lambda actor, there: sessions.sign_out(msgspec.structs.replace(actor, session_id=there)),
}


@pytest.mark.parametrize("how", ENDINGS)
async def test_a_browser_in_which_somebody_was_signed_out_is_told_nothing_more_for_them(service: PushService, how: str) -> None:
    """As one does who finds somebody else's telephone among the places where one is signed in."""
    person, elsewhere = await make_person(), uuid4()
    here = msgspec.structs.replace(person.actor, session_id=await _signed_in(person, "here", person.device))
    there = await _signed_in(person, "there", elsewhere)
    lost = await make_phone(here, elsewhere)
    await ENDINGS[how](here, there)
    assert await actions.device_state(here, elsewhere) is DeviceState.GONE
    await actions.send_test(here)
    await jobs.deliver({})
    assert service.to(lost) == []
    assert len(service.to(person.phone)) == 1


async def test_whoever_signs_in_after_another_in_one_browser_ends_what_it_is_told_for_the_former(service: PushService) -> None:
    former = await make_person()
    await _signed_in(former, "theirs", former.device)
    for account, state in ((former.actor, DeviceState.ACTIVE), (await parent(), DeviceState.GONE)):
        async with connection() as held:
            row = dict((await held.fetch("SELECT * FROM account WHERE id = $1", account.account_id))[0])
            await held.execute("UPDATE session SET ended_at = NULL")
        await sessions.begin(row, "passkey", Asking("192.0.2.1", "theirs"))
        assert await actions.device_state(former.actor, former.device) is state


async def test_when_somebody_comes_back_to_an_account_no_older_browser_and_no_older_number_is_told_anything(service: PushService) -> None:
    """Whoever held the account may have been the one whom its person fled from."""
    person = await make_person()
    await insert(
        "reach", account_id=person.actor.account_id, channel="text", address=b"", address_hash=b"", verified_at=datetime.now().astimezone()
    )
    await clear_ways(person.actor.account_id)
    assert await actions.device_state(person.actor, person.device) is DeviceState.GONE
    assert await column("SELECT count(*) FROM push_subscription WHERE renew_hash IS NOT NULL") == [0]
    assert await column("SELECT verified_at IS NULL AND stopped_at IS NOT NULL FROM reach") == [True]


async def test_a_device_whose_access_was_taken_away_gets_no_more_notifications() -> None:
    person, other = await make_person(), await make_person()
    detail = {"wipe": True, "account": str(person.actor.account_id)}
    await record([Entry("device.revoked", actor_id=other.actor.account_id, subject_id=person.device, detail=detail)])
    assert await actions.device_state(person.actor, person.device) is DeviceState.GONE
    assert await actions.device_state(other.actor, other.device) is DeviceState.ACTIVE


async def renewal(renew: str, phone: Browser) -> Renew:
    said = await subscription_of(phone)
    return Renew(renew=renew, endpoint=said.endpoint, p256dh=said.p256dh, auth=said.auth, key_id=said.key_id)


async def test_the_service_worker_replaces_a_subscription_without_a_session(service: PushService) -> None:
    actor, old, new = await parent(), Browser(), Browser(f"https://fcm.googleapis.com/fcm/send/{uuid4()}")
    subscribed = await actions.subscribe(actor, await subscription_of(old))
    for _ in range(2):  # the answer to the first may be lost
        await actions.renew(await renewal(subscribed.renew, new))
    await actions.send_test(actor)
    await jobs.deliver({})
    assert (len(service.to(old)), len(service.to(new))) == (0, 1)


async def test_a_renewal_that_was_unsubscribed_signed_out_or_made_up_is_refused() -> None:
    person, phone = await make_person(), Browser()
    subscribed = await actions.subscribe(person.actor, await subscription_of(phone))
    await actions.unsubscribe(person.actor, phone.subscription.endpoint)
    for token in (subscribed.renew, "x" * 43):
        with pytest.raises(Refused, match="not subscribed") as refused:
            await actions.renew(await renewal(token, Browser(f"https://fcm.googleapis.com/fcm/send/{uuid4()}")))
        assert refused.value.code == "gone"


async def test_a_renewal_cannot_take_the_endpoint_of_somebody_else() -> None:
    owner, actor, mine = await make_person(), await parent(), Browser()
    subscribed = await actions.subscribe(actor, await subscription_of(mine))
    with pytest.raises(Refused) as refused:
        await actions.renew(await renewal(subscribed.renew, owner.phone))
    assert refused.value.code == "conflict"


@pytest.mark.parametrize("endpoint", ["https://evil.example/x", "http://fcm.googleapis.com/x", "https://127.0.0.1/x"])
async def test_an_endpoint_that_is_no_push_service_is_refused(endpoint: str) -> None:
    actor, wanted = await parent(), await subscription_of(Browser(endpoint))
    with pytest.raises(Refused) as refused:
        await actions.subscribe(actor, wanted)
    assert (refused.value.code, refused.value.detail) == ("invalid", {"code": "endpoint"})
    assert endpoint not in refused.value.message


async def test_after_a_rotation_old_subscriptions_still_work_and_new_ones_use_the_new_key(service: PushService) -> None:
    person, before = await make_person(), await actions.current_key()
    keys = (await engine.engine()).keys
    await keys.rotate()
    after = await actions.current_key()
    assert before.id != after.id
    assert await keys.retire_unused() == 0
    await actions.send_test(person.actor)
    await jobs.deliver({})
    assert len(service.to(person.phone)) == 1


async def test_a_key_is_retired_when_no_subscription_needs_it_and_is_then_refused() -> None:
    person = await make_person()
    stale = await subscription_of(Browser(f"https://fcm.googleapis.com/fcm/send/{uuid4()}"))
    keys = (await engine.engine()).keys
    await keys.rotate()
    await make_phone(person.actor, person.device)
    assert await keys.retire_unused() == 1
    with pytest.raises(Refused) as refused:
        await actions.subscribe(person.actor, stale)
    assert refused.value.detail == {"code": "key_retired"}


async def test_two_processes_that_start_at_once_make_one_key() -> None:
    await actions.current_key()
    assert await column("SELECT count(*) FROM vapid_key") == [1]
    assert b"PRIVATE KEY" not in (await column("SELECT private_key FROM vapid_key"))[0]  # type: ignore[operator]


async def test_a_test_goes_to_ones_own_devices_and_not_in_a_flood(service: PushService) -> None:
    person, other = await make_person(), await make_person()
    await actions.send_test(person.actor)
    with pytest.raises(Refused) as refused:
        await actions.send_test(person.actor)
    assert refused.value.code == "too_many"
    await jobs.deliver({})
    assert (len(service.to(person.phone)), len(service.to(other.phone))) == (1, 0)

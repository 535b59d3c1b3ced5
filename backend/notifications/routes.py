"""How a browser asks to be told, and asks to be left alone."""

from typing import Final
from uuid import UUID

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from backend.access import Actor, public
from backend.metrics import refreshed_by
from backend.notifications import actions, figures, hooks
from backend.notifications import reach as ways
from backend.notifications.wire import (
    ConfirmReach,
    EndReach,
    GiveReach,
    PushKey,
    ReachList,
    Renew,
    Subscribe,
    Subscribed,
    SubscriptionState,
    Unsubscribe,
)
from backend.policy import allowed


@get("/v1/push/key", guards=[allowed("push.subscribe")])
async def key() -> PushKey:
    """The key to subscribe with; asked for at every start, never kept."""
    return await actions.current_key()


@put("/v1/push/subscription", guards=[allowed("push.subscribe")])
async def subscribe(data: JSONBody[Subscribe], actor: NamedDependency[Actor]) -> Subscribed:
    """Tell me on this device. Safe to repeat, and repeated at every start of the app."""
    return await actions.subscribe(actor, data)


@get("/v1/push/subscription", guards=[allowed("push.subscribe")])
async def state(device: FromQuery[UUID], actor: NamedDependency[Actor]) -> SubscriptionState:
    """What we know of this device's subscription."""
    return SubscriptionState(state=await actions.device_state(actor, device))


@delete("/v1/push/subscription", guards=[allowed("push.subscribe")], status_code=204)
async def unsubscribe(data: JSONBody[Unsubscribe], actor: NamedDependency[Actor]) -> None:
    """Do not tell me on this device any more."""
    await actions.unsubscribe(actor, data.endpoint)


@post("/v1/push/renew", guards=[public], status_code=200)
async def renew(data: JSONBody[Renew]) -> Subscribed:
    """The browser changed its subscription while perhaps nobody was signed in; the token in the body is the permission."""
    return await actions.renew(data)


@post("/v1/push/test", guards=[allowed("push.test")], status_code=202)
async def test(actor: NamedDependency[Actor]) -> None:
    """Send the generic notification to my own devices."""
    await actions.send_test(actor)


@get("/v1/reach", guards=[allowed("reach.manage")])
async def reach(actor: NamedDependency[Actor]) -> ReachList:
    """My own number and address."""
    return ReachList(reach=await ways.list_reach(actor))


@put("/v1/reach", guards=[allowed("reach.manage")], status_code=202)
async def give_reach(data: JSONBody[GiveReach], actor: NamedDependency[Actor]) -> None:
    """Send a code to this number or address of mine."""
    await ways.give_reach(actor, data)


@post("/v1/reach/confirm", guards=[allowed("reach.manage")], status_code=204)
async def confirm_reach(data: JSONBody[ConfirmReach], actor: NamedDependency[Actor]) -> None:
    """This is the code that came."""
    await ways.confirm_reach(actor, data)


@delete("/v1/reach", guards=[allowed("reach.manage")], status_code=204)
async def end_reach(data: JSONBody[EndReach], actor: NamedDependency[Actor]) -> None:
    """Nothing more to it."""
    await ways.end_reach(actor, data.channel)


refreshed_by(figures.refresh)

ROUTES: Final = (key, subscribe, state, unsubscribe, renew, test, reach, give_reach, confirm_reach, end_reach, *hooks.ROUTES)

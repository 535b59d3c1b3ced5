"""How the case team marks a person, and how two people take a mark back."""

from typing import Final
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access import Actor
from backend.policy import allowed
from backend.safety import actions
from backend.safety.wire import AskClearing, Clearings, Party, Protections


@put("/v1/safety/marks", guards=[allowed("safety.mark")], status_code=204)
async def mark(data: JSONBody[Party], actor: NamedDependency[Actor]) -> None:
    """This person is in danger."""
    await actions.mark(actor, data)


@post("/v1/safety/clearings", guards=[allowed("safety.ask_clearing")], status_code=204)
async def ask_clearing(data: JSONBody[AskClearing], actor: NamedDependency[Actor]) -> None:
    """A first person wishes a mark away."""
    await actions.ask_clearing(actor, data)


@get("/v1/safety/clearings", guards=[allowed("safety.read")])
async def clearings(actor: NamedDependency[Actor]) -> Clearings:
    """What waits for a second person."""
    return await actions.list_clearings(actor)


@get("/v1/safety/cases/{case:uuid}", guards=[allowed("safety.read")])
async def protections(case: FromPath[UUID], actor: NamedDependency[Actor]) -> Protections:
    """How the adults of a case are protected."""
    return await actions.list_protections(actor, case)


@post("/v1/safety/clearings/{clearing:uuid}/confirmed", guards=[allowed("safety.decide")], status_code=204)
async def confirmed(clearing: FromPath[UUID], actor: NamedDependency[Actor]) -> None:
    """A second person agrees."""
    await actions.confirm(actor, clearing)


@post("/v1/safety/clearings/{clearing:uuid}/refused", guards=[allowed("safety.decide")], status_code=204)
async def refused(clearing: FromPath[UUID], actor: NamedDependency[Actor]) -> None:
    """A second person does not agree."""
    await actions.refuse(actor, clearing)


ROUTES: Final = (mark, ask_clearing, clearings, protections, confirmed, refused)

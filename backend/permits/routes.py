"""How somebody asks to read a case that is not theirs."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access import Actor
from backend.permits import actions
from backend.permits.wire import Audit, BreakGlass, Consent, Made, Permits
from backend.policy import allowed


@post("/v1/permits/break-glass", guards=[allowed("case.break_glass")])
async def break_glass(data: JSONBody[BreakGlass], actor: NamedDependency[Actor]) -> Made:
    """A colleague's case, for an hour, with a reason."""
    return await actions.break_glass(actor, data)


@post("/v1/permits/consent", guards=[allowed("permit.consent")])
async def consent(data: JSONBody[Consent], actor: NamedDependency[Actor]) -> Made:
    """A parent has a helper see parts of the own case."""
    return await actions.consent(actor, data)


@post("/v1/permits/audit", guards=[allowed("permit.audit")])
async def audit(data: JSONBody[Audit], actor: NamedDependency[Actor]) -> Made:
    """A supervisor has an auditor read a case."""
    return await actions.let_audit(actor, data)


@get("/v1/permits", guards=[allowed("permit.list")])
async def permits(actor: NamedDependency[Actor]) -> Permits:
    """What one has or gave; a supervisor's report of the unit."""
    return await actions.list_permits(actor)


@post("/v1/permits/{permit:uuid}/ended", guards=[allowed("permit.end")], status_code=204)
async def ended(permit: FromPath[UUID], actor: NamedDependency[Actor]) -> None:
    """No more."""
    await actions.end_permit(actor, permit)


@get("/v1/permits/cases/{case:uuid}", guards=[allowed("case.read_by_permit")], media_type=MediaType.JSON)
async def case(request: Request[Any, Any, State], case: FromPath[UUID], actor: NamedDependency[Actor]) -> Response[bytes]:
    """A case, by a permit that holds now; that it was read is recorded."""
    view = await actions.read_case(actor, request.app.state.registry, case)
    return Response(msgspec.json.encode(view), media_type=MediaType.JSON)


ROUTES: Final = (break_glass, consent, audit, permits, ended, case)

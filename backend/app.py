"""The application, put together: the only file that knows every room's routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from backend.access import actor
from backend.accounts import routes as accounts_routes
from backend.accounts.doors import Doors
from backend.accounts.passkeys import Relying
from backend.accounts.sessions import find_session
from backend.accounts.wire import AgencyName, DemoPerson
from backend.audit.denials import note_denied
from backend.cases.tables import Agency
from backend.db import DB, close_pool, open_pool
from backend.devices.admission import Places
from backend.devices.hub import Hub
from backend.devices.routes import router as devices
from backend.dispatch import Dispatcher
from backend.documents.routes import router as documents
from backend.enrolment import routes as enrolment
from backend.environment import ROOT
from backend.ingest.routes import router as extracts
from backend.notifications import engine as push_engine
from backend.notifications import routes as notifications
from backend.permits import routes as permits
from backend.registry import REGISTRY
from backend.safety import routes as safety
from backend.settings import SETTINGS, Settings
from backend.voice import routes as voice
from backend.wake import current, use
from backend.web import health, scrape, violations
from backend.web.body import BODY_BYTES
from backend.web.edge import Edge, Ways
from backend.web.origin import Own
from backend.web.problems import answer_with_problem
from backend.web.static import Site
from backend.worker import load_handlers
from sync.poke import LocalWake, RedisWake

DIST: Final = ROOT / "pwa" / "dist"


class Porchlight(Litestar):
    """Litestar behind our edge."""

    edge: Edge

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Everything enters by the edge."""
        await self.edge(scope, receive, send)


def create_app(settings: Settings = SETTINGS) -> Litestar:
    """The whole application for these settings; its lifespan opens and closes what it runs on."""
    load_handlers()
    own = Own.at(settings.origin)
    doors = _doors(settings)
    app = Porchlight(
        route_handlers=[
            *(*health.ROUTES, *scrape.ROUTES, *violations.ROUTES, *accounts_routes.ROUTES, *enrolment.ROUTES),
            *(devices, documents, extracts, *notifications.ROUTES, *permits.ROUTES, *safety.ROUTES, *voice.ROUTES),
        ],
        dependencies={"actor": Provide(actor), "doors": Provide(lambda: doors, sync_to_thread=False)},
        exception_handlers={Exception: answer_with_problem},
        after_exception=[note_denied],
        lifespan=[_running],
        state=State({"settings": settings, "registry": REGISTRY, "hub": Hub(), "places": Places.beside(settings.pool_size)}),
        logging_config=None,
        openapi_config=OpenAPIConfig(title="Porchlight", version="1", path="/schema") if settings.schema else None,
        request_max_body_size=BODY_BYTES,
    )
    app.edge = Edge(Ways(super(Porchlight, app).__call__, Site(DIST, recall=settings.recall), own, find_session))
    return app


def closing_of(app: Litestar) -> Callable[[], None]:
    """What ends this application's event streams."""
    hub: Hub = app.state.hub
    return hub.stop


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    """The pool, the Wake, the hub of open screens and, where there is no Redis for workers, the jobs."""
    settings: Settings = app.state.settings
    async with AsyncExitStack() as open_things:
        if DB.pool is None:
            await open_pool()
            open_things.push_async_callback(close_pool)
        open_things.push_async_callback(push_engine.close)
        use(RedisWake(settings.redis_url) if settings.redis_url else LocalWake())
        await current().start()
        open_things.push_async_callback(current().stop)
        app.state.hub.start()
        open_things.callback(app.state.hub.stop)
        if not settings.redis_url:
            dispatcher = Dispatcher()
            await dispatcher.start()
            open_things.push_async_callback(dispatcher.stop)
        yield


def _doors(settings: Settings) -> Doors:
    async def find_agency() -> AgencyName:
        row = await Agency.select(Agency.name, Agency.phone, Agency.time_zone).first()
        if row is None:
            return AgencyName(name=settings.agency_name, phone=settings.agency_phone, time_zone=settings.agency_time_zone)
        return AgencyName(**row)

    async def list_demo_people() -> Sequence[DemoPerson]:
        if not settings.demo:
            return ()
        from backend.demo.actions import demo_people

        return await demo_people()

    relying = Relying.at(settings.origin, settings.agency_name)
    return Doors(
        relying=relying, staff_passwords=settings.staff_passwords, find_agency=find_agency, list_demo_people=list_demo_people
    )

"""The smallest page that subscribes: for tests of the lab and of the engine, without the app."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from aiohttp import web
from playwright.async_api import Page

from tests.push.service import port_of

HTML: Final = "<!doctype html><meta charset=utf-8><title>lab</title>"
WORKER: Final = """
addEventListener("install", event => { event.waitUntil(skipWaiting()); });
addEventListener("activate", event => { event.waitUntil(clients.claim()); });
addEventListener("push", event => {
  const { title, body, tag, navigate } = event.data.json().notification;
  event.waitUntil(registration.showNotification(title, { body, tag, data: navigate }));
});
addEventListener("notificationclick", event => {
  event.notification.close();
  event.waitUntil(clients.matchAll({ includeUncontrolled: true })
    .then(pages => { for (const page of pages) page.postMessage(event.notification.data); }));
});
"""
SUBSCRIBE: Final = """async key => {
  await navigator.serviceWorker.register("/worker.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  return (await pushManager.subscribe(options)).toJSON();
}"""
UNSUBSCRIBE: Final = """async () => {
  const { pushManager } = await navigator.serviceWorker.ready;
  return (await pushManager.getSubscription()).unsubscribe();
}"""
LISTEN: Final = "() => { navigator.serviceWorker.onmessage = event => { window.pressed = event.data; }; }"
PRESSED: Final = "window.pressed"


@asynccontextmanager
async def site() -> AsyncIterator[str]:
    """Serves the page; answers its origin."""
    app = web.Application()
    app.router.add_get("/", _page)
    app.router.add_get("/worker.js", _worker)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    async with AsyncExitStack() as open_things:
        await runner.setup()
        open_things.push_async_callback(runner.cleanup)
        listening = web.TCPSite(runner, "127.0.0.1", 0)
        await listening.start()
        yield f"http://127.0.0.1:{port_of(listening)}"


async def subscribe(page: Page, key: str) -> dict[str, Any]:
    """What the browser's own push client made."""
    made: dict[str, Any] = await page.evaluate(SUBSCRIBE, key)
    return made


async def _page(request: web.Request) -> web.Response:
    return web.Response(text=HTML, content_type="text/html")


async def _worker(request: web.Request) -> web.Response:
    return web.Response(text=WORKER, content_type="text/javascript")

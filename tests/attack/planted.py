"""A small server with faults that an attacker's tools have to find; if one does not, its silence about ours says nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Annotated, Any

import msgspec
import uvicorn
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.openapi import OpenAPIConfig
from litestar.params import FromQuery, JSONBody

FEW = 20  # connections, and one more is turned away
PAGE = """<!doctype html><html><head><title></title></head><body><img src="/x.png"><a href="/v1/search?q=a">a</a>
<form action="/v1/search"><input name="q"></form><p style="color:#ddd;background:#fff">Nobody reads this.</p></body></html>"""


class Order(msgspec.Struct):
    """What the planted route takes."""

    amount: int
    word: Annotated[str, msgspec.Meta(max_length=40)] = ""


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def home() -> str:
    """A page that not everybody can use."""
    return PAGE


@post("/v1/orders")
async def orders(data: JSONBody[Order]) -> dict[str, float]:
    """Divides by what it is given: a fault of ours for a number of theirs."""
    return {"share": 100 / data.amount}


@get("/v1/pages")
async def pages(n: FromQuery[int]) -> dict[str, int]:
    """Trusts a number of the address."""
    return {"page": [1, 2, 3][n]}


@get("/v1/search", media_type=MediaType.HTML)
async def search(q: FromQuery[str]) -> str:
    """Says back what it was told, as a page."""
    return f"<html><body>Nothing was found for {q}</body></html>"


@get("/v1/files", media_type=MediaType.TEXT)
async def files(name: FromQuery[str]) -> Response[bytes]:
    """Opens any file that is named."""
    path = Path("/usr/share/doc") / name
    return Response(path.read_bytes() if path.is_file() else b"", media_type=MediaType.TEXT)


@get("/v1/people")
async def people(name: FromQuery[str]) -> list[str]:
    """Writes what it is given into a statement."""
    with sqlite3.connect(":memory:") as held:
        held.executescript("CREATE TABLE person (name text); INSERT INTO person VALUES ('Ana'), ('Bo'), ('Cy')")
        return [row[0] for row in held.execute(f"SELECT name FROM person WHERE name = '{name}'")]


@get("/backup.zip", include_in_schema=False, media_type=MediaType.TEXT)
async def backup() -> str:
    """Forgotten by somebody."""
    return "PK everything"


def _headers(response: Response[object]) -> Response[object]:
    response.headers["content-security-policy"] = "default-src *; script-src * 'unsafe-inline'"
    return response


def _fault(request: Request[Any, Any, Any], fault: Exception) -> Response[str]:
    return Response(str(fault), status_code=500)


def main(port: int) -> None:
    """Serve the faults on the loopback."""
    app = Litestar(
        [home, orders, pages, search, files, people, backup],
        openapi_config=OpenAPIConfig(title="planted", version="1", path="/schema"),
        after_request=_headers,
        exception_handlers={sqlite3.Error: _fault},
    )
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", limit_concurrency=FEW)


if __name__ == "__main__":
    import sys

    main(int(sys.argv[1]))

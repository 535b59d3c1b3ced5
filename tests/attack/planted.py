"""A small server with faults that an attacker's tool has to find; if it does not, its silence about ours says nothing."""

from __future__ import annotations

from typing import Annotated

import msgspec
import uvicorn
from litestar import Litestar, get, post
from litestar.openapi import OpenAPIConfig
from litestar.params import FromQuery, JSONBody


class Order(msgspec.Struct):
    """What the planted route takes."""

    amount: int
    word: Annotated[str, msgspec.Meta(max_length=40)] = ""


@post("/v1/orders")
async def orders(data: JSONBody[Order]) -> dict[str, float]:
    """Divides by what it is given: a fault of ours for a number of theirs."""
    return {"share": 100 / data.amount}


@get("/v1/pages")
async def pages(n: FromQuery[int]) -> dict[str, int]:
    """Trusts a number of the address."""
    return {"page": [1, 2, 3][n]}


def main(port: int) -> None:
    """Serve the faults on the loopback."""
    shown = OpenAPIConfig(title="planted", version="1", path="/schema")
    uvicorn.run(Litestar([orders, pages], openapi_config=shown), host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    import sys

    main(int(sys.argv[1]))

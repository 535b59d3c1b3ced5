"""The two locks apart: a test that shows what one of them holds takes the other one away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from inspect import getsource
from types import ModuleType
from unittest.mock import patch

from backend import db


@asynccontextmanager
async def first_lock_alone() -> AsyncIterator[None]:
    """People are served on lines of the owner, which sees everything: only what statements themselves ask for still holds."""
    usual = db.DB.people
    db.DB.people = await db._make_pool(db.database_url(), 4, min_size=0, connection_class=db.PersonConnection)
    try:
        with patch.object(db, "AS_PERSON", db.AS_HOUSE):
            yield
    finally:
        await db.DB.people.close()
        db.DB.people = usual


@contextmanager
def changed(module: ModuleType, *changes: tuple[str, str]) -> Iterator[None]:
    """A module as if its source said something else: a check taken out of the first lock."""
    source, before = getsource(module), dict(vars(module))
    for right, wrong in changes:
        assert source.count(right) == 1, f"{right!r} stands {source.count(right)} times in {module.__name__}"
        source = source.replace(right, wrong)
    kept = {name: value for name, value in before.items() if isinstance(value, type)}
    try:
        exec(compile(source, module.__file__ or "", "exec"), vars(module))  # noqa: S102
        vars(module).update(kept)  # what others hold must stay the same class
        yield
    finally:
        vars(module).clear()
        vars(module).update(before)

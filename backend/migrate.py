"""Brings a database to this version: every migration, then the triggers and the rights that are declared, in one transaction.

Several processes may do it at once: one works, the others wait for its lock and find nothing left to do. A file that
fails leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration

from backend.db import DB, close_pool, connection, open_pool

APP = "porchlight"
LOCK = 0x706F726368  # any constant that nothing else on the cluster uses


def statements(migration_id: str, description: str, sql: str) -> MigrationManager:
    """A migration that is plain SQL, run on the open transaction of `migrate`."""
    manager = MigrationManager(migration_id=migration_id, app_name=APP, description=description)

    async def run() -> None:
        async with connection() as held:
            await held.execute(sql)

    manager.add_raw(run)
    return manager


async def migrate() -> list[str]:
    """Apply what is missing; answers the ids that were applied."""
    from piccolo.apps.migrations.commands.forwards import run_forwards  # slow to load, and a server only asks what is pending

    path = list(sys.path)
    async with DB.transaction() as transaction:
        await transaction.connection.execute("SET LOCAL lock_timeout = '60s'")
        await transaction.connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        before = await _applied()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            result = await run_forwards(APP)
        if not result.success:
            raise RuntimeError(f"{result.message}\n{said.getvalue()}")
        await _install_declared(transaction.connection)
        applied = sorted(await _applied() - before)
    sys.path[:] = path  # Piccolo puts the migrations folder in front
    return applied


async def pending() -> bool:
    """Whether this database still lacks a migration that this version has."""
    from backend.environment import ROOT

    return bool({path.stem for path in ROOT.glob("migrations/[0-9]*.py")} - await _applied())


def main(arguments: object = None) -> None:
    """`./porchlight migrate`: what the one-shot service of a deployment runs."""
    from backend.rights import NoRole

    try:
        applied = migrate_once()
    except NoRole as missing:
        raise SystemExit(str(missing)) from None
    print("\n".join(f"applied {name}" for name in applied) or "nothing to apply")


def migrate_once() -> list[str]:
    """Migrate with a pool of its own; answers the ids that were applied."""

    async def run() -> list[str]:
        await open_pool(size=2)
        try:
            return await migrate()
        finally:
            await close_pool()

    return asyncio.run(run())


async def _applied() -> set[str]:
    if not await Migration.table_exists():
        return set()
    return set(await Migration.get_migrations_which_ran(APP))


async def _install_declared(held: Any) -> None:
    from backend import rights
    from backend.registry import REGISTRY
    from sync import rows

    await rows.install(held, REGISTRY)
    await rights.install(held)


if __name__ == "__main__":
    main()

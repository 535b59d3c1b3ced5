"""The role under which people are served: it owns nothing, passes by no policy, and reaches no table that nobody opened to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from backend import rights
from backend.db import DB, PERSON_ROLE, as_house, connection, line_of
from backend.policy import OPERATIONS
from backend.policy.classes import Class
from backend.policy.columns import COLUMNS
from backend.policy.rows import ON_OURS, ON_OWN_LINE
from tests.make import make_account
from tests.sync.world import make_family

pytestmark = pytest.mark.usefixtures("db")

MAY_READ = "SELECT has_column_privilege($1, $2, $3, 'SELECT')"
NEEDED = {"sync_device.key", *(f"document_ticket.{name}" for name in COLUMNS["document_ticket"])}  # a device's proof; a ticket is spent


class _Back(Exception):
    """Takes everything back."""


@asynccontextmanager
async def taken_back() -> AsyncIterator[Any]:
    """A transaction of which nothing stays."""
    try:
        async with DB.transaction(), connection() as held:
            yield held
            raise _Back
    except _Back:
        pass


async def test_the_role_of_peoples_lines_owns_nothing_and_passes_by_no_policy() -> None:
    async with DB.transaction(person=uuid4()), connection() as held:
        rows = await held.fetch("SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = current_user")
        assert tuple(rows[0]) == (PERSON_ROLE, False, False, False)
    async with connection() as held:
        assert await rights.sound(held)


@pytest.mark.parametrize("wrong", ["BYPASSRLS", "SUPERUSER"])
async def test_a_role_that_could_pass_by_the_policies_is_found(wrong: str) -> None:
    async with taken_back() as held:
        await held.execute(f"ALTER ROLE {PERSON_ROLE} {wrong}")
        assert not await rights.sound(held)


async def test_every_table_is_guarded_or_closed_to_people() -> None:
    async with connection() as held:
        assert await rights.gaps(held) == []
        opened = {row["table"] for row in await held.fetch(rights.REACHED) if row["reached"]}
    assert opened == set(rights.guards())


@pytest.mark.parametrize(
    "gap",
    [
        "DROP POLICY of_person ON message",
        "ALTER TABLE message DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE message_draft (id uuid); GRANT SELECT ON message_draft TO porchlight_person",
        "GRANT SELECT (first_name) ON person TO porchlight_person",
        "GRANT SELECT ON late_answer TO PUBLIC",
    ],
)
async def test_a_missing_policy_is_found(gap: str) -> None:
    async with taken_back() as held:
        await held.execute(gap)
        assert len(await rights.gaps(held)) == 1


async def test_rights_that_were_lost_or_changed_are_put_right_by_the_next_migration() -> None:
    async with taken_back() as held:
        await held.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {PERSON_ROLE}")
        await rights.install(held)
        assert {row["table"] for row in await held.fetch(rights.REACHED) if row["reached"]} == set(rights.guards())


async def test_a_policy_that_was_lost_is_put_back_by_the_next_migration() -> None:
    async with taken_back() as held:
        await held.execute("DROP POLICY of_person ON message")
        await rights.install(held)
        assert await rights.gaps(held) == []


async def test_where_the_role_cannot_be_made_it_is_said_what_an_administrator_has_to_do() -> None:
    async with taken_back() as held:
        await held.execute("CREATE ROLE plain_owner; SET LOCAL ROLE plain_owner")
        with pytest.raises(rights.NoRole, match=rf"GRANT {PERSON_ROLE} TO \w+ WITH INHERIT FALSE, SET TRUE"):
            await rights.install(held)


async def test_secrets_are_told_on_no_line_of_a_persons() -> None:
    told = set()
    async with connection() as held:
        for table in rights.guards():
            for column, of in COLUMNS[table].items():
                if of is Class.SECRET and await held.fetchval(
                    "SELECT has_column_privilege($1, $2, $3, 'SELECT')", PERSON_ROLE, table, column
                ):
                    told.add(f"{table}.{column}")
    assert told == NEEDED


def test_every_operation_is_done_on_a_persons_line_or_has_a_reason_for_ours() -> None:
    assert set(ON_OURS) | ON_OWN_LINE == OPERATIONS
    assert not set(ON_OURS) & ON_OWN_LINE
    assert all(ON_OURS.values())


async def test_an_entry_of_the_journal_can_be_added_in_ones_own_name_and_nothing_else() -> None:
    me, other = await make_account(), await make_account()
    write = "INSERT INTO journal (actor_id, verb, detail) VALUES ($1, 'tried', '{}')"
    async with DB.transaction(person=me), connection() as held:
        await held.execute(write, me)
        for refused in (
            lambda: held.execute(write, other),
            lambda: held.execute("UPDATE journal SET verb = 'other'"),
            lambda: held.execute("DELETE FROM journal"),
            lambda: held.execute("TRUNCATE journal"),
            lambda: held.fetch("SELECT * FROM journal"),
            lambda: held.execute("DELETE FROM journal_unsealed"),
            lambda: held.execute("SELECT sync_regrant(ARRAY[$1::uuid])", me),
            lambda: held.execute("UPDATE sync_grant SET mask = 32767"),
            lambda: held.execute("INSERT INTO sync_row (scope, aud, kind, id) VALUES ($1, 1, 1, $1)", me),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with held.transaction():
                    await refused()
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM journal_unsealed JOIN journal j ON j.id = entry WHERE j.verb = 'tried'") == 1


async def test_a_person_counts_the_own_devices_changes_and_gives_no_device_its_trust_back() -> None:
    family = await make_family()
    mine = family.paying
    async with DB.transaction(person=mine.account), connection() as held:
        await held.execute("UPDATE sync_device SET last_n = 1, crashes = 0 WHERE id = $1", mine.device)
        for column in ("revoked_at = NULL", "wipe = false", "wiped_at = now()", "closed_at = NULL", "key = NULL", "heir_of = NULL"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with held.transaction():
                    await held.execute(f"UPDATE sync_device SET {column} WHERE id = $1", mine.device)


async def test_what_runs_as_its_owner_finds_only_our_names_and_is_called_by_triggers_alone() -> None:
    async with connection() as held:
        rows = await held.fetch(
            """SELECT proname, prorettype = 'trigger'::regtype AS by_triggers, coalesce(proconfig, '{}') AS set FROM pg_proc
            WHERE prosecdef AND pronamespace = 'public'::regnamespace"""
        )
    assert len(rows) > 20
    assert {(row["by_triggers"], *row["set"]) for row in rows} == {(True, "search_path=public, pg_temp")}


async def test_a_row_written_on_a_persons_line_is_stamped_for_everybody_it_concerns() -> None:
    family = await make_family()
    write = """INSERT INTO note (id, case_id, version, author_id, author_name, body, received_at)
        VALUES ($1, $2, $1, $3, 'Wendy', 'Called.', now())"""
    note = uuid4()
    async with DB.transaction(person=family.worker.account), connection() as held:
        await held.execute(write, note, family.case, family.worker.account)
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM sync_row WHERE id = $1", note) == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with DB.transaction(person=family.paying.account), connection() as held:
            await held.execute(write, uuid4(), family.case, family.paying.account)


async def test_what_the_house_does_in_between_ends_with_its_block_also_when_it_is_taken_back() -> None:
    me = await make_account()
    who = "SELECT current_user::text"
    async with DB.transaction(person=me), connection() as held:
        async with as_house(), as_house():
            ours = await held.fetchval(who)
            assert ours != PERSON_ROLE
        assert await held.fetchval(who) == PERSON_ROLE
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with held.transaction(), as_house():
                await held.execute("SELECT 1 / 0")
        assert await held.fetchval(who) == PERSON_ROLE
        with pytest.raises(RuntimeError):
            async with DB.transaction(person=uuid4()):
                pass


async def test_whose_a_line_was_is_forgotten_when_it_is_given_back() -> None:
    first, second = await make_account(), await make_account()
    mine = "SELECT id FROM account"
    for me in (first, second, first):
        async with DB.transaction(person=me), connection() as held:
            assert [row["id"] for row in await held.fetch(mine)] == [me]
    async with line_of(first) as held:
        async with held.transaction():
            assert await held.fetchval(mine) == first
        with pytest.raises(asyncpg.InvalidTextRepresentationError):
            await held.fetch(mine)


async def test_a_role_that_may_make_roles_makes_this_one_for_itself() -> None:
    async with taken_back() as held:
        await held.execute(f"ALTER ROLE {PERSON_ROLE} RENAME TO of_another_time; CREATE ROLE maker CREATEROLE; SET LOCAL ROLE maker")
        await rights._make_role(held)
        assert await rights.sound(held)

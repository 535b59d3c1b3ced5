"""How cases, their people, orders, balances and key events are mirrored from the system of record. Called by ingest alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from backend.cases import safety
from backend.cases.mirror import Check, Mirror
from backend.cases.safety import OF_PERSON

if TYPE_CHECKING:
    from backend.db import Connection

CASE_JOIN = "JOIN ivd_case c ON c.case_number = s.case_number"
CASE_ID = {"case_id": "c.id"}
UNKNOWN_CASE = Check(
    "case_number",
    "no case has this number",
    "NOT EXISTS (SELECT 1 FROM ivd_case c WHERE c.case_number = s.case_number)",
)
PARTIES_MAX = 10

TOO_MANY = f"""
SELECT r.ctid FROM (
    SELECT o.ctid, coalesce(m.party, 0) + row_number() OVER (PARTITION BY o.case_number ORDER BY o.at_line) AS party
    FROM in_participant o JOIN ivd_case c ON c.case_number = o.case_number
    CROSS JOIN LATERAL (SELECT max(t.party) AS party FROM participant t WHERE t.case_id = c.id) m
    WHERE o.role <> 'CH' AND NOT EXISTS (SELECT 1 FROM participant t WHERE t.case_id = c.id AND t.person_id = o.person_id)) r
WHERE r.party > {PARTIES_MAX}"""

MIRRORS = (
    Mirror(
        table="office",
        key=("office_code",),
        columns=("name", "phone", "address", "time_zone", "hours", "closed"),
        values={"closed": "false"},
        scope="NULL::uuid",
    ),
    Mirror(
        table="worker",
        key=("worker_login",),
        columns=("name", "role", "unit_code", "office_code", "phone", "email", "active"),
        scope="NULL::uuid",
        live="t.active",
        close="active = false",
    ),
    Mirror(
        table="ivd_case",
        key=("case_number",),
        columns=(
            *("status", "stage", "office_code", "opened_on", "closed_on", "closure_code"),
            *("initiating_fips", "responding_fips", "next_step_code", "next_step_on"),
        ),
        scope="t.id",
        was=("status", "next_step_code", "next_step_on"),
        verb_new="'case.opened'",
        verb_changed="""CASE WHEN t.status <> d.was_status THEN CASE t.status WHEN 'closed' THEN 'case.closed' ELSE 'case.opened' END
            WHEN t.next_step_code = 'documents' AND t.next_step_on >= current_date
                AND (t.next_step_code, t.next_step_on) IS DISTINCT FROM (d.was_next_step_code, d.was_next_step_on)
            THEN 'document.asked' END""",
        until="CASE WHEN t.next_step_code = 'documents' THEN (t.next_step_on + 1)::timestamptz END",
        verb_closed="'case.closed'",
        live="t.status = 'open'",
        close="status = 'closed', closed_on = $1",
    ),
    Mirror(
        table="assignment",
        key=("case_id", "worker_login", "from_on"),
        columns=("to_on", "part"),
        joins=CASE_JOIN,
        values=CASE_ID,
        checks=(UNKNOWN_CASE,),
        live="t.to_on IS NULL",
        close="to_on = $1",
    ),
    Mirror(
        table="person",
        key=("person_id",),
        columns=("middle_name", *OF_PERSON, "employer_name", "employer_phone", "closed"),
        values={"closed": "false"},
        scope="NULL::uuid",
    ),
    Mirror(
        table="participant",
        key=("case_id", "person_id"),
        columns=("role", "from_on", "to_on", "child_resides_with"),
        joins=f"{CASE_JOIN} JOIN person p ON p.person_id = s.person_id",
        values=CASE_ID | {name: f"p.{name}" for name in OF_PERSON},
        carried=OF_PERSON,
        on_insert={
            "party": """CASE WHEN v.role <> 'CH' THEN
                (SELECT coalesce(max(x.party), 0) FROM participant x WHERE x.case_id = v.case_id)
                + row_number() OVER (PARTITION BY v.case_id, v.role = 'CH' ORDER BY v.at_line) END"""
        },
        checks=(
            UNKNOWN_CASE,
            Check("person_id", "no person has this id", "NOT EXISTS (SELECT 1 FROM person p WHERE p.person_id = s.person_id)"),
            Check(
                "role",
                "a child of a case cannot become its parent, nor a parent its child",
                """EXISTS (SELECT 1 FROM participant t JOIN ivd_case c ON c.id = t.case_id
                    WHERE c.case_number = s.case_number AND t.person_id = s.person_id AND (t.role = 'CH') <> (s.role = 'CH'))""",
            ),
            Check(
                "role",
                f"the case has had {PARTIES_MAX} parties already",
                "s.ctid IN (" + TOO_MANY + ")",
            ),
        ),
        after=(safety.OF_LOAD,),
        live="t.to_on IS NULL",
        close="to_on = $1",
    ),
    Mirror(
        table="support_order",
        key=("order_id",),
        columns=("case_id", "court", "docket_number", "entered_on", "effective_on", "ended_on", "review_due_on"),
        joins=CASE_JOIN,
        values=CASE_ID,
        checks=(UNKNOWN_CASE,),
        verb_new="'order.entered'",
        live="t.ended_on IS NULL",
        close="ended_on = $1",
    ),
    Mirror(
        table="obligation",
        key=("order_id", "line"),
        columns=("case_id", "kind", "amount_cents", "frequency", "from_on", "to_on", "withholding"),
        joins="JOIN support_order o ON o.order_id = s.order_id",
        values={"order_id": "o.id", "case_id": "o.case_id"},
        checks=(
            Check(
                "order_id",
                "no order has this id",
                "NOT EXISTS (SELECT 1 FROM support_order o WHERE o.order_id = s.order_id)",
            ),
        ),
        live="t.to_on IS NULL",
        close="to_on = $1",
    ),
    Mirror(
        table="balance",
        key=("case_id", "kind"),
        columns=("as_of_on", "amount_cents"),
        joins=CASE_JOIN,
        values=CASE_ID,
        checks=(UNKNOWN_CASE,),
        live="t.amount_cents <> 0",
        close="amount_cents = 0, as_of_on = $1",
    ),
    Mirror(
        table="key_event",
        key=("event_id",),
        columns=("case_id", "code", "happened_on", "detail_code", "visible_to"),
        joins=CASE_JOIN,
        values=CASE_ID,
        checks=(UNKNOWN_CASE,),
        verb_new="'event.added'",
        live="t.visible_to <> 'staff'",  # an event that was withdrawn stays for staff alone
        close="visible_to = 'staff'",
    ),
)


async def set_agency(held: Connection, source: str, agency: tuple[str, str, str], as_of: datetime) -> None:
    """The agency's row: name, phone and time zone as the operator set them, and when the system of record last spoke."""
    await held.execute(
        """
        INSERT INTO agency AS t (source, name, phone, time_zone, as_of) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (source) DO UPDATE SET (name, phone, time_zone, as_of)
            = (EXCLUDED.name, EXCLUDED.phone, EXCLUDED.time_zone, EXCLUDED.as_of)
        WHERE (t.name, t.phone, t.time_zone, t.as_of)
            IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.phone, EXCLUDED.time_zone, EXCLUDED.as_of)""",
        source,
        *agency,
        as_of,
    )

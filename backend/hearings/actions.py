"""How the court's docket is mirrored. Called by ingest alone."""

from backend.cases.actions import CASE_ID, CASE_JOIN, UNKNOWN_CASE
from backend.cases.mirror import Mirror

WHERE_AND_WHEN = ("starts_local", "time_zone", "court", "room", "address", "remote")

MOVED = f"""CASE
    WHEN t.status IN ('cancelled', 'held') THEN CASE WHEN d.was_status <> t.status THEN 'hearing.' || t.status END
    WHEN d.was_status IN ('cancelled', 'held') THEN 'hearing.set'
    WHEN ({", ".join(f"t.{name}" for name in WHERE_AND_WHEN)})
        IS DISTINCT FROM ({", ".join(f"d.was_{name}" for name in WHERE_AND_WHEN)}) THEN 'hearing.moved' END"""

MIRRORS = (
    Mirror(
        table="hearing",
        key=("hearing_id",),
        columns=(
            *("case_id", "docket_number", "kind", "starts_local", "time_zone", "minutes"),
            *("court", "room", "address", "remote", "status", "appearance"),
        ),
        joins=CASE_JOIN,
        values=CASE_ID,
        checks=(UNKNOWN_CASE,),
        was=("status", *WHERE_AND_WHEN),
        verb_new="'hearing.' || t.status",
        verb_changed=MOVED,
        verb_closed="'hearing.cancelled'",
        until="t.starts_local AT TIME ZONE t.time_zone",
        live="t.status IN ('set', 'moved') AND t.starts_local >= $1::date",  # a docket need not list what is over
        close="status = 'cancelled'",
    ),
)

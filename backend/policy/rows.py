"""Which rows a person's own line to the database may see and write: the second lock, behind the checks of every action.

What travels may be read by those whose grants reach it (`sync/guard.py`). Here stands what may be written, and the tables beside
it. A table that stands nowhere here may not be touched at all, so a new one is closed until somebody opens it.
"""

from collections.abc import Mapping
from typing import Final

from backend.policy.operations import Operation
from sync.guard import ME, Guard

# Of what travels: beside reading, and only in rows that the person's grants reach, before and after.
WRITES: Final[Mapping[str, tuple[str, ...]]] = {
    "message": ("INSERT", "UPDATE (answered_at)"),
    "appointment": ("INSERT", "UPDATE (state, starts_local, asked_local, asked_by)"),
    "contact_change": ("INSERT", "UPDATE (now, sent_at, state, taken_by, taken_at)"),
    "document": ("INSERT", "UPDATE (state, reason, said, decided_by, decided_at, arrived)"),
    "document_request": ("INSERT", "UPDATE (state)"),
    "note": ("INSERT", "UPDATE (body, version, edited_by, edited_at)"),
    "read_mark": ("INSERT", "UPDATE (read_at)"),
    "preference": ("INSERT", "UPDATE (value)"),
    "visit_pin": ("INSERT", "DELETE"),
    "notice": ("UPDATE (opened_at)",),
}

# Never told, not even of one's own row.
HIDDEN: Final[Mapping[str, tuple[str, ...]]] = {"account": ("login", "password_hash", "demo_key")}

# Beside what travels.
OTHERS: Final[Mapping[str, Guard]] = {
    "journal": Guard(f"t.actor_id = {ME}", ("INSERT",), reads=False),
    "document_file": Guard(
        "EXISTS (SELECT FROM document d WHERE d.id = t.document_id)",
        ("INSERT", "UPDATE (state, clean_sha256, clean_bytes, arrived_at)"),
    ),
    "document_ticket": Guard(f"t.account_id = {ME}", ("INSERT", "DELETE")),
}

# What a signed-in person does on such a line. Everything else is done on ours, behind one lock: each with its reason.
ON_OWN_LINE: Final[frozenset[Operation]] = frozenset(
    {
        *("sync", "message.send", "message.read", "notice.open", "preference.set", "visit.pin"),
        *("appointment.request", "appointment.offer", "appointment.answer", "appointment.outcome", "note.write"),
        *("contact.change", "contact.take_up", "document.offer", "document.read", "document.decide", "document.ask"),
    }
)
_SIGNING_IN: Final = "secrets of signing in, which no line of a person's may touch"
_UNIT: Final = "a supervisor's or an administrator's view, by unit and not by grant"
_CARRIER: Final = "addresses of browsers and people, which no line of a person's may touch"
_DEVICE: Final = "sessions and keys go with it, which no line of a person's may touch"
_SAFETY: Final = "a mark goes to every case of a person, beyond the grants of whoever makes it"
_PERMIT: Final = "a permit is no grant: what is borrowed has a statement of its own that asks it"
ON_OURS: Final[Mapping[Operation, str]] = {
    **dict.fromkeys(("session.end", "account.read", "security.read", "session.end_others", "factor.change"), _SIGNING_IN),
    **dict.fromkeys(("recovery.cancel", "identity.prove", "enrolment.offer", "identity.check", "phone_line.manage"), _SIGNING_IN),
    **dict.fromkeys(("devices.read", "device.revoke", "quarantine.read", "quarantine.decide", "exposure.read", "batch.read"), _UNIT),
    **dict.fromkeys(("push.subscribe", "push.test", "reach.manage"), _CARRIER),
    **dict.fromkeys(("device.register", "own_device.read", "own_device.change", "own_device.revoke", "vault.share"), _DEVICE),
    **dict.fromkeys(("case.break_glass", "case.read_by_permit", "permit.consent", "permit.audit", "permit.list", "permit.end"), _PERMIT),
    **dict.fromkeys(("safety.read", "safety.mark", "safety.ask_clearing", "safety.decide"), _SAFETY),
    "poke": "no statement at all",
}

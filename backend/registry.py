"""Everything that may leave for a device, per audience, and everything that a device may send.

Audiences are bits inside a case: both parents, the receiving side, the paying side, staff; further bits belong to one
party each (`participant.party_bit`), so that what a person writes or is reached by is that person's and the staff's alone.
A column that stands in no `Shown` never leaves.
"""

from backend.accounts.wire import Account
from backend.appointments.mutations import MUTATORS as APPOINTMENT_MUTATORS
from backend.appointments.wire import Appointment, BookableHours
from backend.cases.wire import Agency, Balance, Case, Event, Obligation, Order, Participant
from backend.contacts.mutations import MUTATORS as CONTACT_MUTATORS
from backend.contacts.wire import ContactChange
from backend.documents.mutations import MUTATORS as DOCUMENT_MUTATORS
from backend.documents.wire import Document, DocumentRequest
from backend.hearings.wire import Hearing
from backend.messages.mutations import MUTATORS as MESSAGE_MUTATORS
from backend.messages.wire import Message, ReadMark
from backend.notes.mutations import MUTATORS as NOTE_MUTATORS
from backend.notes.wire import Note
from backend.notifications.mutations import MUTATORS as NOTICE_MUTATORS
from backend.notifications.wire import Notice
from backend.payments.wire import Disbursement, Payment
from backend.preferences.mutations import MUTATORS as PREFERENCE_MUTATORS
from backend.preferences.wire import Preference
from backend.visits.mutations import MUTATORS as VISIT_MUTATORS
from backend.visits.wire import VisitPin
from sync.declare import Grants, GrantSource, Registry, Shown, Synced

SCHEMA = 1
BOTH, RECEIVING, PAYING, STAFF = 1, 2, 4, 8
EVERYONE = BOTH | STAFF
NOTICE_DAYS = 60  # what a person was told of; older things are found where they belong
STAFF_DAYS = 183  # a worker's tablet holds half a year of money in 500 cases; the parents' phones hold all of theirs

CONTACT = ("phone", "email", "address_1", "address_2", "city", "state", "postal_code")
MONEY_OUT = ("payment_id", "amount_cents", "status", "status_on", "expected_on", "hold_reason_code")
MONEY_IN = ("paid_on", "posted_on", "amount_cents", "reversed_by")
SAID = ("thread", "from_party", "body", "receipt", "written_at", "received_at", "answer_due_on", "answered_at")
AGREED = ("thread", "starts_local", "asked_local", "asked_by", "time_zone", "minutes", "channel", "topic", "note", "state")
NOTED = ("beside", "version", "author_name", "body", "written_at", "received_at", "edited_by", "edited_at")
ASKED = ("thread", "kind", "why", "by_on", "state", "asked_at")
OFFERED = (
    *("thread", "kind", "note", "files", "bytes", "pages", "arrived", "state", "reason", "said"),
    *("received_at", "decided_at", "request"),
)
HAPPENED = ("code", "happened_on", "detail_code")

WALL = "to_char(t.{}, 'YYYY-MM-DD\"T\"HH24:MI')"

SYNCED = (
    Synced(
        "agency",
        "agency",
        Agency,
        (Shown(10, EVERYONE, ("name", "phone", "time_zone", "as_of")),),
        scope="id",
    ),
    Synced(
        "account",
        "account",
        Account,
        (Shown(11, EVERYONE, ("role", "display_name", "language", "time_zone", "alert", "alert_at"), where="t.active"),),
        scope="id",
    ),
    Synced(
        "case",
        "ivd_case",
        Case,
        (
            Shown(
                20,
                EVERYONE,
                ("case_number", "status", "stage", "opened_on", "closed_on", "next_step_code", "next_step_on"),
            ),
            Shown(21, STAFF, ("office_code", "initiating_fips", "responding_fips", "closure_code")),
        ),
        scope="id",
    ),
    Synced(
        "participant",
        "participant",
        Participant,
        (
            Shown(30, EVERYONE, ("role", "first_name", "last_name"), where="t.role <> 'CH' AND t.to_on IS NULL"),
            Shown(31, EVERYONE, ("role", "first_name"), where="t.role = 'CH' AND t.to_on IS NULL"),
            Shown(32, "party_bit", ("mine", *CONTACT, "language"), where="t.to_on IS NULL"),
            Shown(
                33,
                STAFF,
                (
                    "last_name",
                    "born_on",
                    "language",
                    *CONTACT,
                    "safe_to_contact",
                    "family_violence",
                    "child_resides_with",
                ),
                where="t.to_on IS NULL",
            ),
        ),
        sql={"mine": "true"},
    ),
    Synced(
        "order",
        "support_order",
        Order,
        (Shown(40, EVERYONE, ("court", "docket_number", "entered_on", "effective_on", "ended_on", "review_due_on")),),
    ),
    Synced(
        "obligation",
        "obligation",
        Obligation,
        (
            Shown(50, EVERYONE, ("order_id", "line", "kind", "amount_cents", "frequency", "from_on", "to_on")),
            Shown(51, PAYING | STAFF, ("withholding",)),
        ),
    ),
    Synced("balance", "balance", Balance, (Shown(60, EVERYONE, ("kind", "as_of_on", "amount_cents")),)),
    Synced(
        "payment",
        "payment",
        Payment,
        (
            Shown(70, BOTH, MONEY_IN, where="NOT t.closed"),
            Shown(71, STAFF, MONEY_IN, where="NOT t.closed", recent=("paid_on", STAFF_DAYS)),
        ),
    ),
    Synced(
        "disbursement",
        "disbursement",
        Disbursement,
        (
            Shown(80, RECEIVING, (*MONEY_OUT, "method"), where="NOT t.closed"),
            Shown(81, STAFF, MONEY_OUT, where="NOT t.closed", recent=("status_on", STAFF_DAYS)),
        ),
    ),
    Synced(
        "hearing",
        "hearing",
        Hearing,
        (
            Shown(
                90,
                EVERYONE,
                (
                    *("docket_number", "kind", "starts_local", "time_zone", "minutes", "court", "room"),
                    *("address", "remote", "status"),
                ),
            ),
            Shown(92, STAFF, ("appearance",)),
        ),
        sql={"starts_local": WALL.format("starts_local")},
    ),
    Synced(
        "event",
        "key_event",
        Event,
        (Shown(100, "aud", HAPPENED), Shown(101, STAFF, ("visible_to",))),
    ),
    Synced(
        "message",
        "message",
        Message,
        (Shown(110, "party_bit", SAID), Shown(111, STAFF, (*SAID, "author_name"))),
    ),
    Synced(
        "read_mark",
        "read_mark",
        ReadMark,
        (Shown(120, EVERYONE, ("thread", "read_at")),),
        scope="account_id",
    ),
    Synced(
        "bookable_hours",
        "bookable_hours",
        BookableHours,
        (Shown(130, EVERYONE, ("weekday", "from_local", "to_local", "minutes", "channel")),),
        scope="agency_id",
    ),
    Synced(
        "appointment",
        "appointment",
        Appointment,
        (
            Shown(131, "party_bit", (*AGREED, "requested_at")),
            Shown(132, STAFF, (*AGREED, "requested_at", "worker_name")),
        ),
        sql={"starts_local": WALL.format("starts_local"), "asked_local": WALL.format("asked_local")},
    ),
    Synced(
        "contact_change",
        "contact_change",
        ContactChange,
        (
            Shown(160, "party_bit", ("thread", "field", "was", "now", "state", "sent_at")),
            Shown(161, STAFF, ("thread", "field", "was", "now", "state", "sent_at", "taken_by")),
        ),
    ),
    Synced(
        "document",
        "document",
        Document,
        (
            Shown(180, "party_bit", OFFERED, where="t.state <> 'withdrawn'"),
            Shown(181, STAFF, (*OFFERED, "scan", "decided_by"), where="t.state <> 'withdrawn'"),
        ),
    ),
    Synced(
        "document_request",
        "document_request",
        DocumentRequest,
        (Shown(182, "party_bit", ASKED), Shown(183, STAFF, (*ASKED, "asked_by"))),
    ),
    Synced("preference", "preference", Preference, (Shown(170, EVERYONE, ("name", "value")),), scope="account_id"),
    Synced(
        "notice",
        "notice",
        Notice,
        (
            Shown(
                190,
                EVERYONE,
                ("kind", "case_id", "subject_id", "told_at", "opened_at"),
                where="t.told_at IS NOT NULL AND t.kind <> 'test'",
                recent=("told_on", NOTICE_DAYS),
            ),
        ),
        scope="account_id",
    ),
    Synced("note", "note", Note, (Shown(140, STAFF, NOTED),)),
    Synced("visit_pin", "visit_pin", VisitPin, (Shown(150, EVERYONE, ("case_id",)),), scope="account_id"),
)

NEVER_LEAVE = {
    "app_floor": "which app is too old; leases tell it",
    "exposure": "what was visible to whom; a supervisor reads it online",
    "appointment_slot": "which of a worker's hours are taken",
    "appointment_hour": "which of a worker's hours belong to which case",
    "document_file": "fetched one by one, with a ticket",
    "document_ticket": "secrets of fetching",
    "session": "secrets of signing in",
    "passkey": "secrets of signing in",
    "challenge": "secrets of signing in",
    "authenticator": "secrets of signing in",
    "recovery_code": "secrets of signing in",
    "password_setup": "secrets of signing in",
    "claim": "codes by which people come to their accounts",
    "enrolment": "codes by which people come to their accounts",
    "recovery": "who is coming back to an account",
    "identity_check": "what the case team looks into; it reads that online",
    "throttle": "how often somebody tried",
    "journal": "the record of acts; staff read it online",
    "journal_head": "the journal's evidence",
    "journal_seal": "the journal's evidence",
    "journal_unsealed": "the journal's evidence",
    "job": "work of the server",
    "batch": "imports",
    "reject": "imports",
    "permit": "who may read a case for a while; read online",
    "safety_mark": "whom our own people marked; a case shows what follows of it to the team alone",
    "safety_clearing": "who wishes a mark away; read online",
    "exposure_view": "what the registry said when something was sent",
    "office": "a worker's office tells where a family lives",
    "worker": "a worker's name and office are not for parents; staff need no list offline",
    "assignment": "becomes grants",
    "person": "a case shows participants; the rest of a person stays",
    "distribution": "the law's split, read online",
    "vapid_key": "keys",
    "push_subscription": "addresses of devices",
    "push_delivery": "what a push service said",
    "push_service": "how fast a push service lets us",
    "notice_tally": "counters",
    "reach": "addresses of people, sealed",
    "reach_delivery": "what a provider said",
    "quarantine": "what came from devices that are no longer trusted; a supervisor reads it online",
    "vault_key": "keys",
    "vault_share": "keys",
    "sync_row": "the engine's own",
    "sync_grant": "the engine's own",
    "sync_manifest": "the engine's own",
    "sync_device": "the engine's own",
    "sync_mutation": "the engine's own",
    "sync_epoch": "the engine's own",
}

GRANTS = Grants(
    truth=f"""
    SELECT a.id AS principal, p.case_id AS scope, ({BOTH} | p.role_bit | p.party_bit)::int2 AS mask
        FROM account a JOIN participant p ON p.person_id = a.person_id
        WHERE a.active AND a.role = 'parent' AND p.role <> 'CH' AND p.from_on <= current_date AND p.to_on IS NULL
    UNION ALL SELECT a.id, s.case_id, {STAFF}::int2
        FROM account a JOIN assignment s ON s.worker_login = a.worker_login
        WHERE a.active AND a.role IN ('caseworker', 'supervisor')
            AND s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date)
    UNION ALL SELECT a.id, a.id, {BOTH}::int2 FROM account a WHERE a.active
    UNION ALL SELECT a.id, g.id, (CASE WHEN a.role = 'parent' THEN {BOTH} ELSE {EVERYONE} END)::int2
        FROM account a CROSS JOIN agency g WHERE a.active""",
    sources=(
        GrantSource("account", "SELECT id FROM changed", ("active", "role", "person_id", "worker_login")),
        GrantSource("agency", "SELECT a.id FROM account a WHERE EXISTS (SELECT 1 FROM changed)", ()),
        GrantSource(
            "participant",
            "SELECT a.id FROM account a WHERE a.person_id IN (SELECT person_id FROM changed)",
            ("case_id", "person_id", "role", "party", "from_on", "to_on"),
        ),
        GrantSource(
            "assignment",
            "SELECT a.id FROM account a WHERE a.worker_login IN (SELECT worker_login FROM changed)",
            ("case_id", "worker_login", "from_on", "to_on"),
        ),
    ),
)

# Small scopes (the person, the agency) come first, then cases by their nearest hearing.
URGENCY = """(CASE WHEN EXISTS (SELECT 1 FROM ivd_case c WHERE c.id = g.scope)
    THEN (SELECT min(h.starts_local) FROM hearing h
        WHERE h.case_id = g.scope AND h.status IN ('set', 'moved') AND h.starts_local > now())
    ELSE '-infinity'::timestamp END)"""

MUTATORS = (
    *(*MESSAGE_MUTATORS, *APPOINTMENT_MUTATORS, *DOCUMENT_MUTATORS, *NOTE_MUTATORS, *VISIT_MUTATORS),
    *(*CONTACT_MUTATORS, *PREFERENCE_MUTATORS, *NOTICE_MUTATORS),
)

REGISTRY = Registry(SCHEMA, SYNCED, GRANTS, MUTATORS, URGENCY)

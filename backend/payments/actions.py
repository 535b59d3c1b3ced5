"""How payments, distributions and disbursements are mirrored from the system of record. Called by ingest alone."""

from backend.cases.actions import CASE_ID, CASE_JOIN, UNKNOWN_CASE
from backend.cases.mirror import BANK_FILES, Mirror
from backend.payments.rules import HOLD_REASONS, NEUTRAL_HOLD

OPEN = {"closed": "false"}
PAYMENT = ("originator", "settled_on", "trace")
NEWS_DAYS = 14  # an older payment that comes to light is in the ledger, and no news
KNOWN_HOLDS = ", ".join(f"'{code}'" for code in sorted(HOLD_REASONS))

# A hold that could tell of a tax refund says only that it is looked at; its long date would say as much as its code.
NEUTRALISE = f"""
UPDATE in_disbursement SET hold_reason_code = '{NEUTRAL_HOLD}', expected_on = NULL
WHERE hold_reason_code NOT IN ({KNOWN_HOLDS})"""

# A payment file of the banks and payments.csv may carry the same payment; the state's own row says more.
SAME_PAYMENT = f"""
DELETE FROM in_payment s USING in_payment o
WHERE s.at_file >= {BANK_FILES} AND o.at_file < {BANK_FILES}
    AND s.trace = o.trace AND s.originator = o.originator AND s.settled_on = o.settled_on
    AND s.case_number = o.case_number AND s.amount_cents = o.amount_cents"""

LINK = """
UPDATE disbursement t SET payment_id = p.id
FROM in_payment s JOIN payment p ON p.originator = s.originator AND p.settled_on = s.settled_on AND p.trace = s.trace
WHERE t.payment_id IS NULL AND t.originator = s.originator AND t.settled_on = s.settled_on AND t.trace = s.trace"""

MIRRORS = (
    Mirror(
        table="payment",
        key=PAYMENT,
        columns=("case_id", "paid_on", "posted_on", "amount_cents", "source", "reversed_by", "closed"),
        joins=CASE_JOIN,
        values=CASE_ID | OPEN,
        before=(SAME_PAYMENT,),
        checks=(UNKNOWN_CASE,),
        was=("reversed_by",),
        verb_new="CASE WHEN t.reversed_by IS NULL THEN 'payment.posted' ELSE 'payment.reversed' END",
        verb_changed="CASE WHEN d.was_reversed_by IS NULL AND t.reversed_by IS NOT NULL THEN 'payment.reversed' END",
        until=f"CASE WHEN t.reversed_by IS NULL THEN (t.posted_on + {NEWS_DAYS})::timestamptz END",
    ),
    Mirror(
        table="distribution",
        key=(*PAYMENT, "line"),
        columns=("case_id", "kind", "payee", "amount_cents", "distributed_on", "closed"),
        joins=CASE_JOIN,
        values=CASE_ID | OPEN,
        checks=(UNKNOWN_CASE,),
    ),
    Mirror(
        table="disbursement",
        key=("disbursement_id",),
        columns=(
            *("case_id", *PAYMENT, "payment_id", "amount_cents", "method", "status", "status_on"),
            *("expected_on", "hold_reason_code", "closed"),
        ),
        joins=f"""{CASE_JOIN} LEFT JOIN payment p
            ON p.originator = s.originator AND p.settled_on = s.settled_on AND p.trace = s.trace""",
        values=CASE_ID | OPEN | {"payment_id": "p.id"},
        before=(NEUTRALISE,),
        checks=(UNKNOWN_CASE,),
        after=(LINK,),
        was=("status",),
        verb_new="'disbursement.' || t.status",
        verb_changed="CASE WHEN d.was_status <> t.status THEN 'disbursement.' || t.status END",
        until=f"(t.status_on + {NEWS_DAYS})::timestamptz",
    ),
)

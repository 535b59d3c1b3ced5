"""Mirrored rows: the ledger as the state posted it, and the court's docket."""

from backend.migrate import statements

ID = "0005_payments_and_hearings"
VERSION = "1.38.0"
DESCRIPTION = "payment, distribution, disbursement, hearing"

SQL = """
CREATE TABLE payment (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    originator text NOT NULL,
    settled_on date NOT NULL,
    trace text NOT NULL,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    paid_on date NOT NULL,
    posted_on date NOT NULL,
    amount_cents bigint NOT NULL,
    source text NOT NULL CHECK (source IN ('employer','self','other')),
    reversed_by text,
    closed boolean NOT NULL DEFAULT false,
    UNIQUE (originator, settled_on, trace)
);
CREATE INDEX payment_case ON payment (case_id, paid_on);

CREATE TABLE distribution (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    originator text NOT NULL,
    settled_on date NOT NULL,
    trace text NOT NULL,
    line integer NOT NULL,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    kind text NOT NULL,
    payee text NOT NULL CHECK (payee IN ('family','state','fee')),
    amount_cents bigint NOT NULL,
    distributed_on date NOT NULL,
    closed boolean NOT NULL DEFAULT false,
    UNIQUE (originator, settled_on, trace, line)
);

CREATE TABLE disbursement (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    disbursement_id text NOT NULL UNIQUE,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    originator text,
    settled_on date,
    trace text,
    payment_id uuid REFERENCES payment (id) ON DELETE RESTRICT,
    amount_cents bigint NOT NULL,
    method text NOT NULL CHECK (method IN ('direct_deposit','card','check')),
    status text NOT NULL CHECK (status IN ('processing','held','sent','available','returned')),
    status_on date NOT NULL,
    expected_on date,
    hold_reason_code text,
    closed boolean NOT NULL DEFAULT false
);
CREATE INDEX disbursement_case ON disbursement (case_id, status_on);

CREATE TABLE hearing (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    hearing_id text NOT NULL UNIQUE,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    docket_number text NOT NULL,
    kind text NOT NULL,
    starts_local timestamp NOT NULL,
    time_zone text NOT NULL,
    minutes integer NOT NULL,
    court text NOT NULL,
    room text,
    address text,
    remote boolean NOT NULL DEFAULT false,
    status text NOT NULL CHECK (status IN ('set','moved','cancelled','held')),
    appearance text
);
CREATE INDEX hearing_case ON hearing (case_id, starts_local);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

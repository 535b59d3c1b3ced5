"""Our rows: what people tell their office of their own contact. The state's rows are never written."""

from backend.migrate import statements

ID = "0013_contact_changes"
VERSION = "1.38.0"
DESCRIPTION = "contact_change"

SQL = """
CREATE TABLE contact_change (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    thread uuid NOT NULL REFERENCES participant (id) ON DELETE RESTRICT,
    party_bit smallint NOT NULL,
    field text NOT NULL CHECK (field IN ('phone','email','address_1','address_2','city','state','postal_code')),
    was text CHECK (length(was) <= 120),
    now text CHECK (length(now) <= 120),
    state text NOT NULL CHECK (state IN ('sent','taken_up')),
    sent_at timestamptz NOT NULL,
    taken_by text,
    taken_at timestamptz
);
CREATE INDEX contact_change_case ON contact_change (case_id);
CREATE UNIQUE INDEX contact_change_open ON contact_change (thread, field) WHERE state = 'sent';
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

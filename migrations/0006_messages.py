"""Our rows: what a party and the case team write to each other."""

from backend.migrate import statements

ID = "0006_messages"
VERSION = "1.38.0"
DESCRIPTION = "message"

SQL = """
-- One thread for each party of a case: thread is the participant's id, party_bit its private audience bit.
CREATE TABLE message (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    thread uuid NOT NULL REFERENCES participant (id) ON DELETE RESTRICT,
    party_bit smallint NOT NULL,
    from_party boolean NOT NULL,
    author_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    author_name text NOT NULL,
    body text NOT NULL CHECK (body <> '' AND length(body) <= 4000),
    receipt text NOT NULL UNIQUE,
    written_at timestamptz,
    received_at timestamptz NOT NULL DEFAULT now(),
    answer_due_on date,
    answered_at timestamptz
);
CREATE INDEX message_thread ON message (thread, received_at);
CREATE INDEX message_case ON message (case_id);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

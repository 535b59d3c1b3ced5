"""Our rows: what the case team writes down for itself, and the cases that a worker keeps at hand for a visit."""

from backend.migrate import statements

ID = "0012_notes_and_pins"
VERSION = "1.38.0"
DESCRIPTION = "note, visit_pin"

SQL = """
-- version names the text that stands; beside is the note that this text was written beside, when two edited it at once.
CREATE TABLE note (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    beside uuid REFERENCES note (id) ON DELETE RESTRICT,
    version uuid NOT NULL,
    author_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    author_name text NOT NULL,
    body text NOT NULL CHECK (body <> '' AND length(body) <= 4000),
    written_at timestamptz,
    received_at timestamptz NOT NULL,
    edited_by text,
    edited_at timestamptz
);
CREATE INDEX note_case ON note (case_id);

CREATE TABLE visit_pin (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    UNIQUE (account_id, case_id)
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

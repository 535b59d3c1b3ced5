"""Our rows: what the case team asks one party for, and which document answers it. Of such a day the party is reminded, too."""

from backend.migrate import statements

ID = "0061_document_requests"
VERSION = "1.38.0"
DESCRIPTION = "document_request, document.request, coming_date"

SQL = """
CREATE TABLE document_request (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    thread uuid NOT NULL REFERENCES participant (id) ON DELETE RESTRICT,
    party_bit smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('pay','job','costs','paid','court','identity','birth','other')),
    why text NOT NULL CHECK (length(why) BETWEEN 1 AND 1000),
    by_on date NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open','cancelled')),
    asked_at timestamptz NOT NULL,
    asked_by text NOT NULL
);
CREATE INDEX document_request_case ON document_request (case_id);
CREATE INDEX document_request_open ON document_request (by_on) WHERE state = 'open';

ALTER TABLE document ADD COLUMN request uuid REFERENCES document_request (id) ON DELETE RESTRICT;
CREATE INDEX document_of_request ON document (request) WHERE request IS NOT NULL;

-- A request is a deadline as long as nothing that answers it is on its way, here or accepted.
CREATE OR REPLACE VIEW coming_date AS
    SELECT h.id AS subject_id, h.case_id, 'hearing' AS what, 1::smallint AS aud,
        h.starts_local AT TIME ZONE h.time_zone AS starts_at
    FROM hearing h WHERE h.status IN ('set', 'moved')
    UNION ALL
    SELECT a.id, a.case_id, 'appointment', a.party_bit, a.starts_local AT TIME ZONE a.time_zone
    FROM appointment a WHERE a.state = 'confirmed'
    UNION ALL
    SELECT c.id, c.id, 'deadline', 1::smallint, (c.next_step_on + 1)::timestamp AT TIME ZONE g.time_zone
    FROM ivd_case c CROSS JOIN (SELECT time_zone FROM agency LIMIT 1) g
    WHERE c.status = 'open' AND c.next_step_code IN ('report_change', 'appeal', 'documents')
    UNION ALL
    SELECT r.id, r.case_id, 'deadline', r.party_bit, (r.by_on + 1)::timestamp AT TIME ZONE g.time_zone
    FROM document_request r CROSS JOIN (SELECT time_zone FROM agency LIMIT 1) g
    WHERE r.state = 'open' AND NOT EXISTS (
        SELECT 1 FROM document d WHERE d.request = r.id AND d.state NOT IN ('unfit', 'sent_back', 'withdrawn'));
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

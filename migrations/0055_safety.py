"""Whom we protect: marks that our own people make, and how one is taken back by two of them."""

from backend.migrate import statements

ID = "0055_safety"
VERSION = "1.38.0"
DESCRIPTION = "safety_mark, safety_clearing, guarded_person"

SQL = """
-- Beside the state's own word in person.family_violence: either is enough.
CREATE TABLE safety_mark (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id text NOT NULL,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    made_by uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    made_at timestamptz NOT NULL DEFAULT now(),
    cleared_at timestamptz
);
CREATE UNIQUE INDEX safety_mark_holds ON safety_mark (person_id) WHERE cleared_at IS NULL;
CREATE INDEX safety_mark_case ON safety_mark (case_id);

CREATE TABLE safety_clearing (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    mark_id uuid NOT NULL REFERENCES safety_mark (id) ON DELETE RESTRICT,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    reason text NOT NULL CHECK (length(reason) <= 500),
    asked_by uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    asked_at timestamptz NOT NULL DEFAULT now(),
    until_at timestamptz NOT NULL,
    decided_by uuid REFERENCES account (id) ON DELETE RESTRICT,
    decided_at timestamptz,
    outcome text CHECK (outcome IN ('confirmed','refused','ended')),
    CHECK (outcome IS DISTINCT FROM 'confirmed' OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX safety_clearing_open ON safety_clearing (mark_id) WHERE outcome IS NULL;
CREATE INDEX safety_clearing_case ON safety_clearing (case_id) WHERE outcome IS NULL;

CREATE INDEX person_violence ON person (person_id) WHERE family_violence;

-- Everybody who is protected now, whatever the cases' rows say yet: who is marked, and the children of whose cases.
CREATE VIEW guarded_person AS
    WITH marked AS NOT MATERIALIZED (
        SELECT person_id FROM person WHERE family_violence
        UNION ALL SELECT person_id FROM safety_mark WHERE cleared_at IS NULL)
    SELECT person_id FROM marked
    UNION ALL SELECT k.person_id FROM participant k
        JOIN participant a ON a.case_id = k.case_id AND a.role <> 'CH' JOIN marked m ON m.person_id = a.person_id
        WHERE k.role = 'CH';
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

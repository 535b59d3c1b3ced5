"""What was visible at its time: each interval of exposure names what the registry said then."""

from backend.migrate import statements

ID = "0056_exposure_views"
VERSION = "1.38.0"
DESCRIPTION = "exposure_view; exposure.view"

SQL = """
-- id follows from says: the same registry is written down once. says: [noun, label, audience, columns] of every projection.
CREATE TABLE exposure_view (
    id uuid PRIMARY KEY,
    says jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE exposure ADD COLUMN view uuid REFERENCES exposure_view (id) ON DELETE RESTRICT;

CREATE INDEX journal_readers ON journal (actor_id, at) WHERE verb IN ('permit.read', 'held.begun', 'reading.unusual');
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

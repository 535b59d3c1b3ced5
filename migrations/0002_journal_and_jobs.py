"""The record of every act, and the work that waits to be done."""

from backend.migrate import statements

ID = "0002_journal_and_jobs"
VERSION = "1.38.0"
DESCRIPTION = "journal, job"

SQL = """
CREATE TABLE journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor_id uuid,
    verb text NOT NULL,
    case_id uuid,
    subject_id uuid,
    batch_id uuid,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX journal_case ON journal (case_id, at) WHERE case_id IS NOT NULL;

CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    key text,
    run_at timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    done_at timestamptz,
    failed boolean NOT NULL DEFAULT false,
    last_error text
);
CREATE INDEX job_due ON job (run_at, id) WHERE done_at IS NULL;
CREATE UNIQUE INDEX job_key ON job (kind, key) WHERE done_at IS NULL AND key IS NOT NULL;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

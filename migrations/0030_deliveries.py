"""One row for each thing to carry, found by its service; how fast each service lets us; what became of each kind of notice."""

from backend.migrate import statements

ID = "0030_deliveries"
VERSION = "1.38.0"
DESCRIPTION = "deliveries by service, push_service, notice_tally, coming_date, late_answer"

SQL = """
ALTER TABLE push_subscription ADD COLUMN service text NOT NULL DEFAULT '';
UPDATE push_subscription SET service = CASE WHEN host LIKE '%.notify.windows.com' THEN 'notify.windows.com' ELSE host END;
ALTER TABLE push_subscription ALTER COLUMN service DROP DEFAULT;

-- told_at: since when the person sees it in the app. lead_id: the notice of the same person that speaks for this one.
-- speaks_of: the instant that a reminder reminds of, as it stood when the reminder was made.
ALTER TABLE notice DROP CONSTRAINT notice_state_check;
UPDATE notice SET state = 'suppressed', ended_at = now() WHERE state = 'queued' AND attempts > 0;
ALTER TABLE notice
    ADD CONSTRAINT notice_state_check CHECK (state IN ('queued','sending','sent','expired','suppressed','dead')),
    ADD COLUMN told_at timestamptz,
    ADD COLUMN told_on date,
    ADD COLUMN opened_at timestamptz,
    ADD COLUMN lead_id uuid,
    ADD COLUMN speaks_of timestamptz,
    DROP COLUMN attempts,
    DROP COLUMN lease_until;
UPDATE notice SET told_at = ended_at, told_on = ended_at::date WHERE state = 'sent';
CREATE INDEX notice_account_due ON notice (account_id, not_before) WHERE state = 'queued';
CREATE INDEX notice_lead ON notice (lead_id) WHERE state = 'sending';
CREATE INDEX notice_unopened ON notice (account_id) WHERE told_at IS NOT NULL AND opened_at IS NULL;
CREATE INDEX notice_subject ON notice (subject_id) WHERE state = 'queued';

-- next_at is also the lease: who takes a delivery moves it on, and claims counts who took it, so that a late answer is known.
ALTER TABLE push_delivery DROP CONSTRAINT push_delivery_state_check;
UPDATE push_delivery SET next_at = now() WHERE next_at IS NULL;
UPDATE push_delivery SET state = 'expired' WHERE state = 'queued';
ALTER TABLE push_delivery
    ADD CONSTRAINT push_delivery_state_check CHECK (state IN ('queued','sent','gone','dead','expired','suppressed')),
    ADD COLUMN service text NOT NULL DEFAULT '',
    ADD COLUMN rank smallint NOT NULL DEFAULT 1,
    ADD COLUMN claims integer NOT NULL DEFAULT 0,
    ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now(),
    ALTER COLUMN next_at SET NOT NULL,
    ALTER COLUMN next_at SET DEFAULT now();
ALTER TABLE push_delivery ALTER COLUMN service DROP DEFAULT, ALTER COLUMN expires_at DROP DEFAULT;
CREATE INDEX push_delivery_due ON push_delivery (service, rank, next_at) WHERE state = 'queued';
CREATE INDEX push_delivery_old ON push_delivery (expires_at) WHERE state = 'queued';

-- One row for each push service: its pace, shared by all processes, and what it answered so far.
CREATE TABLE push_service (
    service text PRIMARY KEY,
    rate double precision NOT NULL,
    tokens double precision NOT NULL,
    filled_at timestamptz NOT NULL,
    closed_until timestamptz NOT NULL,
    trouble integer NOT NULL DEFAULT 0,
    credentials integer NOT NULL DEFAULT 0,
    answers jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE notice_tally (
    kind text PRIMARY KEY,
    told bigint NOT NULL DEFAULT 0,
    delivered bigint NOT NULL DEFAULT 0,
    opened bigint NOT NULL DEFAULT 0
);

-- What people are reminded of, as it stands now. aud: the audience bits of the case that it concerns.
CREATE VIEW coming_date AS
    SELECT h.id AS subject_id, h.case_id, 'hearing' AS what, 1::smallint AS aud,
        h.starts_local AT TIME ZONE h.time_zone AS starts_at
    FROM hearing h WHERE h.status IN ('set', 'moved')
    UNION ALL
    SELECT a.id, a.case_id, 'appointment', a.party_bit, a.starts_local AT TIME ZONE a.time_zone
    FROM appointment a WHERE a.state = 'confirmed'
    UNION ALL
    SELECT c.id, c.id, 'deadline', 1::smallint, (c.next_step_on + 1)::timestamp AT TIME ZONE g.time_zone
    FROM ivd_case c CROSS JOIN (SELECT time_zone FROM agency LIMIT 1) g
    WHERE c.status = 'open' AND c.next_step_code IN ('report_change', 'appeal', 'documents');
CREATE INDEX hearing_coming ON hearing (starts_local) WHERE status IN ('set', 'moved');
CREATE INDEX appointment_coming ON appointment (starts_local) WHERE state = 'confirmed';
CREATE INDEX ivd_case_deadline ON ivd_case (next_step_on)
    WHERE status = 'open' AND next_step_code IN ('report_change', 'appeal', 'documents');

-- A conversation in which the oldest unanswered message of the party waits longer than was promised.
CREATE VIEW late_answer AS
    SELECT m.thread, m.case_id, min(m.answer_due_on) AS due_on
    FROM message m WHERE m.from_party AND m.answered_at IS NULL AND m.answer_due_on < current_date
    GROUP BY m.thread, m.case_id;
CREATE INDEX message_waiting ON message (answer_due_on) WHERE from_party AND answered_at IS NULL;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

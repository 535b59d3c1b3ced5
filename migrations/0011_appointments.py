"""Our rows: the hours that the agency offers, the appointments people ask for, and which of a worker's hours are taken."""

from backend.migrate import statements

ID = "0011_appointments"
VERSION = "1.38.0"
DESCRIPTION = "bookable_hours, appointment, appointment_slot"

SQL = """
-- Of the agency as a whole: the hours of one worker or office would tell where somebody lives. weekday: Monday is 1.
CREATE TABLE bookable_hours (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    agency_id uuid NOT NULL REFERENCES agency (id) ON DELETE RESTRICT,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_local text NOT NULL CHECK (from_local ~ '^[0-2][0-9]:[0-5][0-9]$'),
    to_local text NOT NULL CHECK (to_local ~ '^[0-2][0-9]:[0-5][0-9]$' AND to_local > from_local),
    minutes smallint NOT NULL CHECK (minutes > 0 AND minutes % 15 = 0),
    channel text NOT NULL CHECK (channel IN ('phone','video','in_person')),
    UNIQUE (agency_id, weekday, from_local, channel)
);

CREATE TABLE appointment (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    thread uuid NOT NULL REFERENCES participant (id) ON DELETE RESTRICT,
    party_bit smallint NOT NULL,
    worker_login text NOT NULL,
    worker_name text NOT NULL,
    starts_local timestamp NOT NULL,
    asked_local timestamp,
    asked_by text CHECK (asked_by IN ('party','team')),
    time_zone text NOT NULL,
    minutes smallint NOT NULL CHECK (minutes > 0 AND minutes % 15 = 0),
    channel text NOT NULL CHECK (channel IN ('phone','video','in_person')),
    topic text NOT NULL,
    note text CHECK (length(note) <= 1000),
    state text NOT NULL CHECK (state IN ('requested','confirmed','move_asked','cancelled','missed','held')),
    requested_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'move_asked') = (asked_local IS NOT NULL)),
    CHECK ((asked_local IS NULL) = (asked_by IS NULL))
);
CREATE INDEX appointment_case ON appointment (case_id);
CREATE INDEX appointment_thread ON appointment (thread);

-- A worker's quarter hours that are taken: the constraint that nobody is in two places. Never leaves the server.
CREATE TABLE appointment_slot (
    worker_login text NOT NULL,
    at_local timestamp NOT NULL,
    appointment_id uuid NOT NULL REFERENCES appointment (id) ON DELETE RESTRICT,
    PRIMARY KEY (worker_login, at_local)
);
CREATE INDEX appointment_slot_appointment ON appointment_slot (appointment_id);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

"""A worker's hour belongs to one case, and within it to each party at most once: no party can tell what the other booked."""

from backend.migrate import statements

ID = "0018_hours_of_a_case"
VERSION = "1.38.0"
DESCRIPTION = "appointment_hour, appointment_slot"

SQL = """
CREATE TABLE appointment_hour (
    worker_login text NOT NULL,
    at_local timestamp NOT NULL,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    PRIMARY KEY (worker_login, at_local),
    UNIQUE (worker_login, at_local, case_id)
);

ALTER TABLE appointment_slot ADD COLUMN case_id uuid, ADD COLUMN thread uuid;
UPDATE appointment_slot s SET case_id = a.case_id, thread = a.thread FROM appointment a WHERE a.id = s.appointment_id;
INSERT INTO appointment_hour (worker_login, at_local, case_id) SELECT worker_login, at_local, case_id FROM appointment_slot;
ALTER TABLE appointment_slot
    ALTER COLUMN case_id SET NOT NULL,
    ALTER COLUMN thread SET NOT NULL,
    DROP CONSTRAINT appointment_slot_pkey,
    ADD PRIMARY KEY (worker_login, at_local, thread),
    ADD FOREIGN KEY (worker_login, at_local, case_id) REFERENCES appointment_hour (worker_login, at_local, case_id) ON DELETE RESTRICT;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

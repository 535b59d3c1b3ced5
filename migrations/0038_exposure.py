"""What was sent to which device, from when until when; and the oldest app that is still good."""

from backend.migrate import statements

ID = "0038_exposure"
VERSION = "1.38.0"
DESCRIPTION = "exposure, app_floor"

SQL = """
CREATE TABLE exposure (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device uuid NOT NULL REFERENCES sync_device (id) ON DELETE RESTRICT,
    account_id uuid NOT NULL,
    role text NOT NULL,
    case_id uuid NOT NULL,
    mask smallint NOT NULL,
    offered_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    until_at timestamptz
);
CREATE UNIQUE INDEX exposure_open ON exposure (device, case_id) WHERE until_at IS NULL;
CREATE INDEX exposure_case ON exposure (case_id);

CREATE TABLE app_floor (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version text NOT NULL CHECK (version ~ '^[0-9]{1,5}[.][0-9]{1,5}[.][0-9]{1,5}$'),
    at timestamptz NOT NULL DEFAULT now()
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

"""What an operator sees of devices, and what finds old mutations quickly."""

from backend.migrate import statements

ID = "0009_operating"
VERSION = "1.38.0"
DESCRIPTION = "sync_device: clock_ms, app_version, next_n_at, closed_at; indexes of sync_mutation"

SQL = """
ALTER TABLE sync_device
    ADD COLUMN clock_ms bigint NOT NULL DEFAULT 0,
    ADD COLUMN app_version text NOT NULL DEFAULT '',
    ADD COLUMN next_n_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN closed_at timestamptz;
CREATE INDEX sync_device_seen ON sync_device (seen_at);

CREATE INDEX sync_mutation_args ON sync_mutation (received_at) WHERE args IS NOT NULL AND outcome <> 'parked';
CREATE INDEX sync_mutation_whole ON sync_mutation (received_at) WHERE name <> '' AND outcome <> 'parked';
CREATE INDEX sync_mutation_unmet ON sync_mutation (device) WHERE outcome <> 'ok';
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

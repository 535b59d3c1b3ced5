"""Who signs in, on which device, and how tries are counted."""

from backend.migrate import statements

ID = "0001_accounts"
VERSION = "1.38.0"
DESCRIPTION = "accounts, sessions, devices, throttle"

SQL = """
CREATE TABLE account (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    role text NOT NULL CHECK (role IN ('parent','caseworker','supervisor','navigator','admin','auditor')),
    login text NOT NULL CHECK (login = lower(login) AND login <> ''),
    password_hash text,
    display_name text NOT NULL,
    language text NOT NULL DEFAULT 'en' CHECK (language IN ('en','es')),
    time_zone text NOT NULL DEFAULT 'America/New_York',
    person_id text,
    worker_login text,
    demo_key text,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX account_login ON account (login);
CREATE UNIQUE INDEX account_person ON account (person_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX account_worker ON account (worker_login) WHERE worker_login IS NOT NULL;
CREATE UNIQUE INDEX account_demo_key ON account (demo_key) WHERE demo_key IS NOT NULL;

CREATE TABLE session (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash bytea NOT NULL UNIQUE,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX session_account ON session (account_id) WHERE ended_at IS NULL;

CREATE TABLE throttle (
    key text PRIMARY KEY,
    window_at timestamptz NOT NULL,
    hits integer NOT NULL
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

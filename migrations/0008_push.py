"""Whom we decided to tell, by which subscription, and what the push service said."""

from backend.migrate import statements

ID = "0008_push"
VERSION = "1.38.0"
DESCRIPTION = "vapid_key, push_subscription, notice, push_delivery"

SQL = """
CREATE TABLE vapid_key (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    public_key text NOT NULL UNIQUE,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz
);

CREATE TABLE push_subscription (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL,
    device_id uuid,
    endpoint bytea NOT NULL,
    endpoint_hash bytea NOT NULL UNIQUE,
    host text NOT NULL,
    p256dh text NOT NULL,
    auth text NOT NULL,
    vapid_key_id uuid NOT NULL REFERENCES vapid_key (id) ON DELETE RESTRICT,
    agent_class text NOT NULL DEFAULT '',
    locale text NOT NULL DEFAULT 'en' CHECK (locale IN ('en','es')),
    renew_hash bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_ok_at timestamptz,
    last_error text,
    fails integer NOT NULL DEFAULT 0,
    first_fail_at timestamptz,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active','needs_resubscribe','gone','disabled')),
    reason text
);
CREATE INDEX push_subscription_account ON push_subscription (account_id) WHERE state = 'active';

CREATE TABLE notice (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    event_key text NOT NULL,
    kind text NOT NULL,
    case_id uuid,
    subject_id uuid,
    collapse_key text NOT NULL,
    not_before timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued','sent','expired','suppressed','dead')),
    attempts integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    UNIQUE (event_key, account_id)
);
CREATE INDEX notice_due ON notice (not_before, id) WHERE state = 'queued';

CREATE TABLE push_delivery (
    notice_id uuid NOT NULL REFERENCES notice (id) ON DELETE RESTRICT,
    subscription_id uuid NOT NULL REFERENCES push_subscription (id) ON DELETE RESTRICT,
    id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued','sent','gone','dead','expired')),
    answer integer,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    ttl_s integer,
    first_at timestamptz,
    last_at timestamptz,
    PRIMARY KEY (notice_id, subscription_id)
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

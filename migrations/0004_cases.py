"""Mirrored rows: the agency, its people and its cases, as the system of record knows them."""

from backend.migrate import statements

ID = "0004_cases"
VERSION = "1.38.0"
DESCRIPTION = "agency, office, worker, case, assignment, person, participant, order, obligation, balance, event"

SQL = """
CREATE TABLE agency (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    source text NOT NULL UNIQUE,
    name text NOT NULL,
    phone text NOT NULL,
    time_zone text NOT NULL,
    as_of timestamptz
);

CREATE TABLE office (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    office_code text NOT NULL UNIQUE,
    name text NOT NULL,
    phone text,
    address text,
    time_zone text NOT NULL,
    hours text,
    closed boolean NOT NULL DEFAULT false
);

CREATE TABLE worker (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    worker_login text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('caseworker','supervisor')),
    unit_code text,
    office_code text NOT NULL,
    phone text,
    email text,
    active boolean NOT NULL DEFAULT true
);

CREATE TABLE ivd_case (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_number text NOT NULL UNIQUE,
    status text NOT NULL CHECK (status IN ('open','closed')),
    stage text NOT NULL CHECK (stage IN ('intake','locate','parentage','establishment','enforcement','review')),
    office_code text NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    closure_code text,
    initiating_fips text,
    responding_fips text,
    next_step_code text,
    next_step_on date
);

CREATE TABLE assignment (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    worker_login text NOT NULL,
    from_on date NOT NULL,
    to_on date,
    part text NOT NULL CHECK (part IN ('primary','cover')),
    UNIQUE (case_id, worker_login, from_on)
);
CREATE INDEX assignment_worker ON assignment (worker_login);

CREATE TABLE person (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id text NOT NULL UNIQUE,
    first_name text NOT NULL,
    middle_name text,
    last_name text NOT NULL,
    born_on date,
    language text NOT NULL DEFAULT 'en',
    phone text,
    email text,
    address_1 text,
    address_2 text,
    city text,
    state text,
    postal_code text,
    safe_to_contact boolean NOT NULL DEFAULT true,
    family_violence boolean NOT NULL DEFAULT false,
    employer_name text,
    employer_phone text,
    closed boolean NOT NULL DEFAULT false
);

-- A participant row carries what a case shows of a person: a body that travels is built from its own row only.
CREATE TABLE participant (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    person_id text NOT NULL,
    role text NOT NULL CHECK (role IN ('CP','NCP','AP','CH')),
    party smallint CHECK (party BETWEEN 1 AND 10),
    from_on date NOT NULL,
    to_on date,
    child_resides_with text,
    first_name text NOT NULL,
    last_name text NOT NULL,
    born_on date,
    language text NOT NULL,
    phone text,
    email text,
    address_1 text,
    address_2 text,
    city text,
    state text,
    postal_code text,
    safe_to_contact boolean NOT NULL,
    family_violence boolean NOT NULL,
    party_bit smallint GENERATED ALWAYS AS (CASE WHEN party IS NULL THEN 0 ELSE (1 << (party + 3)) END::smallint) STORED,
    role_bit smallint GENERATED ALWAYS AS
        (CASE role WHEN 'CP' THEN 2 WHEN 'NCP' THEN 4 WHEN 'AP' THEN 4 ELSE 0 END::smallint) STORED,
    UNIQUE (case_id, person_id, role, from_on),
    UNIQUE (case_id, party),
    CHECK ((role = 'CH') = (party IS NULL))
);
CREATE INDEX participant_person ON participant (person_id);

CREATE TABLE support_order (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    order_id text NOT NULL UNIQUE,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    court text NOT NULL,
    docket_number text NOT NULL,
    entered_on date NOT NULL,
    effective_on date NOT NULL,
    ended_on date,
    review_due_on date
);
CREATE INDEX support_order_case ON support_order (case_id);

CREATE TABLE obligation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    order_id uuid NOT NULL REFERENCES support_order (id) ON DELETE RESTRICT,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    line integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('current','medical','arrears','fee')),
    amount_cents bigint NOT NULL CHECK (amount_cents >= 0),
    frequency text NOT NULL CHECK (frequency IN ('weekly','biweekly','semimonthly','monthly')),
    from_on date NOT NULL,
    to_on date,
    withholding boolean NOT NULL DEFAULT false,
    UNIQUE (order_id, line)
);
CREATE INDEX obligation_case ON obligation (case_id);

CREATE TABLE balance (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    kind text NOT NULL,
    as_of_on date NOT NULL,
    amount_cents bigint NOT NULL,
    UNIQUE (case_id, kind)
);

-- aud is derived from visible_to: 9 both and staff, 10 receiving side and staff, 12 paying side and staff, 8 staff.
CREATE TABLE key_event (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    event_id text NOT NULL UNIQUE,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    code text NOT NULL,
    happened_on date NOT NULL,
    detail_code text,
    visible_to text NOT NULL CHECK (visible_to IN ('both','cp','ncp','staff')),
    aud smallint GENERATED ALWAYS AS
        (CASE visible_to WHEN 'both' THEN 9 WHEN 'cp' THEN 10 WHEN 'ncp' THEN 12 ELSE 8 END::smallint) STORED
);
CREATE INDEX key_event_case ON key_event (case_id);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

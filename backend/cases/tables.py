"""The agency, its people and its cases, mirrored: only ingest causes these rows to be written."""

from piccolo.columns import UUID, BigInt, Boolean, Date, ForeignKey, Integer, OnDelete, SmallInt, Text, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Agency(Table, tablename="agency"):
    """The agency itself; `as_of` is when its system of record last spoke."""

    id = UUID(primary_key=True, default=UUID4())
    source = Text(null=False, default=None, unique=True)
    name = Text(null=False, default=None)
    phone = Text(null=False, default=None)
    time_zone = Text(null=False, default=None)
    as_of = Timestamptz(null=True, default=None)


class Office(Table, tablename="office"):
    """An office. Never leaves: a worker's office tells where a family lives."""

    id = UUID(primary_key=True, default=UUID4())
    office_code = Text(null=False, default=None, unique=True)
    name = Text(null=False, default=None)
    phone = Text(null=True, default=None)
    address = Text(null=True, default=None)
    time_zone = Text(null=False, default=None)
    hours = Text(null=True, default=None)
    closed = Boolean(null=False, default=False)


class Worker(Table, tablename="worker"):
    """Someone whom cases are assigned to, by the system of record's login."""

    id = UUID(primary_key=True, default=UUID4())
    worker_login = Text(null=False, default=None, unique=True)
    name = Text(null=False, default=None)
    role = Text(null=False, default=None)
    unit_code = Text(null=True, default=None)
    office_code = Text(null=False, default=None)
    phone = Text(null=True, default=None)
    email = Text(null=True, default=None)
    active = Boolean(null=False, default=True)


class IvdCase(Table, tablename="ivd_case"):
    """A IV-D case, by the state's case number."""

    id = UUID(primary_key=True, default=UUID4())
    case_number = Text(null=False, default=None, unique=True)
    status = Text(null=False, default=None)
    stage = Text(null=False, default=None)
    office_code = Text(null=False, default=None)
    opened_on = Date(null=False, default=None)
    closed_on = Date(null=True, default=None)
    closure_code = Text(null=True, default=None)
    initiating_fips = Text(null=True, default=None)
    responding_fips = Text(null=True, default=None)
    next_step_code = Text(null=True, default=None)
    next_step_on = Date(null=True, default=None)


class Assignment(Table, tablename="assignment"):
    """Who works a case, from when to when. `to_on` is the first day without it."""

    id = UUID(primary_key=True, default=UUID4())
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    worker_login = Text(null=False, default=None)
    from_on = Date(null=False, default=None)
    to_on = Date(null=True, default=None)
    part = Text(null=False, default=None)


class Person(Table, tablename="person"):
    """A person as the system of record knows one. Never leaves as such: cases show participants."""

    id = UUID(primary_key=True, default=UUID4())
    person_id = Text(null=False, default=None, unique=True)
    first_name = Text(null=False, default=None)
    middle_name = Text(null=True, default=None)
    last_name = Text(null=False, default=None)
    born_on = Date(null=True, default=None)
    language = Text(null=False, default="en")
    phone = Text(null=True, default=None)
    email = Text(null=True, default=None)
    address_1 = Text(null=True, default=None)
    address_2 = Text(null=True, default=None)
    city = Text(null=True, default=None)
    state = Text(null=True, default=None)
    postal_code = Text(null=True, default=None)
    safe_to_contact = Boolean(null=False, default=True)
    family_violence = Boolean(null=False, default=False)
    employer_name = Text(null=True, default=None)
    employer_phone = Text(null=True, default=None)
    closed = Boolean(null=False, default=False)


class Participant(Table, tablename="participant"):
    """A person's part in a case, with what the case may show of the person. `party` is never used again."""

    id = UUID(primary_key=True, default=UUID4())
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    person_id = Text(null=False, default=None)
    role = Text(null=False, default=None)
    party = SmallInt(null=True, default=None)
    from_on = Date(null=False, default=None)
    to_on = Date(null=True, default=None)
    child_resides_with = Text(null=True, default=None)
    first_name = Text(null=False, default=None)
    last_name = Text(null=False, default=None)
    born_on = Date(null=True, default=None)
    language = Text(null=False, default=None)
    phone = Text(null=True, default=None)
    email = Text(null=True, default=None)
    address_1 = Text(null=True, default=None)
    address_2 = Text(null=True, default=None)
    city = Text(null=True, default=None)
    state = Text(null=True, default=None)
    postal_code = Text(null=True, default=None)
    safe_to_contact = Boolean(null=False, default=None)
    family_violence = Boolean(null=False, default=None)
    party_bit = SmallInt(null=False, default=None)
    role_bit = SmallInt(null=False, default=None)


class SupportOrder(Table, tablename="support_order"):
    """A support order."""

    id = UUID(primary_key=True, default=UUID4())
    order_id = Text(null=False, default=None, unique=True)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    court = Text(null=False, default=None)
    docket_number = Text(null=False, default=None)
    entered_on = Date(null=False, default=None)
    effective_on = Date(null=False, default=None)
    ended_on = Date(null=True, default=None)
    review_due_on = Date(null=True, default=None)


class Obligation(Table, tablename="obligation"):
    """One line of an order; integer cents."""

    id = UUID(primary_key=True, default=UUID4())
    order_id = ForeignKey(SupportOrder, null=False, on_delete=OnDelete.restrict, db_column_name="order_id")
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    line = Integer(null=False, default=None)
    kind = Text(null=False, default=None)
    amount_cents = BigInt(null=False, default=None)
    frequency = Text(null=False, default=None)
    from_on = Date(null=False, default=None)
    to_on = Date(null=True, default=None)
    withholding = Boolean(null=False, default=False)


class Balance(Table, tablename="balance"):
    """What is owed of one kind, as of the state's date; integer cents."""

    id = UUID(primary_key=True, default=UUID4())
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    kind = Text(null=False, default=None)
    as_of_on = Date(null=False, default=None)
    amount_cents = BigInt(null=False, default=None)


class KeyEvent(Table, tablename="key_event"):
    """Something that happened in the life of a case. `aud` is derived from `visible_to`."""

    id = UUID(primary_key=True, default=UUID4())
    event_id = Text(null=False, default=None, unique=True)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    code = Text(null=False, default=None)
    happened_on = Date(null=False, default=None)
    detail_code = Text(null=True, default=None)
    visible_to = Text(null=False, default=None)
    aud = SmallInt(null=False, default=None)

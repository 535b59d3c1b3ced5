"""Texts from outside that had an effect, by the number that the provider gave each: what is brought once more has none."""

from backend.migrate import statements

ID = "0066_heard_texts"
VERSION = "1.38.0"
DESCRIPTION = "heard_text"

SQL = """
-- A provider signs what it brings without a time, so this is never tidied: a few dozen bytes for each STOP and START there was.
CREATE TABLE heard_text (
    provider_hash bytea PRIMARY KEY,
    heard_at timestamptz NOT NULL DEFAULT now()
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)

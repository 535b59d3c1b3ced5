"""The modules whose tables belong to this database. One Piccolo app owns them all, so that migrations have one order."""

from importlib import import_module

from piccolo.table import Table

MODULES = (
    "backend.accounts.tables",
    "backend.appointments.tables",
    "backend.cases.tables",
    "backend.contacts.tables",
    "backend.documents.tables",
    "backend.enrolment.tables",
    "backend.hearings.tables",
    "backend.ingest.tables",
    "backend.messages.tables",
    "backend.notes.tables",
    "backend.notifications.tables",
    "backend.payments.tables",
    "backend.preferences.tables",
    "backend.visits.tables",
    "push.tables",
)


def tables() -> list[type[Table]]:
    """Every table class of those modules, by the name of its table."""
    found = {
        value._meta.tablename: value
        for name in MODULES
        for value in vars(import_module(name)).values()
        if isinstance(value, type) and issubclass(value, Table) and value.__module__ == name
    }
    return [found[name] for name in sorted(found)]

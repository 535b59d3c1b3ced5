"""The policy as a page that a privacy officer can read: `./porchlight policy`, kept in `backend/POLICY.md`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backend.access import Role
from backend.environment import ROOT
from backend.policy.classes import TABLE, Channel, Class, Reader, Ways
from backend.policy.columns import CHILD, COLUMNS
from backend.policy.operations import ALLOWED, MUTATIONS, ROUTES, VERSION

PAGE: Final = ROOT / "backend" / "POLICY.md"
SHORT: Final = {
    Channel.OFFLINE: "device",
    Channel.ONLINE: "screen",
    Channel.NOTICE: "notice",
    Channel.EXPORT: "file",
    Channel.PHONE: "phone",
}
HEAD: Final = f"""# Who may learn what, and who may do what

Version {VERSION}. Made by `./porchlight policy --write` from `backend/policy/`; a test compares. What does not stand here is refused.

*Device*: it may be kept on the reader's phone or tablet. *Screen*: it is shown while there is a network, and kept nowhere.
No class of fields is ever in the text of a notification, or in a file to take along: nothing here says *notice* or *file*.

*self* is the person whom a field tells of; *receiving* and *paying* are the two sides of a case; *team* are the caseworkers and
supervisors to whom the case is assigned now; *unit* is a supervisor, of what the own unit has to do with; *permit* is an auditor, or a
colleague with a reason, who holds a permit for the case now; *navigator* is a helper, as far as a parent's consent goes.
"""


def text() -> str:
    """The whole page, as Markdown."""
    return "\n".join([HEAD, *_classes(), "", *_operations(), "", *_columns(), ""])


def main(arguments: argparse.Namespace) -> int:
    """Prints the page, or writes it where it is kept."""
    if arguments.write:
        Path(PAGE).write_text(text())
    else:
        print(text())
    return 0


def _classes() -> Iterator[str]:
    readers = [reader for reader in Reader if any(reader in rule.reads for rule in TABLE.values())]
    nobody = [reader.value for reader in Reader if reader not in readers]
    yield "## What is told to whom\n"
    yield f"To {' and '.join(nobody)} nothing is told yet.\n" if nobody else ""
    yield f"| class | what it is | {' | '.join(readers)} |"
    yield f"|---|---|{'---|' * len(readers)}"
    for of, rule in TABLE.items():
        says = rule.says + ("; the row says to which of them" if rule.by_row else "")
        yield f"| {_words(of)} | {says} | {' | '.join(_ways(rule.reads.get(reader, frozenset())) for reader in readers)} |"


def _operations() -> Iterator[str]:
    yield "## What may be done, by which account\n"
    yield f"| operation | {' | '.join(Role)} | asked for by |"
    yield f"|---|{'---|' * len(Role)}---|"
    for operation, roles in ALLOWED.items():
        ways = [route for route, of in ROUTES.items() if of == operation] + [
            f"change {m}" for m, of in MUTATIONS.items() if of == operation
        ]
        yield f"| {operation} | {' | '.join('yes' if role in roles else '' for role in Role)} | {', '.join(ways)} |"
    yield "\nWithout an account:\n"
    for route, of in ROUTES.items():
        if of.startswith("public: "):
            yield f"- `{route}`: {of.removeprefix('public: ')}"


def _columns() -> Iterator[str]:
    yield "## Every column, and its class\n"
    for table, columns in COLUMNS.items():
        by_class: dict[Class, list[str]] = {}
        for column, of in columns.items():
            by_class.setdefault(of, []).append(column)
        yield f"- **{table}**: " + "; ".join(f"*{_words(of)}*: {', '.join(names)}" for of, names in by_class.items())
    children = ", ".join(f"{column}: *{_words(of)}*" for column, of in CHILD.items())
    yield f"\nOf a participant that is a child: {children}."


def _words(of: Class) -> str:
    return of.value.replace("_", " ")


def _ways(ways: Ways) -> str:
    return ", ".join(SHORT[way] for way in Channel if way in ways)

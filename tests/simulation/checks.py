"""What must hold, looked at after every step: the invariants of the protocol against a model that knows no protocol.

The model is the domain itself: which things there are, and who has a part in which scope. It is read with ten lines of
Python (`Truth.look`) that know neither stamps, cursors nor manifests.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from tests.simulation.clockwork import Clockwork, quick_id
from tests.simulation.database import Database, Transaction
from tests.simulation.house import Thing, shown

if TYPE_CHECKING:
    from tests.simulation.phone import Phone

Json = dict[str, Any]
_id = lru_cache(4096)(quick_id)


class Violation(Exception):
    """An invariant does not hold."""


RowKey = tuple[int, int, str]
Scopes = dict[str, tuple[int, dict[RowKey, Json]]]


@lru_cache(4096)
def _shown(id: UUID, thing: Thing) -> tuple[str, list[tuple[RowKey, Json]]]:
    """A thing's scope, and what leaves of it, as phones name it."""
    return str(thing.scope), [((aud, kind, str(id)), body) for aud, kind, body in shown(thing)]


class Truth:
    """What one person may hold at the moment of a statement: scope → (mask, rows)."""

    def __init__(self, known: dict[UUID, tuple[int, Scopes]]) -> None:
        self.looks = 0
        self.last_n = 0
        self.scopes: Scopes = {}
        self.known = known

    def look(self, database: Database, principal: UUID, device: UUID | None) -> None:
        """Reads the domain; of a person for whom it was read since it last changed, that reading."""
        self.looks += 1
        at, self.scopes = self.known.get(principal, (-1, {}))
        if at != database.domain:
            self.scopes = self._read(database, principal)
            self.known[principal] = (database.domain, self.scopes)
        if device is not None:
            self.last_n = database.tables["sync_device"][device]["last_n"]

    def _read(self, database: Database, principal: UUID) -> Scopes:
        scopes: Scopes = {str(s): (mask, {}) for (who, s), mask in database.tables["part"].items() if who == principal}
        for id, thing in database.tables["thing"].items():
            scope, leaves = _shown(id, thing)
            mask, rows = scopes.get(scope, (0, {}))
            for key, body in leaves:
                if key[0] & mask:
                    rows[key] = body
        return scopes


class Checks:
    """The invariants of sync, by number."""

    def __init__(self, clockwork: Clockwork, database: Database) -> None:
        self.clockwork, self.database = clockwork, database
        self.violation: str | None = None
        self.applied_answers = 0
        self.untrue: set[tuple[str, str]] = set()  # scope and sum, told by phones of what had rotted
        self.found_rotten = 0  # of these, how many the scrub called wrong
        self.numbers: dict[tuple[str, str, int], str] = {}
        self.unmet: set[UUID] = set()  # mutations of which a phone was told something else than ok
        self.order: dict[str, tuple[str, int]] = {}  # mutation → (phone that wrote it, its place there)
        self.places: dict[str, int] = {}
        self.cursors: dict[str, tuple[Any, ...]] = {}
        self.revs: dict[str, dict[tuple[str, int, int, str], int]] = {}
        self.known: dict[UUID, tuple[int, Scopes]] = {}
        database.committed, database.hold = self.committed, self.hold

    def hold(self, what: bool, number: str, words: str) -> None:
        """What must be true; if it is not, `fail`."""
        if not what:
            self.fail(number, words)

    def fail(self, number: str, words: str) -> None:
        """Keeps the first violation."""
        if self.violation is None:
            self.violation = f"{number}: {words}"
            raise Violation(self.violation)

    # --- on the phone

    def wrote(self, phone: Phone, device: str, item: Json) -> None:
        """A mutation was stored on a phone."""
        self.clockwork.trace(f"{phone.name} wrote {item['n']} {item['id']}")
        self.hold((phone.name, device, item["n"]) not in self.numbers, "I19", f"{phone.name} gave number {item['n']} twice")
        self.numbers[phone.name, device, item["n"]] = item["id"]
        self.order[item["id"]] = (phone.name, len(phone.written))
        phone.written.append(item["id"])

    def told(self, phone: Phone, item: Json, answer: Json) -> None:
        """A phone takes an outcome for true. What it says of effects, `committed` holds true from then on."""
        before = phone.outcomes.setdefault(item["id"], answer["outcome"])
        self.hold(before == answer["outcome"], "I1", f"{phone.name} was told {before}, then {answer['outcome']} of one mutation")
        effects = len(self.database.tables["effect"].get(_id(item["id"]), ()))
        if answer["outcome"] != "ok":
            self.unmet.add(_id(item["id"]))
        right = effects == (1 if answer["outcome"] == "ok" else 0)
        self.hold(right, "I1", f"{phone.name} was told {answer['outcome']} of a mutation that has {effects} effects")
        built_on = answer["outcome"] != "ok" or "after" not in item or self.database.tables["effect"].get(_id(item["after"]))
        self.hold(bool(built_on), "I3", f"{phone.name} was told ok of a mutation that builds upon one without effect")

    def left(self, phone: Phone, item: Json) -> None:
        """An item left the outbox: what it did must be in the cache, unless it is no longer there for this person."""
        standing = phone.disk["cache"].get("standing")
        gone = standing is None  # the cache was lost in between: all of it is loaded anew
        self.hold(gone or item["n"] <= standing["last_n"], "I9", f"{phone.name} let go of {item['n']}, which its cache has not seen")

    def applied(self, phone: Phone, device: str, response: Json, truth: Truth) -> None:
        """After every answer that was applied: every scope held and not stale equals the server at that snapshot."""
        self.applied_answers += 1
        cache = phone.disk["cache"]
        holds, boxes = cache.get("holds") or {}, cache.get("scopes") or {}
        masks = {scope: hold["mask"] for scope, hold in holds.items()}
        if masks != {scope: mask for scope, (mask, _) in truth.scopes.items()}:
            self.fail("I5", f"{phone.name} has another manifest than the server: {masks}")
        held = {scope for scope, hold in holds.items() if hold["state"] != "none"}
        if set(boxes) != held:
            self.fail("I12", f"{phone.name} holds {sorted(boxes)}, and should {sorted(held)}")
        phone.rotten &= held - {one["scope"] for one in response["load"]}
        for scope, hold in holds.items():
            if hold["state"] == "fresh" and scope not in phone.rotten:
                rows = {(aud, kind, id): body for aud, kind, id, _, body in boxes[scope]["rows"]}
                self.hold(rows == truth.scopes[scope][1], "I5", f"{phone.name} differs in scope {scope} from the server")
        self.hold(cache["standing"]["last_n"] == truth.last_n, "I9", f"{phone.name} believes in another last_n")
        self._revs(phone, response, boxes)

    def purged(self, keys: list[Any]) -> None:
        """Tombstones went: a row that comes again under such a key begins at rev 1, and that is right."""
        for known in self.revs.values():
            for scope, aud, kind, id in keys:
                known.pop((str(scope), aud, kind, str(id)), None)

    def _revs(self, phone: Phone, response: Json, boxes: Json) -> None:
        if response["reset"]:
            self.revs.pop(phone.name, None)
        known = self.revs.setdefault(phone.name, {})
        rows = [(one["scope"], *row[:4]) for one in response["load"] for row in one["rows"]]
        rows += [tuple(row[:5]) for row in response["rows"] if row[0] in boxes]
        for scope, aud, kind, id, rev in rows:
            key = (scope, aud, kind, id)
            if rev < known.get(key, 0):
                self.fail("I8", f"{phone.name} saw rev {rev} after {known[key]}")
            known[key] = rev

    # --- on the server

    def scrubbed(self, wrong: set[tuple[str, str]]) -> None:
        """The scrub called these sums wrong: each must be of a box that had lost a row."""
        self.found_rotten += len(wrong)
        self.hold(wrong <= self.untrue, "I5", f"the scrub found {sorted(wrong - self.untrue)} wrong, where nothing is")

    def answered(self, holder: tuple[str, str], request: Json, body: bytes, truth: Truth, world: Json) -> None:
        """Before an answer leaves: it holds nothing that is not this person's, it fits, and it admits what it cannot honour."""
        response = msgspec.json.decode(body)
        sent = [(one["scope"], *row) for one in response.get("load", []) for row in one["rows"]]
        delta = response.get("rows", [])
        for scope, aud, kind, id, _, said in [*sent, *delta]:
            mask, rows = truth.scopes.get(scope, (0, {}))
            if not aud & mask:
                self.fail("I10", f"a row of audience {aud} was sent to a holder of {mask}")
            self.hold(said is None or rows.get((aud, kind, id)) == said, "I10", "a row was sent that is not in the domain")
        self.hold(len(delta) <= world["rows_max"], "I18", f"{len(delta)} changed rows in one answer")
        fits = len(sent) <= world["rows_max"] or len(response.get("load", [])) == 1
        self.hold(fits, "I18", f"{len(sent)} loaded rows in one answer")
        quiet = "cursor" not in response
        self.hold(not quiet or truth.looks == 1, "I18", f"nothing new, and {truth.looks} statements")
        usable = self._usable(holder, request["cursor"], world)
        self.hold(usable or "reset" in response, "I15", "a cursor that cannot be honoured was")
        if not quiet:
            self.cursors[response["cursor"]] = (holder, world["epoch"], world["schema"], world["wall"])

    def _usable(self, holder: tuple[str, str], cursor: str | None, world: Json) -> bool:
        if cursor is None:
            return True
        made = self.cursors.get(cursor)
        if made == ():
            return True  # made while the world turned: it may be of either side
        return made is not None and made[:3] == (holder, world["epoch"], world["schema"]) and world["wall"] - made[3] <= 151 * 86400

    def committed(self, transaction: Transaction) -> None:
        """A transaction is about to become everybody's."""
        for (table, key), row in transaction.written.items():
            if table == "effect" and row is not None:
                self.hold(len(row) == 1, "I1", f"{len(row)} effects of one mutation")
                self.hold(key not in self.unmet, "I1", "a mutation had an effect after a phone was told that it has none")
                self.hold(all(row), "I10", "somebody wrote into a scope that they do not hold")
            elif table == "mutation_id" and row is not None:
                self._in_order(str(key))

    def _in_order(self, id: str) -> None:
        phone, place = self.order[id]
        self.hold(place >= self.places.get(phone, 0), "I3", f"a mutation of {phone} was taken out of order")
        self.places[phone] = place

    # --- at rest

    def settled(self, phone: Phone) -> str | None:
        """What is still open on this phone, or None."""
        truth = Truth({})
        truth.look(self.database, phone.principal, None)
        waiting = [item["n"] for item in phone.items() if "done" not in item or item["done"]["outcome"] == "ok"]
        if waiting:
            return f"I2: {phone.name} never heard of {waiting}"
        if set(phone.outcomes) < set(phone.written):
            return f"I2: {phone.name} lost {len(set(phone.written) - set(phone.outcomes))} mutations without a word"
        boxes = phone.disk["cache"].get("scopes") or {}
        holds = phone.disk["cache"].get("holds") or {}
        held = {
            scope: (holds[scope]["mask"], {(r[0], r[1], r[2]): r[4] for r in box["rows"]})
            for scope, box in boxes.items()
            if scope in holds and holds[scope]["state"] == "fresh"
        }
        return None if held == truth.scopes else f"I6: {phone.name} differs from a fresh pull"

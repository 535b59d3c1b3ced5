"""What is true of permits: how long they hold, what each opens, how many are too many."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from backend.permits.wire import Topic
from sync.declare import Shown, Synced

BREAK_GLASS_FOR: Final = timedelta(minutes=60)
BREAK_GLASS_A_DAY: Final = 5
BOTH, STAFF = 1, 8  # audience bits, as the registry declares them

# What a helper sees of a case whatever was agreed: that it is this case, and who is in it.
ALWAYS: Final = ("case", "participant")
TOPICS: Final[dict[Topic, tuple[str, ...]]] = {
    "contact": ("participant.own", "contact_change.own"),
    "messages": ("message.own",),
    "dates": ("hearing", "appointment.own"),
    "money": ("order", "obligation", "balance", "payment", "disbursement"),
    "events": ("event",),
}


def label_of(synced: Synced, shown: Shown) -> str:
    """The name by which a projection is opened: its noun, and `.own` for what belongs to one party alone."""
    return f"{synced.noun}.own" if shown.audience == "party_bit" else synced.noun


def labels_of(topics: Iterable[Topic]) -> Sequence[str]:
    """What these topics open."""
    return [*ALWAYS, *(label for topic in topics for label in TOPICS[topic])]

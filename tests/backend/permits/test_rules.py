"""What a permit opens."""

from __future__ import annotations

from backend.permits.rules import ALWAYS, TOPICS, label_of, labels_of
from backend.registry import REGISTRY
from sync.declare import Shown


def test_what_is_one_party_s_alone_is_opened_under_a_name_of_its_own() -> None:
    message = next(synced for synced in REGISTRY.synced if synced.noun == "message")
    assert label_of(message, Shown(1, "party_bit", ("body",))) == "message.own"
    assert label_of(message, Shown(1, 8, ("body",))) == "message"


def test_topics_open_what_they_name_besides_that_it_is_this_case() -> None:
    assert labels_of([]) == list(ALWAYS)
    assert labels_of(["dates", "messages"]) == ["case", "participant", "hearing", "appointment.own", "message.own"]


def test_every_topic_names_something_that_travels() -> None:
    there = {label_of(synced, shown) for synced in REGISTRY.synced for shown in synced.shown}
    assert {*ALWAYS, *(label for labels in TOPICS.values() for label in labels)} <= there

"""The codec of announcements: every kind is decoded unchanged, and an unknown kind of a newer version is ignored."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, get_args

import orjson
import pytest

from hub.events.announcements import (
    Announcement,
    MessagesWritten,
    MovementsChanged,
    PeerSeen,
    ScannerChanged,
    ScansLogged,
    SessionRevoked,
    SlotChanged,
    SlotsEdited,
    TicketsChanged,
    TopicEvent,
    WalkInsChanged,
)
from hub.events.codec import decode, encode
from hub.rules.slot_capacity import SlotCount

DAY = date(2026, 11, 20)
COUNT = SlotCount(7, time(12), time(14), 200, 150, 90, 31, 4)
ONE_OF_EACH: list[tuple[str, Any]] = [
    ("slot", SlotChanged(1, 2, DAY, COUNT)),
    ("walk_ins", WalkInsChanged(1, 2, DAY, 5, 9)),
    ("movements", MovementsChanged(1, 2, DAY, 5, 3, 9)),
    ("slots_edited", SlotsEdited(1)),
    ("scanner", ScannerChanged(1, 12)),
    ("session", SessionRevoked(1, None, 4, datetime(2026, 11, 20, 11, tzinfo=UTC))),
    ("tickets", TicketsChanged.of(1, None, ["TKT-2026-AAAAAA-AAAAAA"], "verified")),
    ("tickets", TicketsChanged.of(1, 2, ["TKT-2026-AAAAAA-AAAAAA"], "party", (5, 3))),
    ("event", TopicEvent.of(1, "alarms", {"alarm": 1}, venue_id=2, gate="A")),
    ("scans", ScansLogged(1, 2, (("id", 1, None), ("other", 2, "A")))),
    ("here", PeerSeen("abc", (1, 2))),
    ("messages", MessagesWritten("abc", 250)),
]


@pytest.mark.parametrize(("kind", "announcement"), ONE_OF_EACH, ids=[kind for kind, _ in ONE_OF_EACH])
def test_an_announcement_comes_back_from_the_wire_as_it_was(kind: str, announcement: Any) -> None:
    fields = orjson.loads(orjson.dumps(encode(announcement)))
    assert fields[0] == kind
    assert decode(fields) == announcement


def test_every_kind_of_announcement_is_tried() -> None:
    assert {type(announcement) for _, announcement in ONE_OF_EACH} == set(get_args(Announcement))


def test_a_kind_of_a_newer_version_is_left_out() -> None:
    assert decode(["something_new", 1, 2]) is None

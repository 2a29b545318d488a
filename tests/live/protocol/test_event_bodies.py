"""Event bodies: every topic has a type for its events, and sent bodies have the fields of the type."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

import orjson
import pytest

from hub.actions.reporting.feed import FeedFilter
from hub.actions.reporting.figures import Tally
from hub.events.scan_events import LoggedScan
from hub.live.channels.count_board import CountBoard
from hub.live.channels.devices import DeviceBoard
from hub.live.channels.scans import ScanFeed, scan_body
from hub.live.channels.statistics_board import StatisticsBoard
from hub.live.channels.tickets import TicketChannel
from hub.live.protocol.event_bodies import BODIES, GateFigures, ScanBody, SlotCountBody
from hub.live.topics.table import TOPICS
from hub.rules.slot_capacity import SlotCount

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SCAN = LoggedScan(1, 1, uuid4(), AT, AT, "A", 1, "Jane", "verify", "socket", "GREEN", "VERIFIED", True, "DT-0001", 1)


def data_of(tail: bytes) -> Any:
    return orjson.loads(b'{"x":0' + tail)["data"]


def counts() -> Any:
    board = CountBoard(1, DAY)
    board.merge_slot(SlotCount(1, time(12), time(14), 10, 2, 1, 3))
    return data_of(board.tail_since(0))


def figures() -> Any:
    board = StatisticsBoard(1, DAY, AT)
    board.merge([Tally(True, 5, "A", "RED", "EXPIRED", 1, 1, 0, 0, None)], whole=True, minute=5)
    return data_of(board.tail_since(0))


def devices() -> Any:
    return data_of(DeviceBoard().tail_since(-1))


def scans() -> Any:
    feed = ScanFeed(FeedFilter())
    feed.add_scans([SCAN])
    return data_of(feed.tail_since(0))


def test_every_topic_has_a_body_and_every_body_a_topic_and_says_what_it_is() -> None:
    assert BODIES.keys() == TOPICS.keys()
    assert all(body.__doc__ and body.__doc__.startswith(f"`{topic}`") for topic, body in BODIES.items())


@pytest.mark.parametrize("topic", [counts, figures, devices, scans])
def test_the_body_of_a_state_has_the_fields_of_its_type(topic: Any) -> None:
    assert topic().keys() == BODIES[topic.__name__].__required_keys__  # type: ignore[attr-defined]


async def test_the_body_of_a_ticket_event_has_the_fields_of_its_type() -> None:
    channel = TicketChannel(1)
    channel.gather("reserved", ["h"])
    channel.due_subscribers()
    _, tail = channel.state.update_after(0)
    assert tail is not None
    assert data_of(tail).keys() == BODIES["tickets"].__required_keys__  # type: ignore[attr-defined]


def test_what_stands_in_a_body_has_the_fields_of_its_type() -> None:
    assert counts()["slots"][0].keys() == SlotCountBody.__required_keys__
    assert figures()["gates"][0].keys() == GateFigures.__required_keys__
    assert scan_body(SCAN).keys() == ScanBody.__required_keys__

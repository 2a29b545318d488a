"""A rush: bookings per second of all processes, as they announce them."""

from __future__ import annotations

from hub.events.announcements import MessagesWritten
from hub.jobs.rush import HEARD_SECONDS, RUSH, Rush


def test_the_bookings_of_all_processes_make_a_rush_and_none_alone() -> None:
    rush = Rush(clock=lambda: 100.0)
    rush.receive(MessagesWritten("a", RUSH))
    assert not rush.is_on()
    rush.receive(MessagesWritten("b", 1))
    assert rush.is_on()
    rush.receive(MessagesWritten("b"))
    assert rush.is_on(), "a request for seats says nothing of bookings"


def test_it_is_over_when_no_process_announces_bookings_any_more() -> None:
    now = 100.0
    rush = Rush(clock=lambda: now)
    rush.receive(MessagesWritten("a", 2 * RUSH))
    now += HEARD_SECONDS
    assert not rush.is_on()

"""The theatre of the demo: shows to book, a sold-out performance with a waiting list, and parties to check in today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.commands.demo_venue import demo_card, fill_demo
from tests.support.hub import Hub
from tests.support.rows import count_rows, read_row
from tests.support.shows import change_show, read_booking_rows, read_shows
from tests.support.slots import read_slots
from tests.support.waitlist import on_demand, read_waitlist_entries
from tests.support.world import TODAY


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


async def test_three_shows_can_be_booked_in_the_coming_weeks(hub: Hub) -> None:
    assert await fill_demo(hub.services)
    shows = await read_shows(hub.database, order_by="id")
    assert [(show["title"], show["status"]) for show in shows] == [
        ("The Tempest", "PUBLISHED"), ("The Nightingale", "PUBLISHED"), ("Six Strings at Midnight", "PUBLISHED"),
    ]  # fmt: skip
    assert all(show["poster_hash"] and show["description"] and "zh_Hans" in show["translations"] for show in shows)
    for show in shows:
        played = await read_slots(hub.database, show_id=show["id"])
        assert len(played) >= 8
        assert min(slot["date"] for slot in played) >= TODAY
        assert max(slot["date"] for slot in played) > TODAY + timedelta(days=30)
    status, reply = await hub.get("/api/shows")
    assert status == 200
    assert {show["title"] for show in reply["data"]} >= {"The Tempest", "The Nightingale"}


async def test_one_performance_is_sold_out_and_two_parties_wait_for_it(hub: Hub) -> None:
    await fill_demo(hub.services)
    (full,) = [
        slot
        for slot in await read_slots(hub.database)
        if slot["show_id"] and slot["booked_count"] == slot["total_capacity"]
    ]
    assert full["has_waitlist"]
    waiting = await read_waitlist_entries(hub.database, slot_id=full["id"], status="WAITING")
    assert sorted(entry["places"] for entry in waiting) == [2, 3]


@pytest.mark.parametrize(("hour", "minute"), [(3, 7), (11, 0), (18, 7), (22, 20), (22, 40), (22, 59), (23, 0)])
async def test_parties_come_today_at_any_hour_and_one_is_partly_in(hub: Hub, clock, hour: int, minute: int) -> None:
    """Midnight in Rome is at 23:00."""
    clock.set(datetime(2026, 11, 20, hour, minute, tzinfo=UTC))
    for _ in range(2):
        await fill_demo(hub.services)
    bookings = await read_booking_rows(
        hub.database, order_by="name", name=["Giulia Conti", "Wei Zhang", "Ada Lovelace"]
    )
    assert [(one["party_size"], one["status"]) for one in bookings] == [
        (4, "CONFIRMED"),
        (5, "CONFIRMED"),
        (2, "CONFIRMED"),
    ]
    admitted = [
        (await read_row(hub.database, "ticket_reservations", "admitted", ticket_id=one["id"]))["admitted"]
        for one in bookings
    ]
    assert admitted == [0, 3, 2]
    assert await count_rows(hub.database, "bookings", name="Paolo Neri", status="PENDING") == 1
    card = await demo_card(hub.services)
    fresh, partly_in = card["bookings"]
    assert fresh.startswith("BKG-")
    assert fresh.endswith("4 people")
    assert partly_in.endswith("5 people, 3 of them in")
    assert "BKG-" not in "".join(card["codes"]), "a booking is no ticket"


async def test_the_demo_is_filled_in_once_and_goes_on_on_another_day(hub: Hub, clock) -> None:
    await fill_demo(hub.services)
    before = [
        await count_rows(hub.database, table) for table in ("shows", "rooms", "bookings", "reservation_slots", "scans")
    ]
    card = await demo_card(hub.services)
    await fill_demo(hub.services)
    assert await demo_card(hub.services) == card
    assert [
        await count_rows(hub.database, table) for table in ("shows", "rooms", "bookings", "reservation_slots", "scans")
    ] == before

    clock.set(clock.now() + timedelta(days=40))
    await fill_demo(hub.services)
    assert await count_rows(hub.database, "shows") == before[0]
    assert await count_rows(hub.database, "rooms") == before[1]
    today = TODAY + timedelta(days=40)
    played = [slot for slot in await read_slots(hub.database) if slot["show_id"] and slot["date"] >= today]
    assert len(played) > 20
    assert any(slot["date"] == today and slot["booked_count"] > slot["verified_count"] for slot in played)


async def test_a_show_that_was_renamed_or_a_room_that_is_gone_does_not_stop_the_hub(hub: Hub) -> None:
    await fill_demo(hub.services)
    for show in await read_shows(hub.database):
        await change_show(hub.database, show["id"], title=f"{show['title']} (new)")
    assert await fill_demo(hub.services)
    assert await count_rows(hub.database, "shows") == 3

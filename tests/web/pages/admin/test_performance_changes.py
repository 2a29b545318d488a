"""Moving and cancelling a performance without JavaScript: whom it concerns is said first, and what was done afterwards."""

from __future__ import annotations

import json
from typing import Any

from tests.support.mail_outbox import read_outbox
from tests.support.plain_browser import PlainBrowser
from tests.support.shows import add_room, read_booking_row
from tests.support.slots import read_slot
from tests.support.theatre import Theatre


async def payloads(theatre: Theatre, kind: str) -> list[Any]:
    return [json.loads(row["payload"]) for row in await read_outbox(theatre.world.hub.database, kind=kind)]


async def test_a_cancellation_says_whom_it_concerns_and_then_what_it_did(
    theatre: Theatre, browser: PlainBrowser
) -> None:
    evening = await theatre.performance()
    ann = await theatre.booking(evening, "Ann Lee", 3)
    await theatre.booking(evening, "Bob Hall", 2, "PENDING")
    page = await (await browser.open(f"/admin/performances/{evening}")).follow("Cancel performance")
    assert page.heading == "Cancel the performance?"
    for words in ("3 people booked (bookings: 1)", "1 request not confirmed", "Ann Lee", "All 2 bookings end"):
        assert words in page.text
    assert (await read_slot(theatre.world.hub.database, id=evening))["status"] == "ACTIVE"
    page.field("Your words").fill("The lead actor is ill.")
    await page.press("Cancel performance")
    assert page.heading == "The performance is cancelled"
    assert "2 bookings ended, and their emails queued" in page.text
    assert (await read_booking_row(theatre.world.hub.database, id=ann.id))["end_cause"] == "performance"
    found = await payloads(theatre, "booking.cancelled")
    assert len(found) == 2
    assert all("The lead actor is ill." in json.dumps(one) for one in found)
    page = await page.goto(f"/admin/performances/{evening}")
    assert "This performance was cancelled" in page.text
    assert page.buttons("Save") == []


async def test_a_move_is_checked_first_and_tells_everybody_booked(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, "Ann Lee", 3)
    studio = await add_room(theatre.world, "Studio", 15)
    page = await browser.open(f"/admin/performances/{evening}")
    page.find("start_time").fill("19:30")
    page.find("room").select(str(studio))
    page.find("move-message").fill("We need the smaller room.")
    await page.press("Check the move")
    assert page.heading == "Move the performance?"
    for words in (
        "20:00 – 22:00",
        "19:30 – 21:30",
        "Studio",
        "3 people booked",
        "1 booking stays booked",
        "smaller room",
    ):
        assert words in page.text
    assert (await read_slot(theatre.world.hub.database, id=evening))["room_id"] == theatre.room_id
    await page.press("Move performance")
    assert page.heading == "The performance is moved"
    assert "1 email queued" in page.text
    row = await read_slot(theatre.world.hub.database, id=evening)
    assert (row["room_id"], row["total_capacity"], f"{row['start_time']:%H:%M}") == (studio, 15, "19:30")
    assert len(await payloads(theatre, "booking.moved")) == 1


async def test_a_move_onto_another_performance_is_done_only_on_purpose(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.performance(start="17:00", end="19:00")
    page = await browser.open(f"/admin/performances/{evening}")
    page.find("start_time").fill("18:30")
    await page.press("Check the move")
    assert "The room is taken at that time." in page.alert
    await page.press("Use the room all the same")
    await page.press("Move performance")
    assert f"{(await read_slot(theatre.world.hub.database, id=evening))['start_time']:%H:%M}" == "18:30"
    assert "Nobody had to be told." in page.text


async def test_an_impossible_move_is_refused_and_what_was_typed_stays(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, "Ann Lee", 20)
    studio = await add_room(theatre.world, "Studio", 15)
    page = await browser.open(f"/admin/performances/{evening}")
    page.find("room").select(str(studio))
    page.find("start_time").fill("19:15")
    await page.press("Check the move")
    assert page.status == 409
    assert "20" in page.alert
    assert page.find("start_time")["value"] == "19:15"
    assert page.find("room").value == str(studio)
    page.find("date").fill("2020-01-01")
    page.find("room").select(str(theatre.room_id))
    await page.press("Check the move")
    assert "past" in page.words_of("start_time-wrong")

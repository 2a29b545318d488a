"""One performance without JavaScript: its settings, its booking, and deleting it."""

from __future__ import annotations

from hub.actions.audit.actor import Actor
from hub.actions.shows.performances import change_performance
from tests.support.plain_browser import PlainBrowser
from tests.support.slots import count_slots, read_slot
from tests.support.theatre import Theatre


async def test_seats_and_times_are_changed(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    page = await browser.open(f"/admin/performances/{evening}")
    page.field("Additional seats").fill("10")
    page.field("Occupied seats").fill("4")
    page.field("Booking opens").fill("2026-11-20T18:00")
    page.field("Entry opens").fill("45")
    page.field("Largest party").fill("6")
    await page.press("Save")
    assert page.words_of("done") == "The performance is saved."
    row = await read_slot(theatre.world.hub.database, id=evening)
    assert (row["total_capacity"], row["additional_seats"], row["occupied_seats"]) == (46, 10, 4)
    assert row["booking_opens_at"].isoformat() == "2026-11-20T17:00:00+00:00"
    assert (row["check_in_opens_minutes"], row["check_in_closes_minutes"], row["largest_party"]) == (45, None, 6)
    assert "0 of 46 seats booked" in page.text
    assert "Not open yet" in page.text


async def test_fewer_seats_than_are_booked_are_refused(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, places=38)
    page = await browser.open(f"/admin/performances/{evening}")
    page.field("Occupied seats").fill("3")
    await page.press("Save")
    assert page.status == 409
    assert "38" in page.alert
    assert page.find("occupied_seats")["value"] == "3"
    assert (await read_slot(theatre.world.hub.database, id=evening))["total_capacity"] == 40


async def test_wrong_and_stale_settings_are_said(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    page = await browser.open(f"/admin/performances/{evening}")
    page.field("Additional seats").fill("-1")
    page.field("Booking closes").fill("soon")
    await page.press("Save")
    assert page.words_of("additional_seats-wrong") == "Give a whole number"
    assert page.words_of("booking_closes_at-wrong") == "Give a day and a time"
    page = await page.goto(f"/admin/performances/{evening}")
    by = Actor(theatre.world.org_id)
    await change_performance(theatre.world.hub.services, by, evening, {"additional_seats": 7})
    page.field("Occupied seats").fill("1")
    await page.press("Save")
    assert "Somebody changed this in the meantime." in page.alert
    assert "Saved by somebody else: 7" in page.text


async def test_booking_is_closed_and_opened_again(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    page = await browser.open(f"/admin/performances/{evening}")
    await page.press("Close booking")
    assert "Booking is closed." in page.words_of("done")
    assert (await read_slot(theatre.world.hub.database, id=evening))["booking_closed"]
    await page.press("Open booking again")
    assert not (await read_slot(theatre.world.hub.database, id=evening))["booking_closed"]


async def test_a_performance_that_nobody_booked_is_deleted(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    page = await browser.open(f"/admin/performances/{evening}")
    await page.press("Delete performance")
    assert page.words_of("done") == "The performance is deleted."
    assert await count_slots(theatre.world.hub.database) == 0
    booked = await theatre.performance()
    await theatre.booking(booked)
    page = await page.goto(f"/admin/performances/{booked}")
    assert page.buttons("Delete performance") == []

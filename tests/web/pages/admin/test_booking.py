"""One booking without JavaScript: its facts, and what staff do with it."""

from __future__ import annotations

from datetime import timedelta

from tests.support.mail_outbox import count_outbox
from tests.support.plain_browser import PlainBrowser
from tests.support.shows import read_booking_row
from tests.support.theatre import TOMORROW, Theatre


async def test_a_booking_shows_its_party_its_words_and_its_emails(theatre: Theatre, browser: PlainBrowser) -> None:
    seats = await theatre.booking(
        await theatre.performance(), "Ann Lee", 4, admitted=1, notes="By the aisle", consent="I agree to photos"
    )
    page = await browser.open(f"/admin/bookings/{seats.id}")
    for words in (
        "4 people · 1 in",
        "By the aisle",
        "I agree to photos",
        "ann@example.com",
        "+1 202 555 1234",
        "Checked in",
        "Confirmation sent",
    ):
        assert words in page.text, words
    assert "BKG-" not in page.text
    assert page.buttons("Cancel booking") == []
    assert page.buttons("Move booking") == []


async def test_its_email_is_sent_again(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    confirmed, pending = (
        await theatre.booking(evening, "Ann Lee", 4),
        await theatre.booking(evening, "Bob", 1, "PENDING"),
    )
    database = theatre.world.hub.database
    page = await browser.open(f"/admin/bookings/{confirmed.id}")
    await page.press("Send again")
    assert page.words_of("done") == "The confirmation is on its way again, with a new link."
    assert await count_outbox(database, kind="booking.confirmed", status="PENDING") == 1
    page = await page.goto(f"/admin/bookings/{pending.id}")
    assert "The link in the earlier email stops working." in page.text
    await page.press("Send again")
    assert page.words_of("done") == "The request is on its way again, with a new link."
    assert await count_outbox(database, kind="booking.requested", status="PENDING") == 1
    assert "Link to confirm waiting" in page.text


async def test_it_is_moved_where_the_whole_party_fits(theatre: Theatre, browser: PlainBrowser) -> None:
    evening, full = await theatre.performance(), await theatre.performance(start="15:00", end="17:00")
    later = await theatre.performance(TOMORROW + timedelta(days=1))
    await theatre.booking(full, "Everybody", 38)
    seats = await theatre.booking(evening, "Ann Lee", 3)
    page = await browser.open(f"/admin/bookings/{seats.id}")
    assert [one["value"] for one in page.field("New performance").all("option")] == [str(later)]
    await page.press("Move booking")
    assert "The booking has been moved." in page.words_of("done")
    assert "22 November 2026" in page.text
    assert (await read_booking_row(theatre.world.hub.database, id=seats.id))["slot_id"] == later


async def test_a_move_that_no_longer_fits_says_so(theatre: Theatre, browser: PlainBrowser) -> None:
    evening, later = await theatre.performance(), await theatre.performance(TOMORROW + timedelta(days=1))
    seats = await theatre.booking(evening, "Ann Lee", 3)
    page = await browser.open(f"/admin/bookings/{seats.id}")
    await theatre.booking(later, "Everybody", 40)
    await page.press("Move booking")
    assert page.status == 409
    assert "There aren't enough seats left" in page.alert
    assert "No other performance of this show has 3 seats free." in page.text


async def test_it_is_cancelled_after_a_second_press(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    seats, request = await theatre.booking(evening, "Ann Lee", 3), await theatre.booking(evening, "Bob", 1, "PENDING")
    page = await browser.open(f"/admin/bookings/{seats.id}")
    assert "All 3 seats are free at once, and we email ann@example.com." in page.text
    await page.press("Cancel booking")
    assert "The booking is cancelled and its seats are free." in page.words_of("done")
    assert "Staff cancelled it." in page.text
    assert len(page.buttons("")) == len(page.buttons("Sign out")) == 1
    page = await page.goto(f"/admin/bookings/{request.id}")
    await page.press("Cancel booking")
    assert "The request is cancelled." in page.words_of("done")
    assert await count_outbox(theatre.world.hub.database, kind="booking.cancelled") == 2


async def test_one_that_came_in_meanwhile_stays(theatre: Theatre, browser: PlainBrowser) -> None:
    from tests.support.shows import admit_people

    seats = await theatre.booking(await theatre.performance(), "Ann Lee", 3)
    page = await browser.open(f"/admin/bookings/{seats.id}")
    await admit_people(theatre.world.hub.database, seats, 1)
    await page.press("Cancel booking")
    assert page.status == 409
    assert "This booking was already checked in." in page.alert
    assert (await read_booking_row(theatre.world.hub.database, id=seats.id))["status"] == "CONFIRMED"

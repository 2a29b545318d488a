"""The message to everybody booked for a performance, without JavaScript."""

from __future__ import annotations

import json

from hub.actions.shows.booking_views import booking_of_token
from tests.support.mail_outbox import read_outbox
from tests.support.plain_browser import PlainBrowser
from tests.support.slots import change_slot
from tests.support.theatre import Theatre


async def test_each_confirmed_booking_gets_the_message_once_and_nobody_else(
    theatre: Theatre, browser: PlainBrowser
) -> None:
    evening, other = await theatre.performance(), await theatre.performance(start="15:00", end="17:00")
    ann = await theatre.booking(evening, "Ann Lee", 3)
    await theatre.booking(evening, "Zoe Hall", 2, admitted=1)
    for status in ("PENDING", "CANCELLED", "EXPIRED"):
        await theatre.booking(evening, "Not You", 1, status)
    await theatre.booking(other, "Other Day", 1)
    page = await (await browser.open(f"/admin/performances/{evening}/bookings")).follow("Write to everybody")
    assert "Requests that are not confirmed get none." in page.text
    page.field("Your words").fill("The car park is closed tonight.")
    await page.press("Send message")
    assert page.heading == "Your message is on its way"
    assert "2 emails queued" in page.text
    database = theatre.world.hub.database
    rows = await read_outbox(database, kind="booking.message", order_by="recipient")
    assert [row["recipient"] for row in rows] == ["ann@example.com", "zoe@example.com"]
    payload = json.loads(rows[0]["payload"])
    assert payload["message"] == "The car park is closed tonight."
    assert (await booking_of_token(theatre.world.hub.services, payload["manage_token"])).booking_id == ann.id


async def test_an_empty_message_and_one_after_the_end_are_refused(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, "Ann Lee", 3)
    page = await browser.open(f"/admin/performances/{evening}/message")
    page.field("Your words").attributes.pop("required")
    await page.press("Send message")
    assert page.words_of("message-wrong") == "Must not be blank"
    now = theatre.world.hub.clock.now()
    await change_slot(theatre.world.hub.database, evening, starts_at=now.replace(hour=1), ends_at=now.replace(hour=2))
    page.field("Your words").fill("Too late")
    await page.press("Send message")
    assert page.alert == "This performance is over."
    assert await read_outbox(theatre.world.hub.database, kind="booking.message") == []

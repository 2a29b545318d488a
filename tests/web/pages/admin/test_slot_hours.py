"""Opening hours without JavaScript: the week, closed days, a calendar file, and slots after a preview."""

from __future__ import annotations

from datetime import date

import aiohttp
import pytest

from tests.support.plain_browser import PlainBrowser
from tests.support.slots import count_slots
from tests.support.world import World


@pytest.fixture
async def browser(world: World, browser: PlainBrowser) -> PlainBrowser:
    """The same browser with the session of an administrator."""
    browser.sign_in(await world.staff("ADMIN"))
    return browser


def fill_row(page, number: int, days: str, opens: str, closes: str, minutes: str, capacity: str) -> None:
    for box in page.tree.all("input"):
        if box["name"] == f"days-{number}" and box["value"] in days:
            box.attributes["checked"] = ""
        for name, value in (("opens", opens), ("closes", closes), ("minutes", minutes), ("capacity", capacity)):
            if box["name"] == f"{name}-{number}":
                box.fill(value)


async def test_a_week_is_saved_and_makes_slots_after_a_preview(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/slots/hours")
    assert "Save the regular week first." in page.text
    fill_row(page, 0, "234567", "10:00", "18:00", "30", "50")
    await page.press("Save opening hours")
    assert page.words_of("done") == "The opening hours are saved. Slots that exist stay as they are."
    page.field("Date").fill("2026-12-24")
    next(one for one in page.tree.all("input") if one["name"] == "last").fill("2026-12-26")
    page.field("Occasion").fill("Christmas")
    await page.press("Add day")
    assert page.words_of("done") == "The days are saved."
    assert page.text.count("Christmas") >= 3
    page.field("From").fill("2026-12-01")
    next(one for one in page.tree.all("input") if one["name"] == "to").fill("2026-12-31")
    await page.press("Preview slots")
    assert "This makes 384 slots" in page.text
    assert "3 are left out" in page.text
    assert await count_slots(world.hub.database) == 0
    await page.press("Make 384 slots")
    assert (page.words_of("done"), page.heading) == ("The slots are added.", "December 2026")
    assert await count_slots(world.hub.database, total_capacity=50) == 384
    page = await page.goto("/admin/slots/hours")
    await page.press("Remove Thursday, 24 December 2026")
    assert "The day is removed." in page.words_of("done")


async def test_wrong_rows_are_named_and_everything_typed_stays(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/slots/hours")
    fill_row(page, 0, "2", "10:00", "18:00", "30", "50")
    fill_row(page, 1, "2", "17:00", "19:00", "thirty", "50")
    await page.press("Add a row")
    assert len([one for one in page.tree.all("fieldset") if one["class"] == "hours-row"]) == 3
    await page.press("Save opening hours")
    assert (page.status, page.words_of("minutes-1-wrong")) == (400, "Give a whole number")
    fill_row(page, 1, "2", "17:00", "19:00", "30", "50")
    await page.press("Save opening hours")
    assert page.words_of("days-1-wrong") == "These hours begin before the others end"
    fill_row(page, 1, "2", "18:00", "19:00", "30", "50")
    await page.press("Save opening hours")
    assert page.status == 200


async def test_a_week_that_somebody_else_saved_is_shown_and_not_overwritten(
    world: World, browser: PlainBrowser
) -> None:
    page = await browser.open("/admin/slots/hours")
    async with PlainBrowser(world.hub.url) as beside:
        beside.sign_in(await world.staff("ADMIN", "Bob"))
        other = await beside.open("/admin/slots/hours")
        fill_row(other, 0, "1", "09:00", "12:00", "60", "7")
        await other.press("Save opening hours")
    fill_row(page, 0, "2", "10:00", "18:00", "30", "50")
    await page.press("Save opening hours")
    assert page.status == 412
    assert "Saved by somebody else: Mon 09:00–12:00 · every 60 minutes, 7 spaces" in page.alert
    await page.press("Save opening hours")
    assert page.status == 200, "now it was meant"


async def test_overlaps_are_told_and_made_only_if_they_may_be(world: World, browser: PlainBrowser) -> None:
    await world.slot(date(2026, 12, 1), "09:45", "10:15")
    page = await browser.open("/admin/slots/hours")
    fill_row(page, 0, "2", "10:00", "12:00", "60", "50")
    await page.press("Save opening hours")
    page.field("From").fill("2026-12-01")
    next(one for one in page.tree.all("input") if one["name"] == "to").fill("2026-12-01")
    await page.press("Preview slots")
    assert "1 slot overlaps another one." in page.text
    await page.press("Make 2 slots")
    assert (page.status, "Other slots are open at that time." in page.alert) == (409, True)
    await page.press("Preview slots")
    page.field("They may overlap other slots").check()
    await page.press("Make 2 slots")
    assert await count_slots(world.hub.database) == 3


async def test_a_calendar_file_is_imported_and_a_wrong_one_is_refused(world: World, browser: PlainBrowser) -> None:
    token = await world.staff("ADMIN")
    calendar = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:Party\r\nDTSTART:20261211T190000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    for content, status, words in (
        (calendar, 200, ("1 closed day added", "Christmas", "Party", "does not last whole days")),
        ("%PDF", 400, ("This is no calendar file: choose one that ends in .ics",)),
        ("", 400, ("Choose a file first",)),
    ):
        answer, text = await upload(world, token, content)
        assert answer == status
        for one in words:
            assert one in text, one


async def upload(world: World, token: str, content: str) -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("file", content.encode(), filename="days.ics", content_type="text/calendar")
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}", "Origin": world.hub.url}) as client,
        client.post(f"{world.hub.url}/admin/slots/closed-days/import", data=form) as answer,
    ):
        return answer.status, await answer.text()

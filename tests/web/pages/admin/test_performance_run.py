"""Adding performances without JavaScript: nothing is written before the preview is confirmed."""

from __future__ import annotations

from datetime import timedelta

from tests.support.plain_browser import PlainBrowser
from tests.support.slots import read_slots
from tests.support.theatre import TOMORROW, Theatre


async def test_a_run_is_previewed_and_then_added(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open(f"/admin/shows/{theatre.show_id}/performances/new")
    page.field("Start").fill("15:00, 20:00")
    page.field("First day").fill("2026-12-01")
    page.field("Last day").fill("2026-12-07")
    for box in page.tree.all("input"):
        if box["name"] == "weekdays" and box["value"] not in ("6", "7"):
            box.attributes.pop("checked", None)
    page.field("Not on these days").fill("2026-12-06")
    page.field("Additional seats").fill("3")
    await page.press("Preview")
    assert page.status == 200
    assert "This adds 2 performances" in page.words_of("made-title")
    assert "Seats in each: 43" in page.words_of("made")
    assert await read_slots(theatre.world.hub.database) == []
    await page.press("Add 2 performances")
    assert page.words_of("done") == "The performances are added."
    rows = await read_slots(theatre.world.hub.database, order_by="starts_at")
    assert [(f"{row['date']}", f"{row['start_time']:%H:%M}", row["total_capacity"]) for row in rows] == [
        ("2026-12-05", "15:00", 43), ("2026-12-05", "20:00", 43)
    ]  # fmt: skip


async def test_one_day_alone_needs_no_last_day_and_what_exists_is_left_out(
    theatre: Theatre, browser: PlainBrowser
) -> None:
    await theatre.performance(start="20:00")
    page = await browser.open(f"/admin/shows/{theatre.show_id}/performances/new")
    page.field("Start").fill("16:00 20:00 9:00")
    page.field("First day").fill(TOMORROW.isoformat())
    await page.press("Preview")
    assert "This adds 2 performances" in page.words_of("made-title")
    assert "1 is left out" in page.text
    assert "exists already" in page.text
    await page.press("Add 2 performances")
    assert len(await read_slots(theatre.world.hub.database)) == 3


async def test_an_overlap_is_shown_and_added_only_on_purpose(theatre: Theatre, browser: PlainBrowser) -> None:
    await theatre.performance(start="20:00")
    page = await browser.open(f"/admin/shows/{theatre.show_id}/performances/new")
    page.field("Start").fill("21:00")
    page.field("First day").fill(TOMORROW.isoformat())
    await page.press("Preview")
    assert page.status == 409
    assert "The room is taken at that time." in page.alert
    assert "The Tempest" in page.alert
    await page.press("Preview all the same")
    assert "1 overlap in this room." in page.text
    assert len(await read_slots(theatre.world.hub.database)) == 1
    await page.press("Add 1 performance")
    assert len(await read_slots(theatre.world.hub.database)) == 2


async def test_wrong_fields_are_said_and_kept(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open(f"/admin/shows/{theatre.show_id}/performances/new")
    page.field("Start").fill("25:00")
    page.field("Additional seats").fill("x")
    await page.press("Preview")
    assert page.status == 409
    assert page.words_of("times-wrong") == "Give a time such as 20:00"
    assert page.words_of("first-wrong") == "Choose a day"
    assert page.words_of("additional_seats-wrong") == "Give a whole number"
    assert page.find("times")["value"] == "25:00"
    page.field("Start").fill("20:00")
    page.field("Additional seats").fill("0")
    page.field("First day").fill((TOMORROW - timedelta(days=9)).isoformat())
    await page.press("Preview")
    assert "past" in page.text


async def test_without_a_room_the_page_leads_to_the_rooms(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/rooms")
    await page.press("Delete room")
    page = await page.goto(f"/admin/shows/{theatre.show_id}/performances/new")
    assert (await page.follow("Add a room")).heading == "Rooms"

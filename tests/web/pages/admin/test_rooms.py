"""The rooms without JavaScript: added, changed, deleted."""

from __future__ import annotations

from hub.actions.audit.actor import Actor
from hub.actions.shows.rooms import RoomChange, change_room
from tests.support.plain_browser import PlainBrowser
from tests.support.shows import read_rooms
from tests.support.slots import read_slot
from tests.support.theatre import Theatre


async def test_a_room_is_added_and_its_name_is_taken_then(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/rooms")
    page.find("new-name").fill("Studio")
    page.find("new-capacity").fill("15")
    await page.press("Add room")
    assert page.words_of("done") == "The room is added."
    assert "Studio 0 performances to come 15 seats" in page.text
    page.find("new-name").fill("studio")
    page.find("new-capacity").fill("9")
    await page.press("Add room")
    rooms = await read_rooms(theatre.world.hub.database, order_by="id")
    assert [row["name"] for row in rooms] == ["Main stage", "Studio", "studio"]
    page.find("new-name").fill("Studio")
    page.find("new-capacity").fill("9")
    await page.press("Add room")
    assert page.status == 409
    assert page.words_of("new-name-wrong") == "This venue has a room of that name already"
    assert page.find("new-capacity")["value"] == "9"


async def test_a_room_that_was_never_used_is_deleted(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/rooms")
    await page.press("Delete room")
    assert page.words_of("done") == "The room is deleted."
    assert "There is no room yet." in (await page.goto("/admin/shows")).text


async def test_another_capacity_is_that_of_the_performances_to_come(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance(additional_seats=5)
    page = await browser.open("/admin/rooms")
    page.find(f"room-{theatre.room_id}-capacity").fill("50")
    await page.press("Save")
    assert "its performances to come have the new number of seats" in page.words_of("done")
    assert (await read_slot(theatre.world.hub.database, id=evening))["total_capacity"] == 55


async def test_fewer_seats_than_are_booked_are_refused_with_the_performances(
    theatre: Theatre, browser: PlainBrowser
) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, places=30)
    page = await browser.open("/admin/rooms")
    page.find(f"room-{theatre.room_id}-capacity").fill("29")
    await page.press("Save")
    assert page.status == 409
    assert "The Tempest · Saturday, 21 November 2026, 20:00 · 30 seats taken" in page.alert
    assert page.find(f"room-{theatre.room_id}-capacity")["value"] == "29"
    assert (await read_slot(theatre.world.hub.database, id=evening))["total_capacity"] == 40


async def test_a_stale_room_says_so(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/rooms")
    by = Actor(theatre.world.org_id)
    await change_room(theatre.world.hub.services, by, theatre.room_id, RoomChange(capacity=41))
    page.find(f"room-{theatre.room_id}-capacity").fill("50")
    await page.press("Save")
    assert "Somebody changed this in the meantime." in page.alert
    assert "41 seats" in page.text
    await page.press("Save")
    assert (await read_rooms(theatre.world.hub.database))[0]["capacity"] == 50


async def test_wrong_numbers_are_said(theatre: Theatre, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/rooms")
    for text, words in (("x", "Give a whole number"), ("1000001", "Give 0 to 1000000 seats")):
        page.find(f"room-{theatre.room_id}-capacity").fill(text)
        await page.press("Save")
        assert page.words_of(f"room-{theatre.room_id}-capacity-wrong") == words

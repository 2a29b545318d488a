"""The page of guest lists without JavaScript: one guest, a pasted list, changes, and what is wrong with a line."""

from __future__ import annotations

import re

from tests.support.guests import read_guests
from tests.support.plain_browser import PlainBrowser
from tests.support.slots import read_slot
from tests.support.world import World


async def test_guests_are_added_changed_and_taken_off(world: World, browser: PlainBrowser) -> None:
    slot_id = await world.slot(capacity=5)
    page = await browser.open(f"/admin/guests?slot={slot_id}")
    assert "Nobody is on this list." in page.text
    page.find("new-name").fill("Jane Smith")
    page.find("new-party").fill("3")
    page.find("new-note").fill("Press")
    await page.press("Add guest")
    assert page.words_of("done") == "The guest is on the list."
    (guest,) = await read_guests(world.hub.database, "id")
    page.find(f"g{guest['id']}-party").fill("9")
    await page.press("Save")
    assert page.alert.startswith("There are not enough free spaces")
    page.find(f"g{guest['id']}-party").fill("2")
    await page.press("Save")
    assert page.words_of("done") == "The guest is saved."
    await page.press("Take off the list")
    assert page.words_of("done") == "The guest is off the list."
    assert "Nobody is on this list." in page.text


async def test_a_pasted_list_is_added_or_every_wrong_line_is_named(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/guests")
    pasted = "Jane Smith +2\nMax,many\nEve,1,,nowhere\nAda,1,,,x"
    page.find("lines").fill(pasted)
    await page.press("Add all")
    assert "Line 2 · People: Give a whole number" in page.alert
    assert "Line 3 · Email: " in page.alert
    assert "Line 4: This line has too many columns" in page.alert
    assert page.find("lines").value == pasted
    page.find("lines").fill("Jane Smith +2\nMax")
    await page.press("Add all")
    assert page.words_of("done") == "The guests are on the list."
    assert "0 of 4 guests in" in page.text
    page.find("new-name").fill("max")
    await page.press("Add guest")
    assert "1 name was on the list already." in page.text


async def test_a_guest_is_moved_to_another_time(world: World, browser: PlainBrowser) -> None:
    noon, three = await world.slot(capacity=5), await world.slot(start="15:00", end="16:00", capacity=5)
    full = await world.slot(start="17:00", end="18:00", capacity=1)
    page = await browser.open(f"/admin/guests?slot={noon}")
    page.find("new-name").fill("Jane Smith")
    page.find("new-party").fill("3")
    await page.press("Add guest")
    await page.follow("Move to another time Jane Smith")
    assert page.url.endswith("#other-time")
    page.field("New time").select(str(three))
    assert str(full) not in [one["value"] for one in page.find("slot").all("option")], "it has no space for three"
    await page.press("Move reservation")
    assert page.words_of("done") == "The reservation has been moved.", "she has no address"
    await page.follow(re.compile("^Guest list$"))
    assert "0 of 3 guests in" in page.text
    assert page.url.endswith(f"slot={three}")
    counts = [(await read_slot(world.hub.database, id=slot))["booked_count"] for slot in (noon, three)]
    assert counts == [0, 3]
    await page.goto(f"/admin/reservations?slot={three}")
    await page.follow("Jane Smith")
    await page.press("Cancel reservation")
    assert page.words_of("done") == "The reservation is cancelled and its space is free."

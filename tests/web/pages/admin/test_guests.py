"""The page of guest lists without JavaScript: one guest, a pasted list, changes, and what is wrong with a line."""

from __future__ import annotations

from tests.support.guests import read_guests
from tests.support.plain_browser import PlainBrowser
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

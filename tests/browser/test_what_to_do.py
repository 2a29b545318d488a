"""The control room says what to do: the rate needed, people inside against the limit, and slots that are changed at once."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.reservations import change_reservations
from tests.support.slots import read_slot
from tests.support.world import NOON, TODAY, World

pytestmark = pytest.mark.one_hub


async def control_room(world: World, open_page: Open, role: str = "MANAGER", **how: bool) -> Page:
    page = await open_page("/manager", token=await world.staff(role), **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    await expect(page.locator("#board")).to_have_attribute("data-state", "live")
    return page


async def look(page: Page, name: str) -> None:
    if folder := os.environ.get("LOOK"):
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)


async def test_the_board_says_how_many_a_minute_must_come_and_what_to_open(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot(start="11:30", end="12:30", capacity=200)
    tickets = await world.fill(slot, 60)
    gate = await hub.socket(await world.staff(), gate="A")
    for ticket in tickets[:5]:
        await gate.verify(ticket.code)
    page = await control_room(world, open_page)
    pace = page.locator("#now-pace")
    await expect(pace).to_contain_text("55 to come in 30 minutes")
    await expect(pace).to_contain_text("1.8 a minute needed")
    await expect(pace.locator(".short")).to_contain_text("a minute now: Open a second lane")
    for ticket in tickets[5:50]:
        await gate.verify(ticket.code)
    await expect(pace).to_contain_text("10 to come in 30 minutes")
    await expect(pace.locator(".good")).to_contain_text("Fast enough")
    await assert_accessible(page, "what to do now")
    await look(page, "pace")


async def test_the_running_slot_is_in_view_on_a_laptop_also_with_a_limit_of_people_inside(
    world: World, open_page: Open
) -> None:
    for start, end in (("08:00", "10:00"), ("10:00", "11:30"), ("11:30", "13:00"), ("13:00", "15:00")):
        await world.slot(start=start, end=end, capacity=200, booked=0 if start < "11" else 120)
    for limit in (None, 10_000):
        await world.policy(inside_limit=limit, when_full="stop")
        page = await control_room(world, open_page)
        for width, height in ((1280, 800), (1366, 768), (1500, 900)):
            await page.set_viewport_size({"width": width, "height": height})
            await expect(page.locator("#slots tr.now")).to_be_in_viewport(ratio=1)


async def test_people_inside_are_shown_against_the_limit(hub: Hub, world: World, open_page: Open) -> None:
    await world.policy(inside_limit=10, when_full="stop")
    tickets = await world.fill(await world.slot(), 11)
    gate = await hub.socket(await world.staff(), gate="A")
    for ticket in tickets[:9]:
        await gate.verify(ticket.code)
    page = await control_room(world, open_page)
    inside = page.locator("#now-inside")
    await expect(inside).to_contain_text("9 of 10 inside")
    await expect(inside).to_contain_text("Room for one more")
    await gate.verify(tickets[9].code)
    await expect(inside).to_contain_text("Full. The gates let one in when one leaves.")
    await look(page, "full")
    await gate.leave(tickets[0].code)
    await expect(inside).to_contain_text("9 of 10 inside")


@pytest.mark.parametrize("phone", [False, True])
async def test_a_manager_enlarges_closes_and_opens_a_slot(hub: Hub, world: World, open_page: Open, phone: bool) -> None:
    booked, empty = (
        await world.slot(start="11:00", end="13:00", capacity=20),
        await world.slot(start="14:00", end="16:00"),
    )
    await world.fill(booked, 3)
    page = await control_room(world, open_page, phone=phone)
    await page.get_by_role("button", name="Change slots").click()
    dialog = page.get_by_role("dialog")
    row = dialog.locator(f"[data-slot='{booked}']")
    await expect(row).to_contain_text("3 of 20 booked")
    await row.get_by_label("Spaces of").fill("25")
    await row.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("status")).to_contain_text("has 25 spaces now.")
    await expect(row).to_contain_text("3 of 25 booked")
    assert (await read_slot(hub.database, id=booked))["total_capacity"] == 25
    # Whoever is booked must be asked or moved: the page of the slot shows what happens to whom.
    assert await row.get_by_role("link", name="Close slot").get_attribute("href") == f"/admin/slots/{booked}#close"
    other = dialog.locator(f"[data-slot='{empty}']")
    await other.get_by_role("button", name="Close slot").click()
    await expect(dialog.get_by_role("status")).to_contain_text("is closed.")
    assert (await read_slot(hub.database, id=empty))["status"] == "CLOSED"
    await assert_accessible(page, "today's slots")
    await look(page, f"slots-{phone}")
    await other.get_by_role("button", name="Open again").click()
    await expect(dialog.get_by_role("status")).to_contain_text("can be booked again.")
    assert (await read_slot(hub.database, id=empty))["status"] == "ACTIVE"
    await assert_nothing_sticks_out(page)


async def test_the_places_of_people_who_did_not_come_are_released_after_a_second_question(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot(TODAY, "12:00", "14:00", capacity=10)
    await world.fill(slot, 4)
    await change_reservations(hub.database, reserved_at=NOON - timedelta(days=1))
    page = await control_room(world, open_page)
    await page.get_by_role("button", name="Change slots").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Release 4 unused spaces").click()
    assert (await read_slot(hub.database, id=slot))["booked_count"] == 4
    await dialog.get_by_role("button", name="Release and email 4 people").click()
    await expect(dialog.get_by_role("status")).to_contain_text("4 spaces of 12:00")
    assert (await read_slot(hub.database, id=slot))["booked_count"] == 0


async def test_a_message_reaches_the_gate_and_comes_back_read_and_a_scanner_rings(
    world: World, open_page: Open
) -> None:
    gate = await open_page("/operator/scan", token=await world.staff(name="Jane Smith"), gate="Gate A", phone=True)
    await expect(gate.locator("#link-state")).to_have_text("Live")
    page = await control_room(world, open_page)
    await page.get_by_role("button", name="Message gates").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator("[data-device]")).to_contain_text("Jane Smith")
    await dialog.get_by_label("Message").fill("The side door opens at eight")
    await dialog.get_by_role("button", name="Send message").click()
    sent = dialog.locator("[data-message]")
    await expect(sent).to_contain_text("Nobody has read it yet.")
    card = gate.locator(".gate-notice")
    await expect(card).to_contain_text("The side door opens at eight")
    await look(gate, "message-gate")
    await card.get_by_role("button", name="I have read it").click()
    await expect(card).to_have_count(0)
    await expect(sent).to_contain_text("Read by Jane Smith (gate Gate A)")
    await assert_accessible(page, "gates and messages")
    await look(page, "message-room")
    await dialog.get_by_role("button", name="Ring").click()
    await expect(gate.locator(".gate-notice")).to_contain_text("The control room is ringing this scanner")

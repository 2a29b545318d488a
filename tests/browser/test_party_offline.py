"""A party at an offline scanner: it admits parts from what it knows is left, says so, and the hub counts them afterwards."""

from __future__ import annotations

import pytest
from playwright.async_api import CDPSession, Page, expect

from tests.browser.hands_and_eyes import Open
from tests.browser.offline_scanner import (
    conflicts,
    decided,
    gone,
    kept_anew,
    kept_since,
    ready_for_anything,
    said_by_hub,
    scanner,
    synced,
    ticket_event,
)
from tests.browser.test_party_at_gate import admitted_at_gate_b, booked, family_of, people_in
from tests.support.hub import Hub
from tests.support.scan_log import read_scans
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def shows(page: Page, code: str, word: str, figures: str, *, first: bool = False) -> None:
    """Scan a party offline, and wait for its word and its numbers. It is not the `first` scan since the page was loaded."""
    if not first:
        await ready_for_anything(page)
    await decided(page, code, word)
    await expect(page.locator("#party-figures")).to_have_text(figures)


async def admit(page: Page, fewer: int, figures: str) -> None:
    """Admit all that remain but so many, and wait for the numbers afterwards."""
    for _ in range(fewer):
        await page.get_by_role("button", name="One fewer").click()
    await page.locator("#verify").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await expect(page.locator("#party-figures")).to_have_text(figures)
    await expect(page.locator("#provisional")).to_be_visible()


class Network:
    """The page's network, which can be cut. One session of the debugger cuts and restores it."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    @classmethod
    async def of(cls, page: Page) -> Network:
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        return cls(session)

    async def cut(self, *, off: bool = True) -> None:
        rate = 0 if off else -1
        how = {"offline": off, "latency": 0, "downloadThroughput": rate, "uploadThroughput": rate}
        await self._session.send("Network.emulateNetworkConditions", how)


async def people_of_entries(hub: Hub) -> list[tuple[int, str]]:
    rows = await read_scans(hub.database, "people", "source", entered=True, order_by="scanned_at, people")
    return [(row["people"], row["source"]) for row in rows]


async def test_parts_of_a_booking_add_up_over_a_reload_and_arrive_as_they_were_admitted(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world)
    page = await scanner(world, open_page, phone=True)
    await hub.stop_listening()
    await gone(page)
    await shows(page, booking.code, "VALID TICKET", "5 booked, 0 in", first=True)
    await admit(page, 2, "3 of 5 in")
    await page.reload()
    await expect(page.locator("#queue-state")).to_have_text("One scan to send")
    await expect(page.locator("#scans li").first).to_contain_text("3 people admitted, not sent yet")
    await shows(page, booking.code, "VALID TICKET", "5 booked, 3 in", first=True)
    await admit(page, 0, "5 of 5 in")
    await shows(page, booking.code, "ALREADY VERIFIED", "5 of 5 in")
    await expect(page.locator("#verify")).to_be_hidden()
    await page.keyboard.press("Escape")
    await hub.listen()
    await synced(page)
    assert await people_of_entries(hub) == [(3, "sync"), (2, "sync")]
    assert await people_in(hub, booking) == 5
    assert await conflicts(hub) == []


async def test_one_scan_of_a_family_counts_for_each_of_its_tickets(hub: Hub, world: World, open_page: Open) -> None:
    family = await family_of(world, 3)
    page = await scanner(world, open_page)
    await hub.stop_listening()
    await gone(page)
    await shows(page, family[0].code, "VALID TICKET", "3 booked, 0 in", first=True)
    await admit(page, 1, "2 of 3 in")
    # The ticket that was shown is used, and the party has one person to come.
    await shows(page, family[0].code, "ALREADY VERIFIED", "2 of 3 in")
    await shows(page, family[2].code, "VALID TICKET", "3 booked, 2 in")
    await expect(page.locator("#verify")).to_have_text("Admit the last one")
    await admit(page, 0, "3 of 3 in")
    await shows(page, family[1].code, "ALREADY VERIFIED", "3 of 3 in")
    await page.keyboard.press("Escape")
    await hub.listen()
    await synced(page)
    assert sum(people for people, _ in await people_of_entries(hub)) == 3
    assert await conflicts(hub) == []


async def test_what_other_gates_admitted_before_the_loss_is_known_and_kept(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world)
    page = await scanner(world, open_page)
    frames = await said_by_hub(page)
    kept = await kept_since(page)
    await admitted_at_gate_b(hub, world, booking, 2)
    await ticket_event(frames, booking.code, "verified")
    await kept_anew(page, kept)
    await hub.stop_listening()
    await gone(page)
    await shows(page, booking.code, "VALID TICKET", "5 booked, 2 in", first=True)
    await page.reload()
    # It has read what it kept.
    await expect(page.locator("#queue-state")).to_have_text("One scan to send")
    await shows(page, booking.code, "VALID TICKET", "5 booked, 2 in", first=True)
    await admit(page, 1, "4 of 5 in")
    await hub.listen()
    await synced(page)
    assert await people_in(hub, booking) == 4
    assert await conflicts(hub) == []


async def test_more_than_were_booked_are_a_conflict_that_says_how_many(hub: Hub, world: World, open_page: Open) -> None:
    booking = await booked(world)
    page = await scanner(world, open_page, phone=True)
    network = await Network.of(page)
    await network.cut()
    await gone(page)
    await admitted_at_gate_b(hub, world, booking, 4)
    await shows(page, booking.code, "VALID TICKET", "5 booked, 0 in", first=True)
    await admit(page, 2, "3 of 5 in")
    await page.keyboard.press("Escape")
    await network.cut(off=False)
    await synced(page)
    # One of the three had a place. The hub counts nobody twice, and the manager hears of the two others.
    assert await people_in(hub, booking) == 5
    assert await conflicts(hub) == [(booking.code, "party_too_large")]
    await page.get_by_role("button", name="Review", exact=True).click()
    row = page.locator("#conflicts li")
    await expect(row).to_contain_text("More people admitted than were booked")
    await expect(row).to_contain_text("You admitted 3 people at")
    await expect(row).to_contain_text("2 people too many")
    room = await open_page("/manager/conflicts", token=await world.staff("MANAGER", name="Ann Lee"))
    await expect(room.locator("[data-conflict]")).to_contain_text("2 people too many")


async def test_an_entry_that_was_checked_online_is_admitted_offline_from_the_hubs_number(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world)
    await admitted_at_gate_b(hub, world, booking, 3)
    page = await scanner(world, open_page)
    await page.keyboard.type(booking.code)
    await page.keyboard.press("Enter")
    await expect(page.locator("#party-figures")).to_have_text("5 booked, 3 in")
    await hub.stop_listening()
    await gone(page)
    await admit(page, 1, "4 of 5 in")
    await shows(page, booking.code, "VALID TICKET", "5 booked, 4 in")
    await page.keyboard.press("Escape")
    await hub.listen()
    await synced(page)
    assert await people_in(hub, booking) == 4
    assert await conflicts(hub) == []

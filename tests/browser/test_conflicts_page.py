"""The conflicts page in Chromium: new conflicts appear live, are decided with a note, and other managers see it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.offline_queue import queued, sync
from tests.support.scan_conflicts import change_conflicts
from tests.support.websocket_client import Socket
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def two_gates(hub: Hub, world: World) -> tuple[Socket, Socket]:
    return (
        await hub.socket(await world.staff(name="Jane Smith"), gate="A"),
        await hub.socket(await world.staff(name="Tom Brown"), gate="B"),
    )


async def used_twice(world: World, gates: tuple[Socket, Socket], hour: int = 12) -> str:
    """Let two offline scanners admit the same ticket, and sync both. Return its code."""
    (ticket,) = await world.fill(await world.slot(start=f"{hour}:00"), 1)
    await sync(gates[0], queued(ticket.code, -20))
    await sync(gates[1], queued(ticket.code, -15))
    return ticket.code


async def test_a_conflict_comes_is_decided_with_a_note_and_stands_among_the_decided(
    hub: Hub, world: World, open_page: Open
) -> None:
    gates = await two_gates(hub, world)
    page = await open_page("/manager/conflicts", token=await world.staff("MANAGER", name="Ann Lee"))
    other = await open_page("/manager/conflicts", token=await world.staff("MANAGER"), phone=True)
    await expect(page.get_by_text("No conflict waits for a decision.")).to_be_visible()
    await expect(page.get_by_text("No conflict has been decided yet.")).to_be_visible()
    code = await used_twice(world, gates)
    card = page.locator("#open .conflict")
    await expect(card).to_contain_text("Ticket used twice")
    await expect(card).to_contain_text(code)
    await expect(card).to_contain_text("11:45:00, gate B, by Tom Brown")
    await expect(card).to_contain_text("The entry that counts: 11:40:00, gate A, by Jane Smith")
    await expect(page.get_by_text("One conflict waits for a decision.")).to_be_visible()
    # Later conflicts do not change a note that is being typed.
    note = card.get_by_label("Note (optional)")
    await note.type("a printed")
    await used_twice(world, gates, hour=13)
    await expect(page.locator("#open .conflict")).to_have_count(2)
    await page.keyboard.type(" copy")
    mine = page.locator("#open .conflict", has_text=code)
    await expect(mine.get_by_label("Note (optional)")).to_have_value("a printed copy")
    await mine.get_by_role("button", name="Asked to leave").click()
    for each in (page, other):
        await expect(each.locator("#open .conflict")).to_have_count(1)
        done = each.locator("#decided .conflict")
        await expect(done).to_contain_text(code)
        await expect(done).to_contain_text("Asked to leave: Ann Lee")
        await expect(done).to_contain_text("a printed copy")
        await expect(each.get_by_text("One conflict waits for a decision.")).to_be_visible()
    await expect(page.locator("#open .conflict h3")).to_be_focused()
    await assert_nothing_sticks_out(other)
    await assert_accessible(other, "conflicts on a phone")
    await page.reload()
    await expect(page.locator("#decided .conflict")).to_contain_text("a printed copy")


async def test_who_decides_second_sees_who_was_first(hub: Hub, world: World, open_page: Open) -> None:
    chief = await world.staff("MANAGER", name="Ann Lee")
    page = await open_page("/manager/conflicts", token=await world.staff("MANAGER"))
    await used_twice(world, await two_gates(hub, world))
    await expect(page.locator("#open .conflict")).to_have_count(1)
    # The change bypasses the hub, so the page does not know it when its button is pressed.
    await change_conflicts(
        hub.database,
        decision="stays",
        decided_at=hub.clock.now(),
        decided_by=hub.services.sessions.read(chief).staff_id,
    )
    await page.get_by_role("button", name="Nobody went in").click()
    answer = page.locator("#open .conflict").get_by_role("alert")
    await expect(answer).to_contain_text("Ann Lee has decided this one already.")
    await expect(answer).to_contain_text("May stay")


async def test_the_control_room_shows_how_many_wait_and_each_of_them(hub: Hub, world: World, open_page: Open) -> None:
    gates = await two_gates(hub, world)
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    tally = page.locator('#views [data-view="conflicts"] .tally')
    await expect(tally).to_be_hidden()
    await used_twice(world, gates)
    await expect(tally).to_have_text("1 waiting")
    await page.get_by_role("link", name="Conflicts 1 waiting").click()
    await expect(page.locator("#conflicts .conflict")).to_contain_text("Ticket used twice")
    await page.get_by_role("button", name="They may stay").click()
    await expect(page.get_by_text("No conflict waits for a decision.")).to_be_visible()
    await expect(tally).to_be_hidden()


async def test_more_than_are_shown_come_up_when_there_is_room(hub: Hub, world: World, open_page: Open) -> None:
    gate, _ = await two_gates(hub, world)
    page = await open_page("/manager/conflicts", token=await world.staff("MANAGER"))
    await expect(page.get_by_text("No conflict waits for a decision.")).to_be_visible()
    tickets = await world.fill(await world.slot(), 70)
    for minutes in (-20, -10):
        await sync(gate, *(queued(ticket.code, minutes) for ticket in tickets))
    # More conflicts came at once than a channel keeps, so the page has read them again.
    await expect(page.get_by_text("70 conflicts wait for a decision.")).to_be_visible()
    await expect(page.locator("#open .conflict")).to_have_count(50)
    await expect(page.get_by_text("20 older conflicts are shown when these are decided.")).to_be_visible()
    chief = await world.staff("MANAGER")
    page_of = (await hub.get("/api/operator/conflicts?status=open&limit=50", token=chief))[1]["data"]["conflicts"]
    for conflict in page_of:
        await hub.post(
            f"/api/operator/conflicts/{conflict['conflict_id']}/decision", {"decision": "stays"}, token=chief
        )
    await expect(page.locator("#open .conflict")).to_have_count(20)
    await expect(page.get_by_text("20 conflicts wait for a decision.")).to_be_visible()


async def test_without_a_managers_session_it_leads_to_sign_in(world: World, open_page: Open) -> None:
    page = await open_page("/manager/conflicts", token=await world.staff("OPERATOR"))
    assert "need=manager" in page.url

"""Disputes in Chromium, with both sides live: the scanner at the gate and the panel in the control room."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.open_pages import PHONE
from tests.support.disputes import read_dispute
from tests.support.hub import Hub
from tests.support.movements import count_absences
from tests.support.scan_log import read_scan, read_scans
from tests.support.tickets import read_ticket
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, Ticket, World

pytestmark = pytest.mark.one_hub

TOMORROW = TODAY + timedelta(days=1)
GREEN, RED = "rgb(8, 112, 59)", "rgb(179, 22, 31)"


async def scanner(world: World, open_page: Open, role: str = "OPERATOR", **how: bool) -> Page:
    token = await world.staff(role, name="Jane Smith")
    page = await open_page("/operator/scan", token=token, gate="Gate A", **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def supervisors(world: World, open_page: Open, path: str = "/manager/disputes", **how: bool) -> Page:
    page = await open_page(path, token=await world.staff("MANAGER", name="Sue Lee"), **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def gone(hub: Hub, world: World, ticket: Ticket) -> Socket:
    """Let a holder in at the gate to which they will return, and out at another one, so that there is no duplicate
    alarm.

    Return the socket of the exit.
    """
    tom, out = [await hub.socket(await world.staff(name="Tom Brown"), gate=gate) for gate in ("Gate A", "B")]
    await tom.verify(ticket.code)
    await out.leave(ticket.code)
    return out


async def refused(page: Page, ticket: Ticket, word: str = "WRONG DATE") -> None:
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name=word)).to_be_visible()


async def ask(page: Page, note: str = "") -> None:
    await page.get_by_role("button", name="Ask a supervisor").click()
    await page.get_by_label("What the visitor says").fill(note)
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.locator(".gate-notice")).to_contain_text("Supervisor asked")


async def receive_news_of_another(gate: Page, world: World, *, start: str = "20:00") -> None:
    """Change another ticket and wait for its event at this gate. All earlier events have arrived before it."""
    session = await gate.context.new_cdp_session(gate)
    await session.send("Network.enable")
    come = asyncio.Event()
    # The event names a ticket by the hash of its code.
    other = await world.ticket()
    name = hashlib.sha256(other.code.encode()).hexdigest()
    session.on("Network.webSocketFrameReceived", lambda frame: name in frame["response"]["payloadData"] and come.set())
    await world.reserve(other, await world.slot(TOMORROW, start, "22:00"))
    await asyncio.wait_for(come.wait(), 60)
    await gate.evaluate("() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))")
    await session.detach()


async def colour(page: Page) -> str:
    return str(await page.evaluate("() => getComputedStyle(document.body).backgroundColor"))


async def test_an_admission_turns_the_screen_of_the_gate_green_and_counts(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW), customer_name="John Doe")
    gate = await scanner(world, open_page, phone=True)
    room = await supervisors(world, open_page)
    await expect(room.get_by_text("Nobody is waiting for a decision.")).to_be_visible()
    await refused(gate, ticket)
    await ask(gate, "was told today")
    await assert_nothing_sticks_out(gate)
    card = room.locator("#open .dispute")
    await expect(card).to_contain_text("Wrong date")
    await expect(card).to_contain_text("“was told today”")
    await expect(card).to_contain_text("gate Gate A · Jane Smith")
    await expect(card).to_contain_text("John Doe")
    # A decision needs a reason.
    await card.get_by_role("button", name="Admit").click()
    await expect(card.get_by_role("alert")).to_contain_text("Add a reason")
    await card.get_by_label("Reason").fill("our mistake in the mail")
    await card.get_by_role("button", name="Admit").click()
    await expect(gate.get_by_role("heading", name="ADMIT", exact=True)).to_be_visible()
    await expect(gate.locator("#verdict-detail")).to_have_text("Supervisor Sue Lee: “our mistake in the mail”")
    assert await colour(gate) == GREEN
    await expect(gate.locator(".gate-notice")).to_have_count(0)
    await expect(gate.get_by_role("button", name="Ask a supervisor")).to_be_hidden()
    await expect(card).to_have_count(0)
    await expect(room.locator("#decided li")).to_contain_text("Admitted · Sue Lee · “our mistake in the mail”")
    row = await read_ticket(hub.database, "status", "verified_gate", id=ticket.id)
    assert tuple(row) == ("VERIFIED", "Gate A")
    # The event of this admission does not make its own answer out of date.
    await receive_news_of_another(gate, world)
    await expect(gate.locator("#stale")).to_be_empty()


async def test_a_usual_reason_is_given_with_one_touch_and_can_be_changed_and_one_who_is_declined_is_red(
    world: World, open_page: Open
) -> None:
    gate, room = await scanner(world, open_page), await supervisors(world, open_page, phone=True)
    await refused(gate, await world.ticket(), "NO RESERVATION")
    await ask(gate)
    card = room.locator("#open .dispute")
    chip = card.get_by_role("button", name="Checked at the desk")
    await chip.click()
    await expect(chip).to_have_attribute("aria-pressed", "true")
    await expect(card.get_by_label("Reason")).to_have_value("Checked at the desk")
    await chip.click()
    await expect(card.get_by_label("Reason")).to_have_value("")
    await card.get_by_role("button", name="Our mistake").click()
    await card.get_by_label("Reason").press("End")
    await card.get_by_label("Reason").press_sequentially(" in the mail")
    await expect(card.get_by_role("button", name="Our mistake")).to_have_attribute("aria-pressed", "false")
    await assert_nothing_sticks_out(room)
    await card.get_by_role("button", name="Admit", exact=True).click()
    await expect(gate.locator("#verdict-detail")).to_have_text("Supervisor Sue Lee: “Our mistake in the mail”")
    # The next one is declined, and the gate shows it red.
    await refused(gate, await world.ticket(), "NO RESERVATION")
    await ask(gate)
    await card.get_by_label("Reason").fill("sold out today")
    await card.get_by_role("button", name="Turn away").click()
    await expect(gate.get_by_role("heading", name="DO NOT ADMIT")).to_be_visible()
    await expect(gate.locator("#verdict-detail")).to_have_text("Supervisor Sue Lee: “sold out today”")
    assert await colour(gate) == RED


COUNT_TONES = """() => {
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
}"""


async def test_a_new_dispute_sounds_once_and_not_where_the_sound_is_off(world: World, open_page: Open) -> None:
    gate, room = await scanner(world, open_page), await supervisors(world, open_page)
    await room.evaluate(COUNT_TONES)
    await room.locator("h1").click()
    await refused(gate, await world.ticket(), "NO RESERVATION")
    await ask(gate)
    await expect(room.locator("#open .dispute")).to_have_count(1)
    await room.wait_for_function("() => window.tones === 2")
    await room.get_by_role("button", name="Sound for new requests").click()
    other = await scanner(world, open_page)
    await refused(other, await world.ticket(), "NO RESERVATION")
    await ask(other)
    await expect(room.locator("#open .dispute")).to_have_count(2)
    assert await room.evaluate("() => window.tones") == 2


async def test_an_answer_for_another_visitor_is_a_card_and_no_verdict(world: World, open_page: Open) -> None:
    first = await world.reserved(await world.slot(TOMORROW))
    gate, room = await scanner(world, open_page, phone=True), await supervisors(world, open_page)
    await refused(gate, first)
    await ask(gate)
    await refused(gate, await world.ticket(), "NO RESERVATION")
    await expect(gate.locator(".gate-notice")).to_contain_text(first.code)
    card = room.locator("#open .dispute")
    await card.get_by_label("Reason").fill("is expected")
    await card.get_by_role("button", name="Admit").click()
    received = gate.locator(".gate-notice.GREEN")
    await expect(received).to_contain_text("ADMIT")
    await expect(received).to_contain_text(first.code)
    # The answer to the current visitor stays red.
    await expect(gate.get_by_role("heading", name="NO RESERVATION")).to_be_visible()
    assert await colour(gate) == RED
    await assert_nothing_sticks_out(gate)
    # The notice is shown after a reload until it was read, and then never again.
    await gate.reload()
    await expect(received).to_contain_text(first.code)
    await received.get_by_role("button", name="Got it").click()
    await gate.reload()
    await expect(gate.locator("#link-state")).to_have_text("Live")
    await gate.wait_for_timeout(500)
    await expect(gate.locator(".gate-notice")).to_have_count(0)


async def test_a_question_outlives_a_reload_and_an_answer_finds_a_scanner_that_was_away(
    world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW))
    gate, room = await scanner(world, open_page), await supervisors(world, open_page)
    await refused(gate, ticket)
    await ask(gate, "insists")
    await gate.reload()
    await expect(gate.locator(".gate-notice")).to_contain_text(re.compile("Supervisor asked.*insists", re.DOTALL))
    await gate.goto(gate.url.replace("/operator/scan", "/reserve"))
    card = room.locator("#open .dispute")
    await card.get_by_label("Reason").fill("come tomorrow")
    await card.get_by_role("button", name="Turn away").click()
    await expect(card).to_have_count(0)
    await gate.go_back()
    await expect(gate.locator(".gate-notice.RED")).to_contain_text("come tomorrow")


async def test_an_obstacle_is_named_and_an_entry_can_be_undone(hub: Hub, world: World, open_page: Open) -> None:
    gate, room = await scanner(world, open_page), await supervisors(world, open_page)
    await refused(gate, await world.ticket("CANCELLED"), "TICKET CANCELLED")
    await ask(gate)
    card = room.locator("#open .dispute", has_text="Cancelled")
    await expect(card).to_contain_text("The ticket is cancelled and cannot be admitted.")
    await expect(card.locator(".buttons").get_by_role("button")).to_have_text(["Turn away"])
    used = await world.reserved(await world.slot())
    other = await hub.socket(await world.staff(name="Tom Brown"), gate="B")
    await other.verify(used.code)
    await refused(gate, used, "ALREADY VERIFIED")
    await gate.get_by_role("button", name="Ask a supervisor").click()
    await gate.get_by_role("button", name="Ask", exact=True).click()
    card = room.locator("#open .dispute", has_text=used.code)
    await expect(card).to_contain_text(re.compile(r"In since 20 Nov, 12:0\d:\d\d: Tom Brown, gate B"))
    await card.get_by_label("Reason").fill("scanned the wrong one")
    await card.get_by_role("button", name="Undo that entry and admit").click()
    await expect(gate.get_by_role("heading", name="ADMIT", exact=True)).to_be_visible()
    modes = {row["mode"] for row in await read_scans(hub.database, "mode", code=used.code)}
    assert sorted(modes - {"validate"}) == ["override", "undo", "verify"]


async def test_a_visitor_who_left_is_let_back_in_without_an_undo(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot(), customer_name="John Doe")
    out = await gone(hub, world, ticket)
    gate, room = await scanner(world, open_page), await supervisors(world, open_page)
    bystander = await scanner(world, open_page, phone=True)
    await refused(gate, ticket, "ALREADY VERIFIED")
    await expect(gate.locator("#verdict-detail")).to_have_text(re.compile(r"^Left at 12:0\d, gate B; no re-entry$"))
    await refused(bystander, ticket, "ALREADY VERIFIED")
    await ask(gate, "went to the car")
    card = room.locator("#open .dispute")
    await expect(card).to_contain_text(re.compile(r"Came in 20 Nov, 12:0\d:\d\d: Tom Brown, gate Gate A"))
    await expect(card).to_contain_text(re.compile(r"Left 20 Nov, 12:0\d:\d\d, gate B, and has not come back"))
    await expect(card.locator(".buttons").get_by_role("button")).to_have_text(["Admit", "Turn away"])
    await assert_nothing_sticks_out(room)
    await room.set_viewport_size(PHONE)
    await assert_nothing_sticks_out(room)
    await card.get_by_label("Reason").fill("saw them leave")
    await card.get_by_role("button", name="Admit").click()
    await expect(gate.get_by_role("heading", name="ADMIT", exact=True)).to_be_visible()
    await expect(gate.locator("#verdict-detail")).to_have_text("Comes back in. Supervisor Sue Lee: “saw them leave”")
    await expect(gate.locator("#facts")).to_contain_text("Tom Brown, Gate A")
    assert await colour(gate) == GREEN
    await expect(room.locator("#decided li")).to_contain_text("Let back in · Sue Lee · “saw them leave”")
    # The other gate's answer is out of date now. The gate that asked has the newest one.
    await expect(bystander.locator("#stale")).to_contain_text("Somebody has just come back in with this ticket.")
    await receive_news_of_another(gate, world)
    await expect(gate.locator("#stale")).to_be_empty()
    rows = await read_scans(hub.database, "mode", "reason", mode=["override", "undo"])
    assert [tuple(row) for row in rows] == [("override", "RE_ENTRY")]
    # The holder leaves again, which the gate's screen does not know yet.
    await out.leave(ticket.code)
    await expect(gate.locator("#stale")).to_contain_text("Somebody has just left with this ticket.")


async def test_the_card_shows_that_another_gate_has_let_them_back_in_first(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    await gone(hub, world, ticket)
    gate, room = await scanner(world, open_page), await supervisors(world, open_page)
    await refused(gate, ticket, "ALREADY VERIFIED")
    await ask(gate)
    card = room.locator("#open .dispute")
    await expect(card.locator(".buttons").get_by_role("button")).to_have_text(["Admit", "Turn away"])
    other = await hub.socket(await world.staff("MANAGER", name="Ann Ray"), gate="Gate A")
    looked = (await other.validate(ticket.code))["scan_id"]
    assert (await other.command("override", scan_id=looked, reason="theirs"))["success"]
    await card.get_by_label("Reason").fill("mine")
    await card.get_by_role("button", name="Admit", exact=True).click()
    await expect(card.get_by_role("alert")).to_contain_text("already")
    await expect(card.get_by_role("alert").locator(".buttons").get_by_role("button")).to_have_text(
        ["Undo that entry and admit"]
    )
    await assert_accessible(room, "a return that was recorded elsewhere")


async def test_a_supervisor_at_the_gate_decides_at_once_lets_back_in_and_undoes_it(
    hub: Hub, world: World, open_page: Open
) -> None:
    early, ticket = await world.reserved(await world.slot(TOMORROW)), await world.reserved(await world.slot())
    await gone(hub, world, ticket)
    gate = await scanner(world, open_page, "MANAGER")
    await refused(gate, early)
    await gate.get_by_role("button", name="Admit anyway").click()
    await gate.get_by_role("button", name="Admit", exact=True).click()
    await expect(gate.locator("#ask-answer")).to_contain_text("Add a reason")
    await assert_accessible(gate, "admitting against the door's word")
    await gate.locator("#ask-note").fill("is expected")
    # An Enter that follows a text at once is a hardware scanner's, and stays out of a dialog.
    await gate.wait_for_timeout(200)
    await gate.keyboard.press("Enter")
    await expect(gate.get_by_role("heading", name="ADMIT", exact=True)).to_be_visible()
    await receive_news_of_another(gate, world)
    await expect(gate.locator("#stale")).to_be_empty()
    await expect(gate.locator(".gate-notice")).to_have_count(0)
    assert (await read_scan(hub.database, mode="override"))["note"] == "is expected"
    # The holder of the other ticket has left.
    await refused(gate, ticket, "ALREADY VERIFIED")
    await gate.get_by_role("button", name="Admit anyway").click()
    await gate.locator("#ask-note").fill("guest of the house")
    await gate.get_by_role("button", name="Admit", exact=True).click()
    await expect(gate.get_by_role("heading", name="ADMIT", exact=True)).to_be_visible()
    await expect(gate.locator("#verdict-detail")).to_contain_text("Comes back in.")
    await receive_news_of_another(gate, world, start="21:00")
    await expect(gate.locator("#stale")).to_be_empty()
    await gate.locator("#again").click()
    row = gate.locator("#scans li", has_text="came back in")
    await expect(row).to_contain_text("“guest of the house”")
    await row.get_by_role("button", name="Undo").click()
    await expect(gate.locator("#undo-title")).to_have_text("Undo this return?")
    await gate.locator("#undo-reason").fill("not them")
    await gate.get_by_role("button", name="Undo return").click()
    await expect(gate.locator("#scans li", has_text="return undone")).to_have_count(1)
    assert await count_absences(hub.database, returned_at=None) == 1


async def test_of_two_supervisors_the_later_sees_who_was_first(world: World, hub: Hub, open_page: Open) -> None:
    gate, room = await scanner(world, open_page), await supervisors(world, open_page)
    await refused(gate, await world.ticket(), "NO RESERVATION")
    await ask(gate)

    def hard_of_hearing(line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(
            lambda text: None if '"topic":"disputes","sub' in str(text) and '"event"' in str(text) else line.send(text)
        )

    # This page receives neither the other supervisor's decision nor any event before its own request.
    await room.route_web_socket("**/ws", hard_of_hearing)
    await room.reload()
    card = room.locator("#open .dispute")
    await card.get_by_label("Reason").fill("mine")
    scan_id = (await read_dispute(hub.database))["scan_id"]
    other = await hub.socket(await world.staff("MANAGER", name="Ann Ray"))
    await other.command("decline", scan_id=str(scan_id), reason="theirs")
    await card.get_by_role("button", name="Admit").click()
    await expect(card.get_by_role("alert")).to_contain_text("This was decided already.")
    await expect(card.get_by_role("alert")).to_contain_text("Declined · Ann Ray · “theirs”")
    await assert_accessible(room, "a dispute decided by another")


async def test_the_control_room_says_how_many_wait_until_the_gate_withdraws(
    hub: Hub, world: World, open_page: Open
) -> None:
    gate = await scanner(world, open_page)
    room = await supervisors(world, open_page, "/manager")
    await refused(gate, await world.ticket(), "NO RESERVATION")
    await ask(gate)
    tab = room.get_by_role("link", name="Disputes 1 waiting")
    await expect(tab).to_be_visible()
    await tab.click()
    await expect(room.locator("#disputes .dispute")).to_contain_text("No reservation")
    # Beside the answer the question is one line, which opens.
    await gate.get_by_role("button", name="Supervisor asked").click()
    await gate.get_by_role("button", name="Cancel request").click()
    await expect(gate.locator(".gate-notice")).to_have_count(0)
    await expect(room.locator("#disputes .dispute")).to_have_count(0)
    await expect(tab).to_have_count(0)
    assert (await read_dispute(hub.database))["decision"] == "withdrawn"


@pytest.mark.parametrize("phone", [False, True])
async def test_the_history_of_a_ticket_shows_the_dispute(hub: Hub, world: World, open_page: Open, phone: bool) -> None:
    ticket = await world.reserved(await world.slot(TOMORROW))
    jane, sue = (
        await hub.socket(await world.staff(), gate="A"),
        await hub.socket(await world.staff("MANAGER", name="Sue Lee")),
    )
    scan_id = (await jane.validate(ticket.code))["scan_id"]
    await jane.command("ask_supervisor", scan_id=scan_id, note="insists")
    hub.clock.advance(5)
    await sue.command("override", scan_id=scan_id, reason="our mistake")
    page = await open_page(f"/manager/ticket/{ticket.id}", token=await world.staff("MANAGER"), phone=phone)
    await expect(page.locator("#events")).to_contain_text("Supervisor asked")
    await expect(page.locator("#events .GREEN")).to_contain_text("Supervisor override: Admitted")
    await expect(page.locator("#events .GREEN")).to_contain_text("“our mistake”")

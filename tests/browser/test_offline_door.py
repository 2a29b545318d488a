"""An offline scanner in Chromium: it decides by its list, says that it is offline, and shows what it cannot know."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from hub.actions.scanning import manifest
from tests.browser.hands_and_eyes import TO_COLOUR, Open, key_in
from tests.browser.offline_scanner import (
    ROWS,
    admit,
    altered,
    conflicts,
    decided,
    entries,
    gone,
    kept_anew,
    kept_since,
    ready_for_anything,
    reload_with_list,
    said_by_hub,
    scanner,
    start_again,
    synced,
    ticket_event,
    until,
)
from tests.support.hub import Hub
from tests.support.repetitions import repetitions
from tests.support.scan_log import read_scans
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def test_with_the_hub_stopped_the_gate_goes_on_and_every_scan_arrives(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot()
    good, in_before, later = await world.reserved(slot), await world.reserved(slot), await world.reserved(slot)
    [too_late] = await world.fill(await world.slot(start="08:00", end="09:00"), 1)
    gate_b = await hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await gate_b.verify(in_before.code)
    page = await scanner(world, open_page, phone=True)
    await hub.close()
    # The first scan waits for the link as long as it does at a real gate.
    await gone(page, just_now=True)
    await admit(page, good.code)
    await decided(page, in_before.code, "ALREADY VERIFIED")
    await expect(page.get_by_text("Verified at 12:00, gate Gate B")).to_be_visible()
    assert await page.get_by_role("button", name="Mark as Verified").is_hidden()
    await decided(page, too_late.code, "TICKET EXPIRED")
    await ready_for_anything(page)
    await decided(page, good.code, "ALREADY VERIFIED")
    await expect(page.get_by_text("by Jane Smith, gate Gate A")).to_be_visible()
    await decided(page, later.code, "VALID TICKET")
    await page.keyboard.press("Escape")
    await expect(page.locator("#queue-state")).to_have_text("5 scans to send")
    await page.clock.fast_forward(10_000)
    await expect(page.locator("#link-state")).to_contain_text("Offline since")
    await expect(page.get_by_text("Offline: this scanner checks tickets by its list of 12:00.")).to_be_visible()
    await expect(page.get_by_text("not sent yet").first).to_be_visible()
    await start_again(hub)
    await synced(page, by_itself=True)
    assert [(row["code"], row["source"], row["gate"]) for row in await entries(hub)] == [
        (in_before.code, "socket", "Gate B"), (good.code, "sync", "Gate A"),
    ]  # fmt: skip
    # Validations are logged as well, each once, with the verdict that was shown.
    received = await read_scans(hub.database, "code", "result", "reason", source="sync", mode="validate")
    assert sorted((row["code"], row["reason"]) for row in received) == sorted([
        (in_before.code, "ALREADY_VERIFIED"), (too_late.code, "TICKET_EXPIRED"), (good.code, "ALREADY_VERIFIED"),
        (later.code, "VALID"),
    ])  # fmt: skip
    assert await conflicts(hub) == []
    await expect(page.get_by_text("not sent yet")).to_have_count(0)


async def test_what_the_device_cannot_know_is_yellow_and_the_operator_decides(
    hub: Hub, world: World, open_page: Open
) -> None:
    tomorrow = await world.reserved(await world.slot(day=(await _today(world)) + timedelta(days=1)))
    page = await scanner(world, open_page)
    sold_later = (await world.ticket()).code
    await hub.stop_listening()
    await gone(page)
    for code in (tomorrow.code, sold_later, "DT-77-4711"):
        await decided(page, code, "NOT ON THE LIST")
        assert await page.evaluate("() => document.body.dataset.verdict") == "YELLOW"
    await page.get_by_role("button", name="Admit on my word").click()
    await expect(page.get_by_role("heading", name="ENTRY NOTED")).to_be_visible()
    assert await page.evaluate("() => document.body.dataset.verdict") == "YELLOW"
    await hub.listen()
    await synced(page)
    assert await entries(hub) == []
    assert await conflicts(hub) == [("DT-77-4711", "unknown")]


async def _today(world: World):  # type: ignore[no-untyped-def]
    return world.hub.clock.now().date()


async def test_a_cut_network_and_its_return(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    one, two = await world.reserved(slot), await world.reserved(slot)
    page = await scanner(world, open_page)
    network = await page.context.new_cdp_session(page)
    await network.send("Network.enable")
    cut = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    await network.send("Network.emulateNetworkConditions", cut)
    await admit(page, one.code)
    await decided(page, two.code, "VALID TICKET")
    await page.locator("#verify").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    assert await entries(hub) == []
    await network.send(
        "Network.emulateNetworkConditions", {**cut, "offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    )
    await synced(page)
    # The visitor in front has not changed: the hub has confirmed the provisional answer, and it is not out of date.
    await expect(page.get_by_text("CONFIRMED BY THE HUB")).to_be_visible()
    await expect(page.get_by_text("This result is out of date.")).to_have_count(0)
    assert sorted(row["code"] for row in await entries(hub)) == sorted([one.code, two.code])
    assert await conflicts(hub) == []


async def test_an_open_link_without_answers_keeps_nobody_waiting(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    first, second = await world.reserved(slot), await world.reserved(slot)
    page = await scanner(world, open_page)
    line = SilentLine()
    await page.route_web_socket("**/ws", line.route)
    await reload_with_list(page)
    lines = line.opened
    # Only the scan gets no answer. The link is tested, answers, and stays. The queued scan is sent over it.
    line.silent_about = {"validate"}
    await unanswered(page, first.code)
    await synced(page)
    assert line.opened == lines
    # Nothing gets an answer. The link is given up after two seconds of doubt, and the next one opens by itself.
    line.silent = True
    await unanswered(page, second.code)
    await page.clock.fast_forward(2_000)
    line.silent, line.silent_about = False, set()

    async def another() -> bool:
        return line.opened > lines

    await until(another)
    await synced(page)
    looked = await read_scans(hub.database, "code", source="sync", mode="validate")
    assert sorted(row["code"] for row in looked) == sorted([first.code, second.code])


class SilentLine:
    """A socket between page and hub that drops the replies to some commands, or every frame of the hub."""

    def __init__(self) -> None:
        self.silent = False
        self.silent_about: set[str] = set()
        self.opened = 0

    def route(self, route: WebSocketRoute) -> None:
        self.opened += 1
        server = route.connect_to_server()
        asked: dict[int, str] = {}

        def sent(text: str | bytes) -> None:
            frame = json.loads(text)
            if "id" in frame:
                asked[frame["id"]] = frame["type"]
            server.send(text)

        def received(text: str | bytes) -> None:
            if not self.silent and asked.get(json.loads(text).get("id")) not in self.silent_about:
                route.send(text)

        route.on_message(sent)
        server.on_message(received)


async def unanswered(page: Page, code: str) -> None:
    """Scan a code without a reply of the hub. After three seconds the device decides."""
    await key_in(page, code)
    await page.clock.fast_forward(3_000)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(page.get_by_text("PROVISIONAL")).to_be_visible()


UNABLE = """
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    send(text) {
      const frame = JSON.parse(text);
      if (window.unable && (frame.type === "validate" || frame.type === "verify")) {
        const error = { code: "SERVICE_UNAVAILABLE", message: "Not now" };
        setTimeout(() => this.onmessage({ data: JSON.stringify({ type: "result", id: frame.id, success: false, error }) }));
      } else super.send(text);
    }
  };
"""


async def test_the_device_decides_for_a_hub_without_a_database_and_sends_the_scan_at_once(
    hub: Hub, world: World, open_page: Open
) -> None:
    """The link is up, and the hub replies that its database does not answer."""
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    await page.context.add_init_script(UNABLE)
    await reload_with_list(page)
    await page.evaluate("() => { window.unable = true; }")
    await decided(page, ticket.code, "VALID TICKET")
    await synced(page)
    await page.locator("#verify").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await synced(page)
    assert [(row["code"], row["source"]) for row in await entries(hub)] == [(ticket.code, "sync")]


async def test_a_list_of_twenty_thousand_costs_a_scan_nothing(hub: Hub, world: World, open_page: Open) -> None:
    """It is compared turn by turn with a scanner that has a list of twelve: a busy machine delays both.

    In a short run the list has four thousand.
    """
    slot = await world.slot(capacity=20_000)
    # The tickets are added in parts, because on a busy machine one statement for 20,000 could exceed its time limit.
    parts = repetitions(full=20, short=4)
    large = [ticket for _ in range(parts) for ticket in await world.fill(slot, 1_000)]
    other = await World(hub).found()
    small = await other.fill(await other.slot(), 12)
    crowded = await scanner(world, open_page, phone=True)
    quiet = await scanner(other, open_page, phone=True)
    await hub.stop_listening()
    for page, tickets in ((crowded, large), (quiet, small)):
        await gone(page)
        await decided(page, tickets[0].code, "VALID TICKET")
        await page.reload()
        await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    times: dict[Page, list[float]] = {crowded: [], quiet: []}
    for n in range(1, 12):
        for page, tickets in ((crowded, large), (quiet, small)):
            await page.bring_to_front()
            await page.evaluate("() => document.getElementById('code').focus()")
            times[page].append(await page.evaluate(TO_COLOUR, tickets[n].code))
            await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    assert min(times[crowded]) < max(150, 2 * min(times[quiet])), times.values()
    await hub.listen()
    for page in (crowded, quiet):
        await synced(page)


async def test_a_reload_without_a_link_forgets_neither_the_list_nor_who_is_in(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot()
    before, during, after = [await world.reserved(slot) for _ in range(3)]
    page = await scanner(world, open_page, phone=True)
    kept = await kept_since(page)
    # The entry was made online, after the list was written.
    await key_in(page, before.code)
    await page.get_by_role("button", name="Mark as Verified").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await kept_anew(page, kept)
    await hub.stop_listening()
    await gone(page)
    await page.keyboard.press("Escape")
    await admit(page, during.code)
    await page.reload()
    await expect(page.locator("#queue-state")).to_have_text("One scan to send")
    await expect(page.locator("#venue-name")).not_to_have_text("No venue")
    await decided(page, before.code, "ALREADY VERIFIED")
    await decided(page, during.code, "ALREADY VERIFIED")
    await admit(page, after.code)
    await hub.listen()
    await synced(page)
    assert sorted(row["code"] for row in await entries(hub)) == sorted([before.code, during.code, after.code])
    assert await conflicts(hub) == []


async def test_an_event_just_before_the_link_was_lost_is_known(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    admitted, cancelled = await world.reserved(slot), await world.reserved(slot)
    page = await scanner(world, open_page)
    frames = await said_by_hub(page)
    gate_b = await hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await gate_b.verify(admitted.code)
    await hub.delete(f"/api/reservations/{cancelled.reservation_id}", token=await world.staff("MANAGER"))
    # The event comes within a second, and the next list does not.
    for ticket in (admitted, cancelled):
        await ticket_event(frames, ticket.code)
    await hub.stop_listening()
    await gone(page)
    await decided(page, admitted.code, "ALREADY VERIFIED")
    await decided(page, cancelled.code, "NOT SURE")
    await hub.listen()
    await synced(page)


async def test_a_new_list_comes_soon_after_a_change(
    hub: Hub, world: World, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The page's clock is advanced. By the hub's clock the list it has just read would be fresh for two seconds.
    monkeypatch.setattr(manifest, "seconds_fresh", lambda _reading: 0.0)
    slot = await world.slot()
    page = await scanner(world, open_page)
    frames = await said_by_hub(page)
    new = await world.reserved(slot)
    await ticket_event(frames, new.code)
    # A list is at most a minute old. After a change a new one comes within twelve seconds.
    hub.clock.advance(12)
    async with page.expect_response("**/manifest/changes*") as changes:
        await page.clock.fast_forward(12_000)
    await (await changes.value).finished()
    # A later request was answered, so the page has read the list.
    await page.evaluate("() => fetch('/healthz').then((answer) => answer.text())")
    await hub.stop_listening()
    await gone(page)
    await decided(page, new.code, "VALID TICKET")
    await hub.listen()
    await synced(page)


async def test_whoever_leaves_while_there_is_no_link_has_left(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    inside, unknown = await world.reserved(slot), await world.reserved(slot)
    gate_b = await hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await gate_b.verify(inside.code)
    page = await scanner(world, open_page, phone=True)
    await page.locator("#way-exit").click()
    await hub.stop_listening()
    await gone(page)
    await decided(page, inside.code, "EXIT RECORDED")
    assert await page.evaluate("() => document.body.dataset.verdict") == "GREEN"
    await ready_for_anything(page)
    await decided(page, inside.code, "ALREADY LEFT")
    await decided(page, unknown.code, "EXIT NOTED")
    assert await page.evaluate("() => document.body.dataset.verdict") == "YELLOW"
    await page.keyboard.press("Escape")
    await hub.listen()
    await synced(page)
    exits = await read_scans(hub.database, "code", "reason", mode="exit", order_by="scanned_at")
    assert [(row["code"], row["reason"]) for row in exits] == [
        (inside.code, "EXIT_RECORDED"), (inside.code, "ALREADY_LEFT"), (unknown.code, "NOT_INSIDE"),
    ]  # fmt: skip
    assert await conflicts(hub) == []


async def test_continuous_mode_goes_on_without_a_link(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    tickets = [await world.reserved(slot) for _ in range(3)]
    page = await scanner(world, open_page)
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("checkbox", name="Admit on scan").click()
    await page.get_by_role("button", name="Done").click()
    await hub.stop_listening()
    await gone(page)
    for ticket in tickets:
        await key_in(page, ticket.code)
        await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
        await page.clock.fast_forward(2_000)
        await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    await key_in(page, tickets[0].code)
    await expect(page.get_by_role("heading", name="ALREADY VERIFIED")).to_be_visible()
    await hub.listen()
    await synced(page)
    assert sorted(row["code"] for row in await entries(hub)) == sorted(ticket.code for ticket in tickets)


@pytest.mark.parametrize("sealed", [True, False], ids=["as it is", "control: nothing is sealed"])
async def test_who_holds_the_device_reads_neither_a_code_nor_the_list(
    hub: Hub, world: World, open_page: Open, sealed: bool
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    if not sealed:
        await page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.unregister())")
        await altered(
            page, "js/features/scan/offline/seal.js",
            ("data: await crypto.subtle.encrypt(this.#how(kind, iv), this.keys[0], plain)", "data: plain.buffer"),
        )  # fmt: skip
        await page.evaluate("() => indexedDB.deleteDatabase('venue-hub.offline')")
        await reload_with_list(page)
    await hub.stop_listening()
    await gone(page)
    await key_in(page, ticket.code)
    await expect(page.get_by_text("PROVISIONAL")).to_be_visible()
    held = await page.evaluate(ROWS)
    assert all("extractable: false" in key for record in held["keys"] for key in record["keys"])
    assert (ticket.code in str(held)) is not sealed
    assert ("starts_at" in str(held["lists"])) is not sealed
    await hub.listen()

"""The queue of an offline scanner: it survives everything, is sent once and in order, and conflicts are shown."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, WebSocket, WebSocketRoute, expect

from tests.browser.hands_and_eyes import Open
from tests.browser.offline_scanner import (
    ROWS,
    admit,
    altered,
    comes_back,
    conflicts,
    decided,
    entries,
    gone,
    has_list,
    reload_with_list,
    scanner,
    start_again,
    synced,
    until,
)
from tests.support.hub import Hub
from tests.support.reservations import cancel_visit
from tests.support.rows import read_rows
from tests.support.scan_log import count_scans, read_scan, read_scans
from tests.support.world import World
from web.pages.static_files import STATIC

pytestmark = pytest.mark.one_hub

# Admissions as fast as the device can store them, by the page's own modules and beside its own socket.
MANY = """async ([address, clock, codes]) => {
  const { Offline } = await import(address);
  const { HubClock } = await import(clock);
  const offline = new Offline({ socket: { live: false }, clock: new HubClock(), owner: document.getElementById('scan').dataset.owner, operatorName: 'Jane Smith' });
  await offline.open();
  for (const code of codes) {
    const decision = await offline.present(code, { gate: 'Gate A' });
    await offline.admit(code, decision, decision.scan_id, { gate: 'Gate A' });
  }
  return offline.queue.length;
}"""

NEW_IDS = """
  const frame = frameOf(batch);
  const sent = frame.scans.map((one) => one.scan_id);
  frame.scans = frame.scans.map((one) => ({ ...one, scan_id: crypto.randomUUID() }));
  const { results } = await this.socket.request("sync", frame);
  results.forEach((one, n) => { one.scan_id = sent[n]; });
"""


# The device's clock is so many milliseconds ahead of this machine's.
AHEAD = """
  const Real = Date;
  window.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + AHEAD_MS])); }
    static now() { return Real.now() + AHEAD_MS; }
  };
"""


async def admit_many(page: Page, codes: list[str]) -> int:
    return int(
        await page.evaluate(
            MANY, [STATIC.url("js/features/scan/offline/offline.js"), STATIC.url("js/models/hub_clock.js"), codes]
        )
    )


# The page's own socket breaks where a test sets it: before a batch is sent, or after the hub has answered and before
# the answer arrives.
BREAKING = """
  window.cut = { before: 0, answers: 0 };
  window.batches = [];
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    #syncs = new Set();
    #hears = null;
    break() {
      const { onclose } = this;
      this.onclose = null;
      this.close();
      setTimeout(() => onclose({ code: 1006 }));
    }
    send(text) {
      const frame = JSON.parse(text);
      if (frame.type === "sync") {
        if (window.cut.before > 0) { window.cut.before -= 1; this.break(); return; }
        window.batches.push(frame.scans.map((scan) => scan.code));
        this.#syncs.add(frame.id);
      }
      super.send(text);
    }
    set onmessage(hears) {
      super.onmessage = hears && ((message) => {
        const frame = JSON.parse(message.data);
        if (frame.type === "result" && this.#syncs.has(frame.id) && window.cut.answers > 0) { window.cut.answers -= 1; this.break(); }
        else hears(message);
      });
    }
  };
"""


async def test_two_scanners_without_a_link_admit_the_same_ticket(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    ticket, other = await world.reserved(slot), await world.reserved(slot)
    first = await scanner(world, open_page, token=await world.staff(name="John Doe"), gate="Gate B")
    second = await scanner(world, open_page, phone=True)
    await hub.stop_listening()
    for page in (first, second):
        await gone(page)
    await admit(first, ticket.code)
    # The pause is longer than any error of the clock measurement.
    await second.clock.fast_forward(1_100)
    await admit(second, ticket.code)
    await admit(second, other.code)
    # The later scan is sent first. The time of the scan decides who gets the conflict, not the order of sending.
    await hub.listen()
    for page in (first, second):
        await synced(page)
    assert sorted(row["code"] for row in await entries(hub)) == sorted([ticket.code, other.code])
    [(code, kind)] = await conflicts(hub)
    assert (code, kind) == (ticket.code, "already_verified")
    wrong, right = (first, second) if await first.locator("#conflict-note strong").count() else (second, first)
    assert await right.locator("#conflict-note strong").count() == 0
    await expect(wrong.get_by_text("1 of your entries needs review.")).to_be_visible()
    await wrong.get_by_role("button", name="Review", exact=True).click()
    await expect(wrong.get_by_text("Ticket used twice")).to_be_visible()
    await expect(
        wrong.get_by_text(re.compile("The entry that counts: .*by (John Doe|Jane Smith), gate Gate [AB]"))
    ).to_be_visible()
    # The notice is shown until it is confirmed, after a reload as well.
    await wrong.reload()
    await wrong.get_by_role("button", name="Review", exact=True).click()
    await wrong.locator("#conflicts").get_by_role("button", name="Got it").click()
    await expect(wrong.locator("#conflict-note")).to_be_empty()
    await wrong.reload()
    await expect(wrong.locator("#link-state")).to_have_text("Live")
    await expect(wrong.locator("#conflict-note")).to_be_empty()


async def test_a_ticket_cancelled_meanwhile_comes_back_to_who_admitted(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    line = page.context
    await line.set_offline(True)
    await cancel_visit(hub.database, ticket.code, datetime.now(UTC))
    await hub.stop_listening()
    await admit(page, ticket.code)
    await line.set_offline(False)
    await hub.listen()
    await synced(page)
    assert await conflicts(hub) == [(ticket.code, "cancelled")]
    await page.get_by_role("button", name="Review", exact=True).click()
    await expect(page.get_by_text("Cancelled ticket admitted")).to_be_visible()


@pytest.mark.parametrize("kept", [True, False], ids=["as it is", "control: a scan gets a new id each time it is sent"])
async def test_a_connection_that_breaks_anywhere_loses_and_doubles_nothing(
    hub: Hub, world: World, open_page: Open, kept: bool
) -> None:
    tickets = await world.fill(await world.slot(), 150)
    page = await scanner(world, open_page)
    await page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.unregister())")
    # Three batches of sixty, where the product sends two hundred at once.
    changes = [("const MOST_SCANS = 200;", "const MOST_SCANS = 60;")]
    if not kept:
        changes.append(('const { results } = await this.socket.request("sync", frameOf(batch));', NEW_IDS))
    await altered(page, "js/features/scan/offline/sync_engine.js", *changes)
    await page.context.add_init_script(BREAKING)
    await reload_with_list(page)
    await hub.stop_listening()
    await gone(page)
    assert await admit_many(page, [ticket.code for ticket in tickets]) == 150
    # The socket is cut once before sending and twice before the answer: the hub has done what the scanner does not
    # know.
    await page.evaluate("() => Object.assign(window.cut, { before: 1, answers: 2 })")
    await hub.listen()
    await synced(page)
    found = await entries(hub)
    batches: list[list[str]] = await page.evaluate("() => window.batches")
    assert await page.evaluate("() => window.cut") == {"before": 0, "answers": 0}
    assert len(batches) >= 5
    exact = len(found) == len({row["code"] for row in found}) == 150 and await conflicts(hub) == []
    logged = await count_scans(hub.database, source="sync")
    assert (exact and logged == 150) is kept
    order = [code for batch in batches for code in batch]
    assert list(dict.fromkeys(order)) == [ticket.code for ticket in tickets]


async def test_a_thousand_queued_scans_outlive_a_reload_and_a_hub_that_dies_in_the_middle(
    hub: Hub, world: World, open_page: Open
) -> None:
    tickets = await world.fill(await world.slot(capacity=1_000), 1_000)
    page = await scanner(world, open_page, phone=True)
    await hub.close()
    await gone(page)
    took = await page.evaluate("() => performance.now()")
    assert await admit_many(page, [ticket.code for ticket in tickets]) == 1_000
    took = await page.evaluate("() => performance.now()") - took
    await page.reload()
    await expect(page.locator("#queue-state")).to_have_text("1,000 scans to send")
    await decided(page, tickets[500].code, "ALREADY VERIFIED")
    await page.keyboard.press("Escape")
    batches: list[int] = []

    def listen(line: WebSocket) -> None:
        line.on("framesent", lambda text: batches.append(len(text)) if '"type":"sync"' in str(text) else None)

    page.on("websocket", listen)
    await page.reload()
    await start_again(hub)
    began = await page.evaluate("() => Date.now()")
    await until(_more_than(batches, 1))
    await hub.close()
    before = len(batches)
    await start_again(hub)
    await synced(page)
    sent = await page.evaluate("() => Date.now()") - began
    assert 2 <= before < len(batches), "some were sent before the hub went, and some after"
    print(f"1,000 kept in {took / 1000:.1f} s, sent in {sent / 1000:.1f} s with the hub gone in between")
    found = await entries(hub)
    assert len(found) == len({row["code"] for row in found}) == 1_000
    assert await conflicts(hub) == []
    held = await page.evaluate(ROWS)
    assert held["queue"] == []


def _more_than(found: list[Any], count: int) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(found) > count

    return enough


async def test_the_end_of_the_session_keeps_the_queue_and_leaves_nothing_to_read(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot()
    *tickets, another = [await world.reserved(slot) for _ in range(3)]
    token = await world.staff(username="jane")
    page = await scanner(world, open_page, token=token)
    await hub.stop_listening()
    await gone(page)
    for ticket in tickets:
        await admit(page, ticket.code)
    ended: list[bool] = []

    async def only_after_the_end(route: WebSocketRoute) -> None:
        if ended:
            route.connect_to_server()
        else:
            await route.close(code=1006)

    await page.route_web_socket(re.compile("/ws$"), only_after_the_end)
    await hub.listen()
    # The session ends before the scanner is back, however soon it tries. It gets 4401 instead of a link.
    await hub.post("/api/operator/logout", {}, token=token)
    ended.append(True)
    await comes_back(page)
    await page.wait_for_url("**/operator/login?next=/operator/scan&ended=1", timeout=30_000)
    await expect(page.get_by_text("2 scans wait on this device.")).to_be_visible()
    held = await page.evaluate(ROWS)
    assert (len(held["queue"]), held["keys"], held["lists"], held["since"]) == (2, [], [], [])
    # Another operator at the same device neither sends nor reads these scans.
    await world.staff(username="john", name="John Doe")
    await sign_in(page, "john")
    await expect(page.locator("#link-state")).to_have_text("Live")
    await sends_only(hub, page, another.code)
    await expect(page.locator("#queue-state")).to_be_hidden()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("2 scans wait on this device.")).to_be_visible()
    await sign_in(page, "jane")

    async def all_sent() -> bool:
        return len(await entries(hub)) == 3

    await until(all_sent)
    await synced(page)
    staff = {row["id"]: row["name"] for row in await read_rows(hub.database, "staff", "id", "name")}
    senders = await read_scans(hub.database, "code", "operator_id", entered=True)
    assert {row["code"]: staff[row["operator_id"]] for row in senders} == {
        another.code: "John Doe", **{ticket.code: "Jane Smith" for ticket in tickets},
    }  # fmt: skip
    assert (await page.evaluate(ROWS))["queue"] == []


async def sends_only(hub: Hub, page: Page, code: str, *, stuck: int = 0) -> None:
    """Check that the signed-in operator sends one own scan, and nothing that was queued before it.

    `stuck` is the number of own scans that are queued already.
    """
    await has_list(page)
    assert await admit_many(page, [code]) == stuck + 1
    await page.reload()
    assert [row["code"] for row in await until(lambda: entries(hub))] == [code]


async def sign_in(page: Page, username: str) -> None:
    await page.get_by_label("Username").fill(username)
    await page.locator("#secret").fill("correct horse")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/operator/scan")


async def test_signing_out_with_a_queue_is_asked_twice(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    await hub.stop_listening()
    await gone(page)
    await admit(page, ticket.code)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("One scan is not sent yet.")).to_be_visible()
    await hub.listen()
    await synced(page)
    assert [row["code"] for row in await entries(hub)] == [ticket.code]


@pytest.mark.parametrize(
    "broken",
    ["", "not measured", "not told"],
    ids=["as it is", "control: clock not measured", "control: skew not told"],
)
async def test_an_entry_counts_from_its_own_moment_whatever_the_device_takes_for_now(
    hub: Hub, world: World, open_page: Open, broken: str
) -> None:
    """The device's clock is a day and two hours ahead of the hub's, whatever day it is on this machine.

    Without a measurement of the difference it would decide by the list of the wrong day.
    """
    ticket = await world.reserved(await world.slot(start="11:00", end="18:00"))
    page = await scanner(world, open_page)
    await page.evaluate("() => navigator.serviceWorker.getRegistration().then((one) => one.unregister())")
    await page.evaluate("() => localStorage.removeItem('venue-hub.clock')")
    if broken == "not measured":
        await altered(page, "js/models/hub_clock.js", ("skew: Math.round((sent + received) / 2 - said)", "skew: 0"))
    elif broken == "not told":
        await altered(page, "js/features/scan/offline/sync_engine.js", ("skew_ms: tell ? skew_ms : 0,", "skew_ms: 0,"))
    ahead = (hub.clock.now() - datetime.now(UTC) + timedelta(hours=26)).total_seconds() * 1000
    await page.context.add_init_script(AHEAD.replace("AHEAD_MS", str(round(ahead))))
    answers: list[str] = []
    page.on("websocket", lambda line: line.on("framereceived", lambda text: _keep_if_measured(str(text), answers)))
    if broken == "not measured":
        # It takes its key for one that has ended, and may throw its list away at any moment.
        await page.reload()
        await until(_more_than(answers, 0))
        assert not await _near_the_truth(hub, page)
        return
    await reload_with_list(page)
    await until(_more_than(answers, 0))
    await until(lambda: _near_the_truth(hub, page))
    await hub.stop_listening()
    await gone(page)
    scanned = hub.clock.now()
    await admit(page, ticket.code)
    admitted = hub.clock.now()
    # The hub's clock moves half an hour, as if the device's clock had been set meanwhile.
    hub.clock.advance(1_800)
    await hub.listen()
    await synced(page)
    row = await read_scan(hub.database, "scanned_at", "logged_at", source="sync")
    assert row["logged_at"] - scanned >= timedelta(minutes=30)
    near = timedelta(seconds=5)
    assert (scanned - near < row["scanned_at"] < admitted + near) is (not broken)


def _keep_if_measured(text: str, answers: list[str]) -> None:
    """Keep an answer with the hub's time, by which the device measures its clock."""
    if '"type":"result"' in text and '"server_time"' in text:
        answers.append(text)


async def _near_the_truth(hub: Hub, page: Page) -> bool:
    """Return whether the page's measurement of its clock is right to a quarter of a second."""
    skew = int(await page.evaluate("() => Number(localStorage['venue-hub.clock'] ?? 0)"))
    before = hub.clock.now().timestamp() * 1000
    now = await page.evaluate("() => Date.now()")
    after = hub.clock.now().timestamp() * 1000
    # The hub's clock ran on while the page was asked for its own.
    return now - after - 250 < skew < now - before + 250


@pytest.mark.parametrize("former", [True, False], ids=["as it is", "control: the former secret is not named"])
async def test_a_queue_outlives_a_change_of_the_hubs_secret(
    hub: Hub, world: World, open_page: Open, former: bool
) -> None:
    slot = await world.slot()
    ticket, another = await world.reserved(slot), await world.reserved(slot)
    await world.staff(username="jane")
    page = await scanner(world, open_page)
    await page.get_by_role("button", name="Sign out").click()
    await sign_in(page, "jane")
    await expect(page.locator("#link-state")).to_have_text("Live")
    await has_list(page)
    await hub.close()
    await gone(page)
    await admit(page, ticket.code)
    hub.settings = replace(
        hub.settings,
        secret_key=b"a new secret of more than thirty-two bytes",
        secret_key_previous=hub.settings.secret_key if former else None,
    )
    await start_again(hub)
    if former:
        await synced(page)
        assert [row["code"] for row in await entries(hub)] == [ticket.code]
    else:
        await comes_back(page)
        await page.wait_for_url("**/operator/login?next=/operator/scan&ended=1", timeout=30_000)
        await sign_in(page, "jane")
        await expect(page.locator("#link-state")).to_have_text("Live")
        await sends_only(hub, page, another.code, stuck=1)

        async def one_is_left() -> bool:
            return len((await page.evaluate(ROWS))["queue"]) == 1

        await until(one_is_left)

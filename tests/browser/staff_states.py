"""The page states of staff: sign-in, scanner, control room, records, unsent messages.

Each is reached as a person reaches it, in every language. `ALL_STATES` also has those of the portal and of the shows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.reporting.alerts import LOOK_EVERY, look_at, measure
from hub.actions.shows.close_performance import cancel_performance
from hub.observability.alert_metrics import AlertMetrics, at
from tests.browser import show_states  # noqa: F401 - adds its states to the list
from tests.browser.hands_and_eyes import later, mistyped, turn_to_exit
from tests.browser.states import STATES, Scene, state
from tests.support.mail_outbox import change_outbox_row, read_outbox
from tests.support.offline_queue import queued, sync
from tests.support.shows import add_booking, add_performance, add_stage, change_room
from tests.support.venue_day import PLAN, booked_online, checked_before, live_through
from tests.support.venues import add_gates
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, Ticket

ALL_STATES = STATES


async def done(socket: Socket, command: str, **fields: Any) -> dict[str, Any]:
    reply = await socket.command(command, **fields)
    assert reply["success"], reply
    data: dict[str, Any] = reply["data"]
    return data


async def other_gate(scene: Scene, name: str = "Tom Brown", gate: str = "B") -> Socket:
    return await scene.hub.socket(await scene.world.staff(name=name), gate=gate)


async def supervisor(scene: Scene) -> Socket:
    return await scene.hub.socket(await scene.world.staff("MANAGER", name="Sue Lee"))


async def booked(scene: Scene, days: int = 0) -> Ticket:
    """Return a ticket with a name, booked for today or in so many days."""
    name = f"in {days} days" if days else "today"
    if name not in scene.slots:
        scene.slots[name] = await scene.world.slot(TODAY + timedelta(days), "22:00", "23:00")
    return await scene.world.reserved(scene.slots[name], customer_name="John Doe")


# Signing in


@state("staff", reloads=True)
async def login(scene: Scene) -> Page:
    return await scene.open("/operator/login")


@state("staff", after="login")
async def login_wrong(scene: Scene) -> Page:
    page = await login(scene)
    await page.locator("#username").fill("nobody")
    await page.locator("#secret").fill("wrong")
    await page.locator("#login-form [type=submit]").click()
    await expect(page.get_by_role("alert").first).not_to_be_empty()
    return page


# The scanner


USUAL = "OPERATOR", "A", "/operator/scan", False
AS_OPENED = """() => location.pathname === '/operator/scan' && document.getElementById('link-state').dataset.state === 'live'
  && !document.querySelector('#notices > *, #conflict-note > *, [data-continuous], [data-way=exit], [data-offline]')"""


async def at_gate(
    scene: Scene, role: str = "OPERATOR", gate: str = "A", path: str = "/operator/scan", *, works_offline: bool = False
) -> Page:
    """Open a scanner. An operator at gate A goes on with the scanner of the state before, if it is as it was opened."""
    usual = (role, gate, path, works_offline) == USUAL
    if usual and scene.scanner is not None and await is_at_rest(scene.scanner):
        scene.stands = None
        return scene.scanner
    token = await scene.world.staff(role, name="Jane Smith")
    page = await scene.open(path, token=token, works_offline=works_offline, **({"gate": gate} if gate else {}))
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    if usual:
        scene.scanner = page
    return page


async def is_at_rest(page: Page) -> bool:
    """Close what a scanner shows, and return whether nothing else of the state before is left in it."""
    if page.is_closed() or not await page.evaluate(AS_OPENED):
        return False
    for _ in range(await page.locator("dialog[open]").count() + 1):
        await page.keyboard.press("Escape")
    await expect(page.locator("body[data-verdict], dialog[open], #scan[data-busy]")).to_have_count(0)
    await later(page)
    return bool(await page.evaluate(AS_OPENED))


async def scan(page: Page, code: str, colour: str) -> Page:
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-verdict", colour)
    return page


async def scanned(scene: Scene, code: str, colour: str) -> Page:
    return await scan(await at_gate(scene), code, colour)


@state("door", reloads=True)
async def scanner(scene: Scene) -> Page:
    return await at_gate(scene)


@state("door", reloads=True)
async def scanner_gate(scene: Scene) -> Page:
    """A device without a gate asks for its name where the venue has no list."""
    page = await at_gate(scene, gate="")
    await expect(page.locator("#gate-dialog[open]")).to_be_visible()
    return page


@state("door", reloads=True)
async def scanner_gates(scene: Scene) -> Page:
    """A new device chooses from the venue's gates."""
    if scene.once("gates"):
        await add_gates(scene.world, "Garden", "Main entrance", "Side door")
    page = await at_gate(scene, gate="")
    await expect(page.locator("#gates button").first).to_be_visible()
    return page


@state("door", after="scanner-gates")
async def scanner_mode(scene: Scene) -> Page:
    """It is asked how visitors are admitted."""
    page = await scanner_gates(scene)
    await page.locator("#gates button").first.click()
    await expect(page.locator("#mode-dialog[open]")).to_be_visible()
    return page


@state("door", after="scanner-history")
async def scanner_switch(scene: Scene) -> Page:
    """A change between entry and exit in mid-shift."""
    page = await scanner_history(scene)
    await page.locator("#way-exit").click()
    await expect(page.locator("#way-dialog[open]")).to_be_visible()
    return page


@state("door")
async def scanner_checked(scene: Scene) -> Page:
    """The last scans have one visitor who was checked and not admitted."""
    page = await scanned(scene, (await booked(scene)).code, "GREEN")
    await page.keyboard.press("Escape")
    await expect(page.locator("#scans .admit").first).to_be_visible()
    return page


@state("door")
async def scanner_settings(scene: Scene) -> Page:
    page = await at_gate(scene)
    await page.locator("#settings").click()
    await expect(page.locator("#settings-dialog[open]")).to_be_visible()
    return page


@state("door")
async def scanner_green(scene: Scene) -> Page:
    return await scanned(scene, (await booked(scene)).code, "GREEN")


@state("door", after="scanner-green")
async def scanner_entered(scene: Scene) -> Page:
    page = await scanner_green(scene)
    await page.locator("#verify").click()
    await expect(page.locator("body")).to_have_attribute("data-reason", "VERIFIED")
    return page


@state("door")
async def scanner_red(scene: Scene) -> Page:
    return await scanned(scene, (await scene.world.ticket("CANCELLED")).code, "RED")


@state("door")
async def scanner_wrong_date(scene: Scene) -> Page:
    return await scanned(scene, (await booked(scene, 13)).code, "RED")


@state("door")
async def scanner_yellow(scene: Scene) -> Page:
    _, one = await scene.used()
    return await scanned(scene, one.code, "YELLOW")


@state("door")
async def scanner_mistyped(scene: Scene) -> Page:
    code = (await scene.world.ticket()).code
    page = await scanned(scene, mistyped(code), "RED")
    await expect(page.locator("#code-help")).not_to_be_empty()
    return page


@state("door")
async def scanner_out_of_date(scene: Scene) -> Page:
    """Another gate admits the visitor's ticket while its answer is on the screen."""
    one = await booked(scene)
    page = await scanned(scene, one.code, "GREEN")
    await (await other_gate(scene)).verify(one.code)
    await expect(page.locator("body")).to_have_attribute("data-stale", "verified")
    return page


@state("door")
async def scanner_alarm(scene: Scene) -> Page:
    """The same code was shown at another gate a moment ago."""
    one = await booked(scene)
    page = await at_gate(scene)
    await (await other_gate(scene)).verify(one.code)
    await scan(page, one.code, "YELLOW")
    await expect(page.locator("#notices-count button")).to_be_visible()
    return page


@state("door", after="scanner-alarm")
async def scanner_alarm_at_rest(scene: Scene) -> Page:
    page = await scanner_alarm(scene)
    await page.keyboard.press("Escape")
    await expect(page.locator(".gate-notice[data-notice^=alarm]").first).to_be_visible()
    return page


@state("door", reloads=True)
async def scanner_history(scene: Scene) -> Page:
    """The operator's own scans of the last minutes."""
    token = await scene.world.staff(name="Jane Smith")
    gate = await scene.hub.socket(token, gate="A")
    scans = [str(uuid4()) for _ in range(4)]
    for scan_id in scans:
        await gate.verify((await booked(scene)).code, scan_id)
    await done(gate, "undo", scan_id=scans[1], reason="wrong group")
    await gate.verify("TKT-2026-NOSUCH-TICKET")
    page = await scene.open("/operator/scan", token=token, gate="A")
    await expect(page.locator("#scans li")).to_have_count(6)
    return page


@state("door", after="scanner-history")
async def scanner_undo(scene: Scene) -> Page:
    page = await scanner_history(scene)
    await page.locator("#scans button").first.click()
    await expect(page.locator("#undo-dialog[open]")).to_be_visible()
    return page


@state("door", reloads=True)
async def scanner_exit(scene: Scene) -> Page:
    page = await at_gate(scene)
    await turn_to_exit(page)
    await expect(page.locator("#way-sign")).to_be_visible()
    return page


@state("door", after="scanner-exit")
async def scanner_left(scene: Scene) -> Page:
    _, one = await scene.used()
    page = await scanner_exit(scene)
    await page.keyboard.type(one.code)
    await page.keyboard.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-reason", "EXIT_RECORDED")
    return page


@state("door")
async def scanner_returning(scene: Scene) -> Page:
    """A visitor who has left may come back in."""
    await scene.world.policy(re_entry="allow")
    _, one = await scene.used()
    await done(await other_gate(scene), "exit", code=one.code, scan_id=str(uuid4()))
    page = await scanned(scene, one.code, "GREEN")
    await expect(page.locator("body")).to_have_attribute("data-reason", "MAY_RETURN")
    await scene.world.policy(re_entry="deny")
    return page


@state("door")
async def scanner_conflict(scene: Scene) -> Page:
    """The operator's own offline entry has become a conflict."""
    token, one = await scene.world.staff(name="Jane Smith"), await booked(scene)
    await (await other_gate(scene)).verify(one.code)
    page = await scene.open("/operator/scan", token=token, gate="A")
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    await sync(await scene.hub.socket(token, gate="A"), queued(one.code, -15))
    await expect(page.locator(".gate-notice[data-notice^=conflict]").first).to_be_visible()
    return page


# Disputes on the scanner


@state("door", after="scanner-wrong-date")
async def scanner_asking(scene: Scene) -> Page:
    page = await scanner_wrong_date(scene)
    await page.locator("#ask-supervisor").click()
    await page.locator("#ask-note").fill("was told today by mail")
    return page


@state("door", after="scanner-asking")
async def scanner_asked(scene: Scene) -> Page:
    page = await scanner_asking(scene)
    await page.locator("#ask-send").click()
    await expect(page.locator("#notices-count button")).to_be_visible()
    return page


async def answered(scene: Scene, command: str, reason: str, *, next_visitor: bool = False) -> Page:
    page = await scanner_asked(scene)
    if next_visitor:
        await scan(page, (await scene.world.ticket("CANCELLED")).code, "RED")
        await expect(page.locator("body")).to_have_attribute("data-reason", "TICKET_CANCELLED")
    await answer_newest(scene, command, reason)
    return page


async def answer_newest(scene: Scene, command: str, reason: str) -> None:
    sue = await supervisor(scene)
    waiting = (await done(sue, "subscribe", topic="disputes"))["disputes"]
    newest = next(one for one in waiting if one["decision"] is None)
    await done(sue, command, scan_id=newest["scan_id"], reason=reason)


@state("door")
async def scanner_admit(scene: Scene) -> Page:
    page = await answered(scene, "override", "our mistake in the mail")
    await expect(page.locator("body")).to_have_attribute("data-reason", "OVERRIDDEN")
    return page


@state("door")
async def scanner_let_back_in(scene: Scene) -> Page:
    """A visitor had left, and a supervisor lets them back in."""
    one = await gone(scene, await other_gate(scene, "Jane Smith", "A"))
    page = await scan(await at_gate(scene), one.code, "YELLOW")
    await page.locator("#ask-supervisor").click()
    await page.locator("#ask-send").click()
    await expect(page.locator("#notices-count button")).to_be_visible()
    await answer_newest(scene, "override", "saw them leave")
    await expect(page.locator("body")).to_have_attribute("data-reason", "OVERRIDDEN")
    return page


@state("door")
async def scanner_decline(scene: Scene) -> Page:
    page = await answered(scene, "decline", "please come on the day you booked")
    await expect(page.locator("body")).to_have_attribute("data-reason", "DECLINED")
    return page


@state("door")
async def scanner_answer_for_another(scene: Scene) -> Page:
    page = await answered(scene, "override", "our mistake in the mail", next_visitor=True)
    await expect(page.locator(".gate-notice.GREEN")).to_be_attached()
    await page.locator("#notices-count button").click()
    await expect(page.locator(".gate-notice.GREEN")).to_be_visible()
    return page


@state("door")
async def scanner_supervisor(scene: Scene) -> Page:
    """A supervisor at the gate decides at once."""
    page = await scan(await at_gate(scene, "MANAGER"), (await booked(scene, 13)).code, "RED")
    await page.locator("#ask-supervisor").click()
    await expect(page.locator("#ask-dialog[open]")).to_be_visible()
    return page


# The control room


async def a_busy_hour(scene: Scene) -> None:
    """Make entries and refusals at two gates, so that the board is not empty."""
    a, b = await other_gate(scene, "Jane Smith", "A"), await other_gate(scene)
    for number in range(6):
        one = await booked(scene)
        await (a if number % 2 else b).verify(one.code)
    await a.verify("TKT-2026-NOSUCH-TICKET")
    await b.verify((await scene.world.ticket()).code)


async def control(scene: Scene, path: str = "/manager", *, socket: bool = True) -> Page:
    page = await scene.open(path, token=await scene.world.staff("MANAGER", name="Ann Lee"))
    if not socket:
        return page
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    return page


@state("control", reloads=True)
async def manager(scene: Scene) -> Page:
    await a_busy_hour(scene)
    page = await control(scene)
    await expect(page.locator("#total-capacity")).not_to_have_text("")
    return page


@state("control", reloads=True)
async def manager_wall(scene: Scene) -> Page:
    await a_day(scene)
    page = await control(scene, "/manager?wall=1")
    await expect(page.locator("#total-capacity")).not_to_have_text("")
    return page


@state("control", reloads=True)
async def manager_feed(scene: Scene) -> Page:
    await a_busy_hour(scene)
    page = await control(scene, "/manager#feed")
    await expect(page.locator("#feed .feed > li").first).to_be_visible()
    return page


@state("control", reloads=True)
async def manager_devices(scene: Scene) -> Page:
    """Two online scanners with their own reports."""
    for name, gate, battery, waiting in (("Jane Smith", "A", 82, 0), ("Tom Brown", "B", 9, 14)):
        scanner = await other_gate(scene, name, gate)
        scene.beside.append(scanner)
        device = {"id": f"gate-{gate}", "name": f"Gate {gate}", "gate": gate, "queue": waiting, "version": "2026.11",
                  "battery": battery, "round_trip_ms": 38, "skew_ms": 120}  # fmt: skip
        await done(scanner, "device", device=device)
        await scanner.verify((await booked(scene)).code)
    page = await control(scene, "/manager#devices")
    await expect(page.locator("#devices .scanner-card:not(.gone)")).to_have_count(2)
    return page


async def a_day(scene: Scene) -> None:
    """Fill the gates with the scans of a morning."""
    if scene.once("morning"):
        await live_through(scene.world, until=scene.hub.clock.now(), plan=PLAN)
        await checked_before(scene.world)


@state("control", reloads=True)
async def board_busy(scene: Scene) -> Page:
    await a_day(scene)
    page = await control(scene)
    await expect(page.locator("#gates tr")).not_to_have_count(0)
    await expect(page.locator("#reasons li")).not_to_have_count(0)
    return page


@state("control", reloads=True)
async def board_with_shows(scene: Scene) -> Page:
    """A performance with a party that is partly in, one that is cancelled, and a slot for tickets."""
    if scene.once("shows"):
        world = scene.world
        stage = await add_stage(
            world,
            capacity=40,
            title="A Midsummer Night's Dream, or What Happened in the Wood",
            start="12:00",
            end="14:00",
        )
        await change_room(scene.hub.database, stage.room_id, name="Sala Grande")
        party = await add_booking(world, stage.performance_id, 5)
        await add_booking(world, stage.performance_id, 2)
        await (await other_gate(scene)).verify(party.code, count=3)
        tonight = await add_performance(world, stage.show_id, stage.room_id)
        await cancel_performance(scene.hub.services, Actor(world.org_id, world.venue_id), tonight)
    await booked(scene)
    page = await control(scene)
    await expect(page.locator("#slots .cancelled")).to_be_visible()
    return page


@state("control")
async def board_empty(scene: Scene) -> Page:
    page = await control(scene)
    await page.locator("#day-before").click()
    await expect(page.locator("#no-slots")).to_be_visible()
    return page


@state("control", reloads=True)
async def figures_of_days(scene: Scene) -> Page:
    await a_day(scene)
    if scene.once("booked online"):
        await booked_online(scene.world)
    page = await control(scene, "/manager/analytics", socket=False)
    await page.locator("#days .opener").first.click()
    await expect(page.locator("#days .slot-row").first).to_be_visible()
    await page.locator("#people-rows .opener").first.click()
    await expect(page.locator("#people-rows .slot-row").first).to_be_visible()
    return page


@state("control", reloads=True)
async def figures_none(scene: Scene) -> Page:
    page = await control(scene, "/manager/analytics?from=2026-09-01&to=2026-09-02", socket=False)
    await expect(page.locator("#nothing")).to_be_visible()
    return page


@state("control")
async def day_replayed(scene: Scene) -> Page:
    await a_day(scene)
    page = await control(scene, f"/manager/replay?date={TODAY}", socket=False)
    await expect(page.locator("#play")).to_be_enabled()
    await page.locator("#place").press("End")
    await expect(page.locator("#reasons li")).not_to_have_count(0)
    return page


@state("control")
async def manager_alerts(scene: Scene) -> Page:
    """Sign-ins, mails and transactions fail too often, a day is nearly full, and a code was shown at two gates a moment ago."""
    if scene.once("alerts"):
        alert_metrics = AlertMetrics()
        alert_metrics.count(at("login_failed", scene.world.org_id, scene.world.venue_id), 31)
        alert_metrics.count(at("mail_failed", scene.world.org_id, 0), 12)
        alert_metrics.count("failed.bookings", 30)
        for _ in range(2):
            scene.hub.clock.advance(LOOK_EVERY.total_seconds())
            await look_at(scene.hub.services, scene.world.org_id, await measure(scene.hub.services, alert_metrics))
    one = await booked(scene)
    # These gates are used by no other state, so no other scanner gets the alarm.
    for gate in (await other_gate(scene, "Jane Smith", "East"), await other_gate(scene, gate="West")):
        await gate.verify(one.code)
    page = await control(scene)
    await expect(page.locator("#alerts .alert-brief.alarm").first).to_be_visible()
    await page.locator("#alerts .alerts-all").click()
    await expect(page.locator("#alerts .alert-card.alarm").first).to_be_visible()
    await expect(page.locator("#alerts .alert-card[data-kind=login_failures]")).to_be_visible()
    await expect(page.locator("#alerts .alert-card[data-kind=rollbacks] .alert-advice")).not_to_be_empty()
    return page


async def a_conflict(scene: Scene) -> None:
    if not scene.once("a conflict"):
        return
    one = await booked(scene)
    await sync(await other_gate(scene, "Jane Smith", "A"), queued(one.code, -20))
    await sync(await other_gate(scene), queued(one.code, -15))


@state("control", reloads=True)
async def manager_conflicts(scene: Scene) -> Page:
    await a_conflict(scene)
    page = await control(scene, "/manager#conflicts")
    await expect(page.locator("#conflicts [data-conflict]").first).to_be_visible()
    return page


@state("control", reloads=True)
async def conflicts(scene: Scene) -> Page:
    await a_conflict(scene)
    page = await control(scene, "/manager/conflicts")
    await expect(page.locator("#open [data-conflict]").first).to_be_visible()
    return page


async def gone(scene: Scene, gate: Socket) -> Ticket:
    """Return a ticket whose holder came in and left at this gate."""
    one = await booked(scene)
    await gate.verify(one.code)
    await gate.leave(one.code)
    return one


async def some_disputes(scene: Scene) -> None:
    """Make six disputes: one open, one that cannot be admitted, one with an entry in the way, one whose holder has
    left, and two decided ones.
    """
    if not scene.once("disputes"):
        return
    jane, tom, sue = await other_gate(scene, "Jane Smith", "A"), await other_gate(scene), await supervisor(scene)
    used = await booked(scene)
    await tom.verify(used.code)
    asked, left = [], await gone(scene, jane)
    for code, note in (
        ((await booked(scene, 13)).code, "was told today by mail"), ((await scene.world.ticket("CANCELLED")).code, "paid cash"),
        (used.code, "says nobody was let in"), ((await booked(scene, 13)).code, "guest list"), ("TKT-2026-NOSUCH-TICKET", "printed it"),
        (left.code, "went to the car"),
    ):  # fmt: skip
        asked.append((await jane.validate(code))["scan_id"])
        await done(jane, "ask_supervisor", scan_id=asked[-1], note=note)
    await done(sue, "override", scan_id=asked[3], reason="is on the guest list")
    await done(sue, "decline", scan_id=asked[4], reason="not one of our tickets")


@state("control", reloads=True)
async def manager_disputes(scene: Scene) -> Page:
    await some_disputes(scene)
    page = await control(scene, "/manager#disputes")
    await expect(page.locator("#disputes [data-decided]").first).to_be_visible()
    return page


@state("control", reloads=True)
async def disputes(scene: Scene) -> Page:
    await some_disputes(scene)
    page = await control(scene, "/manager/disputes")
    await expect(page.locator("#decided li").first).to_be_visible()
    return page


@state("control", reloads=True)
async def dispute_without_reason(scene: Scene) -> Page:
    page = await disputes(scene)
    await page.locator("#open .dispute .buttons button").first.click()
    await expect(page.locator("#open .dispute .notice")).to_be_visible()
    return page


# The records


async def records(scene: Scene, path: str) -> Page:
    return await scene.open(path, token=await scene.world.staff("MANAGER", name="Ann Lee"))


@state("records", reloads=True)
async def history(scene: Scene) -> Page:
    gate = await other_gate(scene, "Jane Smith", "Box")
    for _ in range(5):
        await gate.verify((await booked(scene)).code)
    await gate.verify((await booked(scene, 13)).code)
    await gate.verify("TKT-2026-NOSUCH-TICKET")
    page = await records(scene, "/manager/history?gate=Box")
    await expect(page.locator("#rows tr").first).to_be_visible()
    return page


@state("records", reloads=True)
async def history_nothing(scene: Scene) -> Page:
    page = await records(scene, "/manager/history?code=NOBODY")
    await expect(page.locator("#nothing")).to_be_visible()
    return page


@state("records", reloads=True)
async def tickets_found(scene: Scene) -> Page:
    one = await booked(scene)
    page = await records(scene, f"/manager/ticket?q={one.code}")
    await expect(page.locator("#found li").first).to_be_visible()
    return page


@state("records", reloads=True)
async def ticket_life(scene: Scene) -> Page:
    """A ticket with two decided disputes, which is scanned once more."""
    one, jane, sue = await booked(scene, 13), await other_gate(scene, "Jane Smith", "A"), await supervisor(scene)
    for command, note, reason in (
        ("decline", "insists", "come on the day you booked"), ("override", "", "our mistake in the mail"),
    ):  # fmt: skip
        scan_id = (await jane.validate(one.code))["scan_id"]
        await done(jane, "ask_supervisor", scan_id=scan_id, **({"note": note} if note else {}))
        await done(sue, command, scan_id=scan_id, reason=reason)
    await jane.verify(one.code)
    page = await records(scene, f"/manager/ticket/{one.id}")
    await expect(page.locator("#events li").first).to_be_visible()
    return page


# Unsent messages


@state("staff", reloads=True)
async def mailbox(scene: Scene) -> Page:
    return await scene.open("/dev/mail")


@state("staff", reloads=True)
async def mail_admin(scene: Scene) -> Page:
    """A message that was given up, and one that waits."""
    database = scene.hub.database
    await scene.visit()
    await scene.visit()
    newest = max(row["id"] for row in await read_outbox(database, "id"))
    await change_outbox_row(
        database, newest, status="DEAD", attempts=8, last_error="recipient refused: 550 5.1.1",
        recipient="jonh@exmaple.com", created_at=scene.hub.clock.now() - timedelta(hours=2),
    )  # fmt: skip
    page = await scene.open("/admin/mail", token=await scene.world.staff("MANAGER"))
    await expect(page.locator("#mails li")).not_to_have_count(0)
    return page


# The modules add their states when they are imported.
from tests.browser import (  # noqa: E402
    control_states,  # noqa: F401
    device_states,  # noqa: F401
    door_sale_states,  # noqa: F401
    first_setup_states,  # noqa: F401
    import_states,  # noqa: F401
    offline_states,  # noqa: F401
    organiser_states,  # noqa: F401
    party_states,  # noqa: F401
    people_states,  # noqa: F401
    product_states,  # noqa: F401
    reservation_states,  # noqa: F401
    scanner_states,  # noqa: F401
    security_states,  # noqa: F401
    setup_states,  # noqa: F401
    slot_states,  # noqa: F401
    training_states,  # noqa: F401
    waiting_room_states,  # noqa: F401
    webhook_states,  # noqa: F401
)

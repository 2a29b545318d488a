"""The page states of a scanner with a party in front of it, added to the list of all states."""

from __future__ import annotations

from uuid import uuid4

from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.hands_and_eyes import turn_to_exit
from tests.browser.offline_states import scanned_alone
from tests.browser.staff_states import at_gate, control, done, other_gate, scan, scanned
from tests.browser.states import Scene, state
from tests.support.shows import Booking, add_booking, add_stage
from tests.support.world import Ticket

NAME = "John Doe"


async def booked_for(scene: Scene, size: int, admitted: int = 0) -> Booking:
    """Return a booking for tonight, of which another scanner of the gate has admitted some."""
    if "performance" not in scene.slots:
        scene.slots["performance"] = (await add_stage(scene.world)).performance_id
    booking = await add_booking(scene.world, scene.slots["performance"], size, name=NAME)
    if admitted:
        await admit_elsewhere(scene, booking, admitted)
    return booking


async def admit_elsewhere(scene: Scene, booking: Booking, count: int) -> None:
    gate = await other_gate(scene, gate="A")
    await done(gate, "verify", code=booking.code, scan_id=str(uuid4()), count=count)
    await gate.close()


async def fewer(page: Page) -> None:
    await page.locator("#party-fewer").click()


@state("door")
async def scanner_party(scene: Scene) -> Page:
    """Two of five are in, and the operator is asked for the others."""
    page = await scanned(scene, (await booked_for(scene, 5, admitted=2)).code, "GREEN")
    await expect(page.locator("#party-count")).to_be_visible()
    return page


@state("door", after="scanner-party")
async def scanner_party_some(scene: Scene) -> Page:
    page = await scanner_party(scene)
    await fewer(page)
    await expect(page.locator("#party-chosen")).to_have_text("2")
    return page


@state("door", after="scanner-party-some")
async def scanner_party_entered(scene: Scene) -> Page:
    page = await scanner_party_some(scene)
    await page.locator("#verify").click()
    await expect(page.locator("body")).to_have_attribute("data-reason", "VERIFIED")
    return page


@state("door")
async def scanner_party_last(scene: Scene) -> Page:
    page = await scanned(scene, (await booked_for(scene, 5, admitted=4)).code, "GREEN")
    await expect(page.locator("#party-count")).to_be_hidden()
    return page


@state("door")
async def scanner_party_whole(scene: Scene) -> Page:
    return await scanned(scene, (await booked_for(scene, 5, admitted=5)).code, "YELLOW")


@state("door")
async def scanner_party_too_large(scene: Scene) -> Page:
    """Another scanner has admitted some of them a moment before its news arrives here."""
    page = await at_gate(scene)
    # No other state goes on with it.
    scene.scanner = None

    def without_news(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        route.on_message(server.send)
        server.on_message(lambda text: None if '"hashes"' in str(text) else route.send(text))

    await page.route_web_socket("**/ws", without_news)
    await page.reload()
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    booking = await booked_for(scene, 6)
    await scan(page, booking.code, "GREEN")
    await admit_elsewhere(scene, booking, 4)
    await page.locator("#verify").click()
    await expect(page.locator("body")).to_have_attribute("data-reason", "PARTY_TOO_LARGE")
    return page


@state("door")
async def scanner_party_out_of_date(scene: Scene) -> Page:
    booking = await booked_for(scene, 4)
    page = await scanned(scene, booking.code, "GREEN")
    await admit_elsewhere(scene, booking, 2)
    await expect(page.locator("body")).to_have_attribute("data-stale", "verified")
    return page


async def family_of(scene: Scene, count: int) -> list[Ticket]:
    _, tickets = await scene.visit("today", count)
    return tickets


@state("door")
async def scanner_party_asked(scene: Scene) -> Page:
    """Continuous mode waits for the number of a family."""
    page = await at_gate(scene)
    await page.locator("#settings").click()
    await page.locator("#set-continuous").check()
    await page.locator("#settings-dialog button[type=submit]").click()
    await scan(page, (await family_of(scene, 3))[0].code, "GREEN")
    await expect(page.locator("#said")).not_to_be_empty()
    return page


@state("door")
async def scanner_party_undo(scene: Scene) -> Page:
    token = await scene.world.staff(name="Jane Smith")
    gate = await scene.hub.socket(token, gate="A")
    await done(gate, "verify", code=(await booked_for(scene, 5)).code, scan_id=str(uuid4()), count=3)
    page = await scene.open("/operator/scan", token=token, gate="A")
    await page.locator("#scans button").first.click()
    await expect(page.locator("#undo-people")).to_be_visible()
    return page


async def too_early(scene: Scene) -> Booking:
    """Return a booking whose check-in is not open yet."""
    if "early" not in scene.slots:
        stage = await add_stage(scene.world, start="18:00", end="19:30", check_in_opens_minutes=30)
        scene.slots["early"] = stage.performance_id
    return await add_booking(scene.world, scene.slots["early"], 5, name=NAME)


@state("door")
async def scanner_party_supervisor(scene: Scene) -> Page:
    """A supervisor at the gate says how many of a refused party come in."""
    page = await scan(await at_gate(scene, "MANAGER"), (await too_early(scene)).code, "RED")
    await page.locator("#ask-supervisor").click()
    await expect(page.locator("#ask-people")).to_be_visible()
    return page


@state("door")
async def scanner_party_leaving(scene: Scene) -> Page:
    booking = await booked_for(scene, 5, admitted=4)
    page = await at_gate(scene)
    await turn_to_exit(page)
    return await scan(page, booking.code, "YELLOW")


@state("door", after="scanner-party-leaving")
async def scanner_party_left(scene: Scene) -> Page:
    page = await scanner_party_leaving(scene)
    await fewer(page)
    await page.locator("#verify").click()
    await expect(page.locator("body")).to_have_attribute("data-reason", "EXIT_RECORDED")
    return page


@state("control", reloads=True)
async def manager_dispute_of_a_party(scene: Scene) -> Page:
    gate = await other_gate(scene, "Jane Smith", "A")
    scan_id = (await gate.validate((await too_early(scene)).code))["scan_id"]
    await done(gate, "ask_supervisor", scan_id=scan_id, note="the first bus was late")
    page = await control(scene, "/manager/disputes")
    await expect(page.locator("#open [data-dispute] select").first).to_be_visible()
    return page


@state("offline")
async def offline_party(scene: Scene) -> Page:
    """The device knows from its list that two of five are in."""
    # A page that is offline already has a list without this booking.
    scene.stands = None
    return await scanned_alone(scene, (await booked_for(scene, 5, admitted=2)).code, "GREEN")


@state("offline", after="offline-party")
async def offline_party_entered(scene: Scene) -> Page:
    page = await offline_party(scene)
    await fewer(page)
    await page.locator("#verify").click()
    await expect(page.locator("body")).to_have_attribute("data-reason", "VERIFIED")
    return page


@state("offline", reloads=True, after="offline-party-entered")
async def back_with_people_too_many(scene: Scene) -> Page:
    page = await offline_party_entered(scene)
    code = await page.locator("#facts .code").inner_text()
    gate = await other_gate(scene, gate="A")
    await done(gate, "verify", code=code, scan_id=str(uuid4()))
    await page.keyboard.press("Escape")
    await page.evaluate("() => window.cutLine(false)")
    # Only now does the page hear of its network, so that its first try succeeds.
    await page.context.set_offline(False)
    await expect(page.locator("#conflict-note button")).to_be_visible(timeout=30_000)
    return page


@state("offline", after="back-with-people-too-many")
async def people_too_many_shown(scene: Scene) -> Page:
    page = await back_with_people_too_many(scene)
    await page.locator("#conflict-note button").click()
    await expect(page.locator("#conflicts li").first).to_be_visible()
    return page

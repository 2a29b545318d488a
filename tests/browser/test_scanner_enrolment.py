"""A scanner enrolled by its QR code, told of its new gate and mode, revoked, and wiped, from the administrator's screen."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open, key_in, read_qr
from tests.support.hub import Hub
from tests.support.scanners import add_gate, enrolled, scanner_row
from tests.support.world import PASSWORD, World

pytestmark = pytest.mark.one_hub

KEPT = """async () => ({
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: await caches.keys(), local: Object.keys(localStorage),
})"""


async def sign_in(page: Page, username: str) -> None:
    await page.get_by_label("Username").fill(username)
    await page.locator("#secret").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.locator("#link-state")).to_have_text("Live")


async def enrol_by_camera(admin: Page, open_page: Open, name: str) -> Page:
    """Enrol a device that has never been here, with what its camera reads from the administrator's screen."""
    await admin.get_by_role("link", name="Enrol a scanner").first.click()
    await admin.get_by_label("Scanner name").fill(name)
    await admin.get_by_label("Gate").select_option(label="North")
    await admin.get_by_role("button", name="Show the code").click()
    url = await read_qr(admin, ".enrolment-code svg")
    device = await open_page("/" + url.split("/", 3)[3], phone=True)
    assert "#" not in device.url
    await device.get_by_role("button", name="Enrol this device").click()
    await expect(device.locator("#enrolled")).to_contain_text("This device is enrolled as a scanner.")
    await expect(admin.locator("#done")).to_have_text("The scanner is enrolled. It can be used now.")
    await device.get_by_role("link", name="Go on to the scanner").click()
    return device


async def test_a_scanner_is_enrolled_changed_revoked_enrolled_again_and_wiped(
    hub: Hub, world: World, open_page: Open
) -> None:
    await add_gate(world, "North")
    await add_gate(world, "South")
    await world.staff(username="jane")
    admin = await open_page("/admin/devices", token=await world.staff("ADMIN"))
    await expect(admin.get_by_text("No scanner is enrolled yet.")).to_be_visible()
    device = await enrol_by_camera(admin, open_page, "Handheld 1")
    await sign_in(device, "jane")
    await expect(device.locator("#gate-name")).to_have_text("North")
    await expect(device.locator("#gate-button")).to_be_disabled()

    # Gate and mode are pushed.
    await admin.get_by_label("Gate").select_option(label="South")
    await admin.get_by_text("Exit only").check()
    await admin.get_by_role("button", name="Save").click()
    await expect(device.locator("#gate-name")).to_have_text("South")
    await expect(device.locator("#way-sign")).to_be_visible()
    await expect(device.locator("#ways")).to_be_hidden()
    await expect(device.get_by_text("An administrator has changed this scanner's settings.")).to_be_visible()

    # Revoked: signed out and told so.
    await admin.locator("summary", has_text="Revoke").click()
    await admin.get_by_role("button", name="Revoke this scanner").click()
    await expect(device.locator("#revoked")).to_contain_text("This scanner was revoked.")
    await device.goto(f"{hub.url}/operator/scan")
    await expect(device.get_by_label("Username")).to_be_visible()

    # Enrolled again by typing, and wiped.
    await admin.get_by_role("button", name="New code").click()
    code = await admin.locator(".typed-code").inner_text()
    await device.goto(f"{hub.url}/operator/enrol")
    await device.get_by_label("Enrolment code").fill(code.lower())
    await device.get_by_role("button", name="Enrol this device").click()
    await device.get_by_role("link", name="Go on to the scanner").click()
    await sign_in(device, "jane")
    await device.wait_for_function("async () => (await indexedDB.databases()).length === 1")
    await expect(admin.locator("#done")).to_be_visible()
    await admin.locator("summary", has_text="Wipe").click()
    await admin.get_by_role("button", name="Wipe this scanner").click()
    await expect(device.locator("#wipe-said")).to_have_text("Everything that this scanner kept is deleted.")
    await expect(device.locator("#wipe-lost")).to_have_text("No scan was lost.")
    assert await device.evaluate(KEPT) == {"databases": [], "caches": [], "local": []}
    await admin.reload()
    await expect(admin.locator("#wiped")).to_contain_text("No scan was lost.")
    assert {cookie["name"] for cookie in await device.context.cookies()} & {"hub_scanner", "hub_session"} == set()


async def test_a_kiosk_signs_in_by_itself_and_its_answers_go_by_themselves(
    hub: Hub, world: World, open_page: Open
) -> None:
    await add_gate(world, "North")
    ticket, early = await world.reserved(await world.slot()), (await world.tickets(1))[0]
    kiosk = await enrolled(world, "Front", gate="North", mode="kiosk")
    page = await open_page("/operator/enrol", clock=True)
    await page.context.add_cookies([{"name": "hub_scanner", "value": kiosk.token, "url": hub.url, "httpOnly": True}])
    await page.goto(f"{hub.url}/operator/scan")
    await expect(page.locator("#link-state")).to_have_text("Live")
    for hidden in ("#settings", "#sign-out", "#past-title", "#ways", "#gate-dialog"):
        await expect(page.locator(hidden)).to_be_hidden()
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await page.clock.fast_forward(4_100)
    await expect(page.locator("#ready-title")).to_be_visible()
    await key_in(page, early.code)
    await expect(page.get_by_role("heading", name="Please ask our staff")).to_be_visible()
    await expect(page.locator("#facts")).to_be_hidden()
    await page.clock.fast_forward(7_100)
    await expect(page.locator("#ready-title")).to_be_visible()
    assert (await scanner_row(hub, kiosk.scanner.id))["last_seen_at"] is not None

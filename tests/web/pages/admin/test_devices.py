"""The scanners without JavaScript: enrolled, changed, revoked and wiped by an administrator."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.scanners import ScannerChange, change_scanner
from tests.support.plain_browser import PlainBrowser
from tests.support.scanners import add_gate, enrolled, scanner_row
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    await add_gate(world, "North")
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        yield browser


async def test_a_scanner_is_enrolled_by_typing_its_code_on_it(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/devices")
    assert "No scanner is enrolled yet." in page.text
    page = await browser.open("/admin/devices/new")
    page.find("name").fill(" ")
    await page.press("Show the code")
    assert (page.status, page.words_of("name-wrong")) == (400, "Must not be blank")
    page.find("name").fill("Front")
    page.find("device-place").select(f"{world.venue_id}/North")
    await page.press("Show the code")
    code = page.text.partition("type this code: ")[2].split()[0]
    async with PlainBrowser(world.hub.url) as device:
        theirs = await device.open("/operator/enrol")
        theirs.find("code").fill("WRONG-CODES")
        await theirs.press("Enrol this device")
        assert (theirs.status, theirs.find("code")["value"]) == (400, "WRONG-CODES")
        assert "Ask for a new one." in theirs.words_of("code-wrong")
        theirs.find("code").fill(code)
        await theirs.press("Enrol this device")
        assert "This device is enrolled as a scanner." in theirs.words_of("enrolled")
    page = await browser.open("/admin/devices")
    assert "Front North · Entry and exit Last seen" in page.text


async def test_a_stale_form_keeps_what_was_typed_beside_what_somebody_else_has_stored(
    world: World, browser: PlainBrowser
) -> None:
    scanner_id = (await enrolled(world, gate="North")).scanner.id
    page = await browser.open(f"/admin/devices/{scanner_id}")
    await change_scanner(world.hub.services, Actor(world.org_id), scanner_id, ScannerChange(name="Other", mode="exit"))
    page.find("name").fill("Mine")
    await page.press("Save")
    assert (page.status, page.find("name")["value"]) == (412, "Mine")
    assert "Saved by somebody else: Other" in page.text
    assert "Saved by somebody else: Exit only" in page.text
    await page.press("Save")
    assert page.words_of("done").startswith("The scanner is saved.")
    assert (await scanner_row(world.hub, scanner_id))["name"] == "Mine"


async def test_a_scanner_is_wiped_and_revoked(world: World, browser: PlainBrowser) -> None:
    scanner_id = (await enrolled(world)).scanner.id
    page = await browser.open(f"/admin/devices/{scanner_id}")
    await page.press("Wipe this scanner")
    assert "It sends its scans and then deletes everything, at its next contact." in page.text
    await page.press("Revoke this scanner")
    assert page.words_of("done") == "The scanner is revoked. It can no longer be used."
    await page.press("Wipe this scanner")
    assert "even scans that it has not sent" in page.text
    assert "No scanner is enrolled yet." in (await browser.open("/admin/devices")).text
    assert "North 1" in (await browser.open("/admin/devices?show=ended")).text
    await page.press("New code")


async def test_the_pages_are_for_administrators(world: World) -> None:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("MANAGER"))
        for path in ("/admin/devices", "/admin/devices/new", "/admin/devices/1", "/admin/policies"):
            assert "This page is for administrators." in (await browser.open(path)).text

"""The staff pages: sign-in, the scanner, and a board that reconnects."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open, key_in, later, time_stands_still
from tests.browser.offline_scanner import until
from tests.support.hub import Hub
from tests.support.scan_log import count_entries, count_scans
from tests.support.tickets import read_ticket_status
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def live_scanner(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def test_the_scanner_without_a_session_leads_to_sign_in(world: World, open_page: Open) -> None:
    page = await open_page("/operator/scan")
    assert page.url.endswith("/operator/login?next=/operator/scan")
    await page.get_by_label("Username").fill("nobody")
    await page.locator("#secret").fill("wrong")
    await page.locator("#login-form [type=submit]").click()
    await expect(page.get_by_role("alert")).to_contain_text("Username or password is wrong.")


async def test_five_wrong_tries_say_how_long_sign_in_is_locked(world: World, open_page: Open) -> None:
    await world.staff(username="jane")
    page = await open_page("/operator/login")
    for _ in range(6):
        await page.get_by_label("Username").fill("jane")
        await page.locator("#secret").fill("wrong")
        async with page.expect_response("**/api/operator/login") as answer:
            await page.locator("#login-form [type=submit]").click()
        if (await answer.value).status == 429:
            break
        await expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
    await expect(page.get_by_role("alert")).to_contain_text("in 15 minutes")
    await expect(page.get_by_role("button", name="Sign in")).to_be_disabled()


async def test_an_operator_does_not_get_into_the_control_room(world: World, open_page: Open) -> None:
    page = await open_page("/manager", token=await world.staff("OPERATOR"))
    await expect(page.get_by_text("The control room is for managers.")).to_be_visible()


async def test_a_code_ending_in_two_enters_is_checked_and_not_admitted(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await live_scanner(world, open_page)
    await time_stands_still(page)
    await key_in(page, ticket.code)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await later(page, 599)
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(300)
    assert await read_ticket_status(hub.database, ticket.id) == "RESERVED"
    await later(page, 1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()


async def test_the_same_code_within_three_seconds_is_one_scan(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await live_scanner(world, open_page)
    await time_stands_still(page)
    for _ in range(3):
        await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(page.get_by_text("Same code again, counted once")).to_be_visible()
    await later(page, 2_999)
    await key_in(page, ticket.code)
    assert await count_scans(hub.database) == 1
    await later(page, 1)
    await key_in(page, ticket.code)

    async def logged_again() -> bool:
        return bool(await count_scans(hub.database) == 2)

    await until(logged_again)


async def test_a_scanner_types_while_a_button_has_the_focus(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await live_scanner(world, open_page)
    await page.get_by_role("button", name="Sound").focus()
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "true")


async def test_an_entry_is_undone_with_a_reason(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await live_scanner(world, open_page)
    await key_in(page, ticket.code)
    await page.get_by_role("button", name="Mark as Verified").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_label("Reason").fill("Wrong person at the gate")
    await page.get_by_role("button", name="Undo entry").click()
    await expect(page.locator("#scans")).to_contain_text("admitted, undone")
    assert await read_ticket_status(hub.database, ticket.id) == "RESERVED"


async def test_a_verify_lost_with_the_link_arrives_once_when_it_is_back(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await live_scanner(world, open_page)
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    # The page does not get the answer to the verify, and then the link is cut: it cannot know whether the entry was
    # recorded.
    await page.evaluate("() => { WebSocket.prototype.sendAsIs = WebSocket.prototype.send; }")
    await page.evaluate(
        "() => { WebSocket.prototype.send = function (text) { this.onmessage = null; this.sendAsIs(text);"
        " WebSocket.prototype.send = this.sendAsIs; setTimeout(() => this.close(), 150); }; }"
    )
    await page.get_by_role("button", name="Mark as Verified").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    assert await count_entries(hub.database) == 1


async def test_the_page_goes_to_sign_in_when_the_session_is_ended_elsewhere(
    hub: Hub, world: World, open_page: Open
) -> None:
    token = await world.staff()
    page = await open_page("/operator/scan", token=token, gate="Gate A")
    await expect(page.locator("#link-state")).to_have_text("Live")
    await hub.post("/api/operator/logout", {}, token=token)
    await page.wait_for_url(re.compile("/operator/login.*ended=1"))
    await expect(page.get_by_text("Your session has ended.")).to_be_visible()


async def test_the_board_changes_its_day_and_comes_back(world: World, open_page: Open) -> None:
    await world.slot(booked=3)
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    await expect(page.locator("#total-booked")).to_have_text("3")
    await page.get_by_role("button", name="Day after").click()
    await expect(page.get_by_text("No slots are planned for this day.")).to_be_visible()
    await page.get_by_role("button", name="Today").click()
    await expect(page.locator("#total-booked")).to_have_text("3")

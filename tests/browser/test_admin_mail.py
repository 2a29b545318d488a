"""The page of unsent messages in Chromium: listing, sending again, discarding, and live updates."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, pass_time_until
from tests.browser.looks import assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.mail_outbox import add_outbox_row, change_outbox_row, read_outbox_row
from tests.support.still_outbox import bring_nothing_back
from tests.support.world import World

pytestmark = pytest.mark.one_hub

NEVER = timedelta(days=400)
LOOK_EVERY_MS = 4_000


@pytest.fixture(autouse=True)
def never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    bring_nothing_back(monkeypatch)


async def stuck(world: World, kind: str = "reservation.moved", **columns: Any) -> int:
    """Add a row that was given up. No job sends it by itself."""
    now = world.hub.clock.now()
    row = {
        "org_id": world.org_id,
        "kind": kind,
        "recipient": "john@example.com",
        "status": "DEAD",
        "attempts": 8,
        "last_error": "recipient refused: 550 5.1.1",
        "next_attempt_at": now + NEVER,
        "created_at": now - timedelta(hours=2),
        **columns,
    }
    return await add_outbox_row(world.hub.database, **row)


async def outbox_rows(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/admin/mail", token=await world.staff("MANAGER"), clock=True, **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def test_the_control_room_leads_to_an_empty_list(world: World, open_page: Open) -> None:
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    await page.get_by_role("link", name="Overview").click()
    await page.get_by_role("link", name="Mail").click()
    await expect(page.get_by_text("Nothing is stuck.")).to_be_visible()
    await expect(page.locator("#dead")).to_have_text("0")
    await assert_accessible(page, "an empty mail desk")


async def test_what_is_stuck_says_why_and_comes_by_itself(world: World, open_page: Open) -> None:
    page = await outbox_rows(world, open_page)
    await expect(page.get_by_text("Nothing is stuck.")).to_be_visible()
    number = await stuck(world)
    await page.clock.run_for(LOOK_EVERY_MS)
    card = page.locator(f'[data-id="{number}"]')
    await expect(card).to_contain_text("Change of time")
    await expect(card).to_contain_text("The address does not exist.")
    await expect(card).to_contain_text("j***@example.com")
    await expect(card).to_contain_text("2 hours ago")
    await expect(card).to_contain_text("tried 8 times")
    await expect(page.locator("#dead")).to_have_text("1")
    assert "john@example.com" not in await page.content()


async def test_a_message_is_sent_again(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot(hub.clock.now().date() + timedelta(days=3)))
    number = await stuck(world, reservation_id=ticket.reservation_id)
    page = await outbox_rows(world, open_page)
    await page.locator(f'[data-id="{number}"]').get_by_role("button", name="Send again").click()
    await expect(page.locator("#spoken")).to_have_text("Change of time: it is being sent again.")
    async with asyncio.timeout(60):
        while (await read_outbox_row(hub.database, "status", id=number))["status"] != "SENT":
            await asyncio.sleep(0.02)
    await pass_time_until(page, page.get_by_text("Nothing is stuck."), LOOK_EVERY_MS)
    await page.get_by_text("Sent", exact=True).click()
    await expect(page.locator(f'[data-id="{number}"]')).to_contain_text("sent")


async def test_discarding_asks_first_and_works_by_keyboard(hub: Hub, world: World, open_page: Open) -> None:
    number = await stuck(world)
    page = await outbox_rows(world, open_page)
    button = page.locator(f'[data-id="{number}"]').get_by_role("button", name="Discard")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("the customer will not get it")
    await assert_accessible(page, "the question before discarding")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert (await read_outbox_row(hub.database, id=number))["status"] == "DEAD"
    await expect(button).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing is stuck.")).to_be_visible()
    assert (await read_outbox_row(hub.database, id=number))["status"] == "DROPPED"
    await page.get_by_text("Dropped", exact=True).click()
    await expect(page.locator(f'[data-id="{number}"]')).to_contain_text("Discarded by staff.")


async def test_a_question_that_opens_before_the_last_one_is_wholly_closed_is_answered(
    hub: Hub, world: World, open_page: Open
) -> None:
    number = await stuck(world)
    page = await outbox_rows(world, open_page)
    await (
        page.locator(f'[data-id="{number}"]')
        .get_by_role("button", name="Discard")
        .evaluate(
            "button => { const dialog = document.querySelector('dialog'); button.click(); dialog.close(); button.click(); }"
        )
    )
    await page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    await expect(page.get_by_text("Nothing is stuck.")).to_be_visible()
    assert (await read_outbox_row(hub.database, id=number))["status"] == "DROPPED"


async def test_looking_again_takes_neither_focus_nor_place(world: World, open_page: Open) -> None:
    numbers = [await stuck(world) for _ in range(3)]
    page = await outbox_rows(world, open_page)
    button = page.locator(f'[data-id="{numbers[0]}"]').get_by_role("button", name="Discard")
    await button.focus()
    newest = await stuck(world)
    await page.clock.run_for(LOOK_EVERY_MS)
    await expect(page.locator(f'[data-id="{newest}"]')).to_be_visible()
    await expect(button).to_be_focused()


async def test_a_message_taken_up_meanwhile_is_explained(hub: Hub, world: World, open_page: Open) -> None:
    number = await stuck(world)
    page = await outbox_rows(world, open_page)
    button = page.locator(f'[data-id="{number}"]').get_by_role("button", name="Send again")
    await expect(button).to_be_visible()
    await page.route("**/api/admin/mail?**", lambda route: route.abort())
    await change_outbox_row(hub.database, number, status="SENT", sent_at=hub.clock.now())
    await button.click()
    await expect(page.get_by_role("alert")).to_contain_text("This message has gone out or was dropped already.")
    await expect(page.locator("#link-state")).to_contain_text("Reconnecting")
    await page.unroute("**/api/admin/mail?**")
    await page.clock.run_for(LOOK_EVERY_MS)
    await expect(page.locator("#link-state")).to_have_text("Live")
    await expect(page.get_by_text("Nothing is stuck.")).to_be_visible()


async def test_older_messages_are_fetched_on_request_and_stay(world: World, open_page: Open) -> None:
    numbers = [await stuck(world) for _ in range(70)]
    page = await outbox_rows(world, open_page)
    await expect(page.locator(".mail-card")).to_have_count(50)
    await page.get_by_role("button", name="Older messages").click()
    await expect(page.locator(".mail-card")).to_have_count(70)
    await expect(page.get_by_role("button", name="Older messages")).to_be_hidden()
    newest = await stuck(world)
    await page.clock.run_for(LOOK_EVERY_MS)
    await expect(page.locator(f'[data-id="{newest}"]')).to_be_visible()
    await expect(page.locator(f'[data-id="{numbers[0]}"]')).to_be_visible()
    shown = await page.locator(".mail-card").evaluate_all("(cards) => cards.map((card) => Number(card.dataset.id))")
    assert shown == sorted(shown, reverse=True)


async def test_it_fits_a_phone_in_both_languages(world: World, open_page: Open) -> None:
    await stuck(world, last_error="message refused: 554 5.7.1")
    await stuck(world, status="PENDING", attempts=3, channel="sms", kind="contact.code", recipient="+12025551234")
    for language in ("en", "zh-Hans"):
        page = await open_page(f"/admin/mail?lang={language}", token=await world.staff("MANAGER"), phone=True)
        await expect(page.locator(".mail-card")).to_have_count(2)
        await assert_nothing_sticks_out(page)


async def test_without_a_managers_session_it_leads_to_sign_in(world: World, open_page: Open) -> None:
    page = await open_page("/admin/mail")
    assert "/operator/login?next=/admin/mail" in page.url
    page = await open_page("/admin/mail", token=await world.staff("OPERATOR"))
    assert "need=manager" in page.url

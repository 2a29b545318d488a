"""Failures at the worst time: a hub killed during a booking, a slot that closes while it is shown, a race for the last place."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, Route, expect

from hub.clock import Clock
from tests.browser.axe import assert_accessible
from tests.browser.booking_steps import at, confirm, enter_tickets, give_contact, pick, to_confirm
from tests.browser.hands_and_eyes import Open, read_qr
from tests.browser.open_pages import PATIENCE, PHONE
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.locks import count_waiting, hold_row
from tests.support.mail_outbox import count_outbox
from tests.support.mail_server import MailServer
from tests.support.reservations import count_reservations
from tests.support.slots import revise_slot
from tests.support.still_outbox import newest_code, send_nothing
from tests.support.world import TODAY, World

Visit = Callable[..., Awaitable[Page]]


@pytest.fixture
async def post_office() -> AsyncIterator[Any]:
    server = MailServer()  # type: ignore[no-untyped-call]
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def visitor(browser: Browser) -> AsyncIterator[Visit]:
    """`await visitor(url)` opens a page on a phone, at any hub that the test has started."""
    contexts: list[BrowserContext] = []

    async def open_one(url: str) -> Page:
        context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(url)
        return page

    yield open_one
    for context in contexts:
        await context.close()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other hub sends nothing, so every message comes from the hub under test."""
    send_nothing(monkeypatch)


@pytest.fixture
async def served(hub: Hub, clock: Clock, tmp_path: Path, free_port: int, post_office: Any) -> AsyncIterator[ServedHub]:
    process = ServedHub(hub, clock, tmp_path, free_port, post_office.url, patient=True)
    await process.start()
    yield process
    await process.kill()


async def eventually(fact: Callable[[], Awaitable[Any]], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not await fact():
            await asyncio.sleep(0.05)


async def waiting_for_a_lock(hub: Hub) -> bool:
    return bool(await count_waiting(hub.database))


@pytest.mark.usefixtures("still")
class TestKilledHub:
    """The hub is killed during a confirmation.

    After another try there is one booking and one mail, at whatever step it was killed.
    """

    async def test_after_the_booking_was_handed_to_postgres(
        self, hub: Hub, world: World, served: ServedHub, visitor: Visit, post_office: Any
    ) -> None:
        slot_id, ticket = await world.slot(), await world.ticket()
        page = await visitor(f"{served.url}/reserve")
        await to_confirm(page, ticket.code)
        # A lock on the slot makes the booking wait when the hub is killed. Postgres finishes it all the same.
        holder = await asyncpg.connect(hub.settings.database_url)
        async with holder.transaction():
            await hold_row(holder, "reservation_slots", strength="UPDATE", id=slot_id)
            await confirm(page)
            await eventually(lambda: waiting_for_a_lock(hub))
            await served.kill()
        await holder.close()
        await eventually(lambda: world.booked_count(slot_id))
        await expect(page.get_by_role("heading", name="You're booked")).to_be_hidden()
        await self.tried_again(page, served)
        await self.booked_once(hub, world, page, slot_id, ticket.code, post_office)

    async def test_before_the_booking_was_read(
        self, hub: Hub, world: World, served: ServedHub, visitor: Visit, post_office: Any
    ) -> None:
        slot_id, ticket = await world.slot(), await world.ticket()
        page = await visitor(f"{served.url}/reserve")
        await to_confirm(page, ticket.code)
        served.stall()
        async with page.expect_request("**/api/reservations/create"):
            await confirm(page)
        await page.wait_for_timeout(300)
        await served.kill()
        assert await world.booked_count(slot_id) == 0
        await self.tried_again(page, served)
        await self.booked_once(hub, world, page, slot_id, ticket.code, post_office)

    async def test_without_javascript_the_page_sent_again_books_once(
        self, hub: Hub, world: World, served: ServedHub, browser: Browser, post_office: Any
    ) -> None:
        slot_id, ticket = await world.slot(), await world.ticket()
        context = await browser.new_context(java_script_enabled=False, locale="en-GB")
        page = await context.new_page()
        await page.goto(f"{served.url}/reserve/plain?ticket={ticket.code}")
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_label("Email").fill("john@example.com")
        await page.get_by_label("Phone", exact=True).fill("+12025551234")
        await page.get_by_role("button", name="Continue").click()
        await page.get_by_role("button", name="Select 12:00 – 14:00").click()
        await expect(page.get_by_role("heading", name="Check your booking")).to_be_visible()
        confirm_page = page.url
        holder = await asyncpg.connect(hub.settings.database_url)
        async with holder.transaction():
            await hold_row(holder, "reservation_slots", strength="UPDATE", id=slot_id)
            await page.get_by_role("button", name="Confirm").click(no_wait_after=True)
            await eventually(lambda: waiting_for_a_lock(hub))
            await served.kill()
        await holder.close()
        await eventually(lambda: world.booked_count(slot_id))
        await served.start()
        await page.goto(confirm_page)
        await page.get_by_role("button", name="Confirm").click()
        await page.wait_for_url(re.compile("/r/"))
        await self.booked_once(hub, world, page, slot_id, ticket.code, post_office)
        await context.close()

    @staticmethod
    async def tried_again(page: Page, served: ServedHub) -> None:
        await expect(page.get_by_role("alert").filter(has_text="You won't be booked twice")).to_be_visible()
        await served.start()
        # The page tries by itself, with growing pauses. The button tries at once, unless the page has just tried.
        with contextlib.suppress(Error):
            await page.get_by_role("button", name="Try again now").click(timeout=2_000)
        await at(page, "done")

    @staticmethod
    async def booked_once(hub: Hub, world: World, page: Page, slot_id: int, code: str, post_office: Any) -> None:
        assert await read_qr(page) == code
        assert await world.booked_count(slot_id) == 1
        assert await count_reservations(hub.database) == 1

        async def sent() -> bool:
            return bool(await count_outbox(hub.database, status="SENT"))

        await eventually(sent)
        (mail,) = post_office.messages
        assert mail["To"] == "john@example.com"
        assert code in mail.get_body(("plain",)).get_content()
        assert await count_outbox(hub.database) == 1


@pytest.mark.one_hub
async def test_two_race_for_the_last_place_and_the_loser_is_led_on(world: World, open_page: Open) -> None:
    slot_id = await world.slot(capacity=1)
    other = await world.slot(TODAY, "16:00", "18:00")
    pages = [await open_page("/reserve", phone=True), await open_page("/reserve")]
    for page, ticket in zip(pages, await world.tickets(2), strict=True):
        await to_confirm(page, ticket.code)
    await asyncio.gather(*(confirm(page) for page in pages))
    for page in pages:
        decided = page.locator("#done-title, #confirm-answer .alternatives")
        await expect(decided.filter(visible=True).first).to_be_visible()
    won = [page for page in pages if await page.locator("#done-title").is_visible()]
    assert len(won) == 1
    assert await world.booked_count(slot_id) == 1
    (lost,) = (page for page in pages if page not in won)
    await expect(lost.get_by_text("This time has just filled up.")).to_be_visible()
    await lost.get_by_role("button", name=re.compile("16:00")).click()
    await confirm(lost)
    await at(lost, "done")
    assert await world.booked_count(other) == 1


@pytest.mark.one_hub
async def test_a_slot_closed_while_it_is_looked_at_leads_to_others(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    other = await world.slot(TODAY, "16:00", "18:00")
    page = await open_page("/reserve")
    await to_confirm(page, (await world.ticket()).code)
    await revise_slot(hub.database, slot_id, status="CLOSED")
    await confirm(page)
    await expect(page.locator("#confirm-answer")).to_contain_text("no longer offered")
    await assert_accessible(page, "a slot that was closed")
    await page.get_by_role("button", name=re.compile("16:00")).click()
    await confirm(page)
    await at(page, "done")
    assert (await world.booked_count(slot_id), await world.booked_count(other)) == (0, 1)


async def test_a_phone_that_slept_past_its_time_is_offered_the_next(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    other = await world.slot(TODAY, "16:00", "18:00")
    page = await open_page("/reserve", phone=True)
    await to_confirm(page, (await world.ticket()).code)
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setWebLifecycleState", {"state": "frozen"})
    hub.clock.advance(timedelta(hours=3).total_seconds())
    await session.send("Page.setWebLifecycleState", {"state": "active"})
    await confirm(page)
    await expect(page.locator("#confirm-answer")).to_contain_text("over")
    await page.get_by_role("button", name=re.compile("16:00")).click()
    await confirm(page)
    await at(page, "done")
    assert (await world.booked_count(slot_id), await world.booked_count(other)) == (0, 1)


@pytest.mark.one_hub
async def test_a_code_whose_answer_was_lost_is_used_and_a_new_one_goes_on(
    still: None, hub: Hub, world: World, open_page: Open
) -> None:
    await world.policy(contact_check="email")
    await world.slot()
    lost = []

    async def lose_the_first(route: Route) -> None:
        if not lost:
            lost.append(await route.fetch())
            await route.abort("connectionreset")
        else:
            await route.fallback()

    page = await open_page("/reserve", clock=True)
    await page.route("**/api/contact/confirm", lose_the_first)
    await enter_tickets(page, (await world.ticket()).code)
    await give_contact(page)
    await at(page, "code")
    await expect(page.locator("#code-left")).not_to_be_empty()
    code = await newest_code(hub)
    await page.locator("#code").fill(code)
    await expect(page.locator("#code-answer, #code-wrong").filter(has_text=re.compile(r"\w")).first).to_be_visible()
    # The code was used and only the answer was lost. A second use fails.
    await page.locator("#code").fill("")
    await page.locator("#code").fill(code)
    if await page.locator("#code-go").is_enabled():
        await page.locator("#code-go").click()
    await expect(page.get_by_text(re.compile("used", re.IGNORECASE)).first).to_be_visible()
    assert len(lost) == 1
    assert lost[0].status == 200
    await assert_accessible(page, "a code that was used")
    # One code a minute for one address, by the hub's clock and by the page's.
    await expect(page.locator("#code-again")).to_be_disabled()
    hub.clock.advance(61)
    await page.clock.fast_forward(61_000)
    await page.locator("#code-again").click()
    await eventually(lambda: _other_than(hub, code))
    await page.locator("#code").fill(await newest_code(hub))
    await pick(page)
    await confirm(page)
    await at(page, "done")


async def _other_than(hub: Hub, code: str) -> bool:
    return await newest_code(hub) != code


async def test_an_address_that_bounces_ends_where_staff_see_it(
    open_hub: Callable[..., Awaitable[Hub]],
    hub_promises: Callable[[Hub], Awaitable[None]],
    post_office: Any,
    visitor: Visit,
) -> None:
    post_office.answers["jonh@example.com"] = "550 5.1.1 no such user here"
    hub = await open_hub(smtp_url=post_office.url)
    world = await World(hub).found()
    slot_id = await world.slot()
    page = await visitor(f"{hub.url}/reserve")
    await enter_tickets(page, (await world.ticket()).code)
    await give_contact(page, "jonh@example.com")
    await pick(page)
    await confirm(page)
    # The booking stands, and everything is on the screen. Only the mail does not arrive.
    await at(page, "done")
    assert await world.booked_count(slot_id) == 1

    async def given_up() -> bool:
        return bool(await count_outbox(hub.database, status="DEAD"))

    await eventually(given_up)
    assert post_office.messages == []
    session = {"name": "hub_session", "value": await world.staff("MANAGER"), "url": hub.url, "httpOnly": True}
    await page.context.add_cookies([session])
    await page.goto(f"{hub.url}/admin/mail")
    await expect(page.get_by_text("The address does not exist.")).to_be_visible()
    await expect(page.locator("#mails")).to_contain_text("j***@example.com")
    await hub_promises(hub)

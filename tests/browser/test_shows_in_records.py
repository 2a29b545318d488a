"""Shows and parties on the pages of managers: the board, the feed, the history and the figures."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.shows.close_performance import cancel_performance
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.open_pages import DESKTOP, PHONE
from tests.browser.seen_before import SETTLED
from tests.support.hub import Hub
from tests.support.shows import Booking, Stage, add_booking, add_performance, add_stage, change_room, change_show
from tests.support.world import World

pytestmark = pytest.mark.one_hub

BEYOND_THE_CARD = """() => {
  const card = document.querySelector('.slots-card').getBoundingClientRect();
  const cut = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) => scrollWidth > clientWidth || scrollHeight > clientHeight + 1;
  return [...document.querySelectorAll('#slots :is(.play:not([hidden]), .when, .missing, b, .meter)')]
    .filter((one) => one.checkVisibility() && (one.getBoundingClientRect().right > card.right || one.matches('.play') && cut(one)))
    .map((one) => `${one.className} ${one.textContent}`);
}"""
LONG = "A Midsummer Night's Dream, or What Happened in the Wood"


@pytest.fixture
async def stage(hub: Hub, world: World) -> Stage:
    """A performance now, and one tonight that is cancelled. A slot for tickets is between them."""
    stage = await add_stage(world, capacity=20, title=LONG, start="12:00", end="14:00")
    await change_room(hub.database, stage.room_id, name="Main stage")
    tonight = await add_performance(world, stage.show_id, stage.room_id, start="20:00", end="22:00")
    await world.slot(start="14:00", end="16:00")
    await cancel_performance(hub.services, Actor(world.org_id, world.venue_id), tonight)
    return stage


@pytest.fixture
async def party(hub: Hub, world: World, stage: Stage) -> Booking:
    """A party of five, three of whom are in."""
    booking = await add_booking(world, stage.performance_id, 5)
    gate = await hub.socket(await world.staff(name="Jane Smith"), gate="A")
    await gate.verify(booking.code, count=3)
    return booking


async def assert_fits(page: Page) -> None:
    # Charts follow a change of size in the next frame.
    await page.evaluate(SETTLED)
    await assert_nothing_sticks_out(page)


async def test_the_board_names_what_plays_and_what_is_cancelled(
    hub: Hub, world: World, open_page: Open, stage: Stage, party: Booking
) -> None:
    for phone in (False, True):
        page = await open_page("/manager", token=await world.staff("MANAGER"), phone=phone)
        rows = page.locator("#slots tr")
        await expect(rows).to_have_count(3)
        now, tickets, tonight = (rows.nth(n) for n in range(3))
        await expect(now).to_contain_text(LONG)
        await expect(now).to_contain_text("Main stage")
        await expect(now).to_contain_text("2 to come")
        await expect(now.locator(".verified b")).to_have_text("3")
        await expect(tickets.locator(".play")).to_be_hidden()
        await expect(tonight).to_contain_text("Cancelled")
        await expect(page.locator("#total-capacity")).to_have_text("220")
        await assert_fits(page)


async def test_a_long_title_is_read_beside_its_slot_and_no_figure_leaves_the_card(
    world: World, open_page: Open, stage: Stage, party: Booking
) -> None:
    """Also where the menu and the feed leave the board the least room, at 1500 pixels with a scroll bar."""
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    await expect(page.locator("#slots tr")).to_have_count(3)
    for width in (1024, 1280, 1485, 1500, 1920):
        await page.set_viewport_size({"width": width, "height": 900})
        await assert_fits(page)
        assert await page.evaluate(BEYOND_THE_CARD) == [], width


async def test_a_new_title_comes_onto_an_open_board(hub: Hub, world: World, open_page: Open, stage: Stage) -> None:
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    await expect(page.locator("#slots tr").first).to_contain_text(LONG)
    await change_show(hub.database, stage.show_id, title="The Wood")
    await expect(page.locator("#slots tr").first.locator(".show")).to_have_text("The Wood")


async def test_a_scan_of_a_party_says_how_many_for_what_and_leads_to_the_booking(
    hub: Hub, world: World, open_page: Open, stage: Stage, party: Booking
) -> None:
    page = await open_page("/manager#feed", token=await world.staff("MANAGER"))
    row = page.locator("#feed .feed > li").first
    await expect(row).to_contain_text("3 people · Gate A · Jane Smith")
    await expect(row).to_contain_text(LONG)
    link = row.get_by_role("link", name=f"Booking ending in {party.code[-4:]}")
    assert await link.get_attribute("href") == f"/admin/bookings/{party.id}"
    assert party.code not in await page.content()
    await assert_accessible(page, "the feed with a party", best_practice=False)


async def looks_good(page: Page, state: str) -> None:
    """Check the page at a desk, and then as wide as a phone."""
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)
        await assert_fits(page)
        await assert_accessible(page, state, best_practice=False)


async def test_the_history_and_the_figures_name_shows_and_people(
    hub: Hub, world: World, open_page: Open, stage: Stage, party: Booking
) -> None:
    manager = await world.staff("MANAGER")
    page = await open_page("/manager/history", token=manager)
    row = page.locator("#rows tr").first
    await expect(row.locator(".play")).to_have_text(LONG)
    await expect(row.locator(".note")).to_have_text("3 people")
    assert await row.locator(".code a").get_attribute("href") == f"/admin/bookings/{party.id}"
    await looks_good(page, "the history with a party")
    await page.set_viewport_size(DESKTOP)
    await page.goto(f"{hub.url}/manager/analytics")
    show = page.locator("#shows tr")
    await expect(show).to_contain_text(LONG)
    await expect(show).to_contain_text("one performance")
    await expect(show.locator("td").nth(0)).to_have_text("5")
    await expect(show.locator("td").nth(1)).to_have_text("20")
    await expect(show.locator("td").nth(3)).to_have_text("3")
    await page.locator("#days .opener").last.click()
    await expect(page.locator("#days .slot-row").last).to_contain_text(f"{LONG}, cancelled")
    await looks_good(page, "the figures with shows")


async def test_a_venue_without_shows_has_no_column_and_no_card_for_them(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    gate = await hub.socket(await world.staff(), gate="A")
    await gate.verify(ticket.code)
    manager = await world.staff("MANAGER")
    page = await open_page("/manager/history", token=manager)
    await expect(page.locator("#rows tr")).to_have_count(1)
    await expect(page.get_by_role("columnheader", name="The show", exact=True)).to_be_hidden()
    page = await open_page("/manager/analytics", token=manager)
    await expect(page.locator("#shown")).to_be_visible()
    await expect(page.locator("#shows-card")).to_be_hidden()


async def test_the_replay_names_what_played(
    hub: Hub, world: World, open_page: Open, stage: Stage, party: Booking
) -> None:
    page = await open_page("/manager/replay", token=await world.staff("MANAGER"))
    await expect(page.locator("#slots tr").first).to_contain_text(LONG)
    await expect(page.locator("#total-capacity")).to_have_text("220")

"""The waiting room in a browser: a place that moves live, a turn that is noticed, and a booking that goes on after it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from hub.live.channels import waiting_rooms
from hub.text.wait_words import WaitWords
from tests.browser.booking_steps import at, confirm, to_confirm
from tests.browser.hands_and_eyes import Open
from tests.browser.model_page import empty_page
from tests.browser.test_visit_page import pick
from tests.support.venues import read_venues
from tests.support.waiting_crowd import add_crowd
from tests.support.waiting_rooms import open_waiting_room
from tests.support.world import TODAY, World
from web.pages.static_files import STATIC

pytestmark = pytest.mark.one_hub

TOMORROW = TODAY + timedelta(days=1)
FEEL = "() => { navigator.vibrate = (how) => { document.documentElement.dataset.shaken = how.length; return true; }; }"


@pytest.fixture(autouse=True)
def ask_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms are asked once a second, which a test need not wait for."""
    assert waiting_rooms.TICK_SECONDS == 1
    monkeypatch.setattr(waiting_rooms, "TICK_SECONDS", 0.1)


async def in_line(open_page: Open, slot_id: int, *, clock: bool = False) -> Page:
    page = await open_page(f"/waiting-room?for=slot:{slot_id}&back=/reserve", phone=True, clock=clock)
    await page.get_by_role("button", name="Join the line").click()
    await expect(page.get_by_role("heading", name="You're in line")).to_be_visible()
    return page


async def test_the_place_moves_and_the_turn_is_seen_and_felt(world: World, open_page: Open) -> None:
    slot_id = await world.slot(TOMORROW)
    await open_waiting_room(world, "slots", 0)
    await add_crowd(world.hub, f"slot:{slot_id}", 2)
    page = await in_line(open_page, slot_id)
    await page.evaluate(FEEL)
    await expect(page.locator("#room-position")).to_have_text("3")
    await expect(page.get_by_text("2 people are ahead of you.")).to_be_visible()
    await expect(page).to_have_title(re.compile("^3 · "))
    await page.get_by_role("button", name="Play a sound when it's my turn").click()
    await expect(page.get_by_role("button", name="Play a sound")).to_have_attribute("aria-pressed", "true")
    await world.policy(waiting_room_per_minute=600)
    turn = page.get_by_role("heading", name="It's your turn")
    await expect(turn).to_be_focused()
    await expect(page).to_have_title(re.compile("^● "))
    await expect(page.locator("html")).to_have_attribute("data-shaken", "5")
    await expect(page.locator("#room-countdown")).to_have_text(re.compile(r"^(9|10):\d\d$"))
    await page.get_by_role("link", name="Continue booking").click()
    await expect(page).to_have_url(re.compile("/reserve$"))


async def test_a_booking_that_must_wait_comes_back_to_its_last_step(world: World, open_page: Open) -> None:
    slot_id = await world.slot(TODAY, "12:00", "14:00")
    page = await open_page("/reserve", phone=True)
    await to_confirm(page, (await world.ticket()).code)
    await open_waiting_room(world, "slots", 0)
    await confirm(page)
    await expect(page.get_by_role("heading", name="You're in line")).to_be_visible()
    assert await world.booked_count(slot_id) == 0
    await world.policy(waiting_room_per_minute=600)
    await page.get_by_role("link", name="Continue booking").click()
    await at(page, "confirm")
    await expect(page.get_by_text("It's your turn until 12:")).to_be_visible()
    await confirm(page)
    await at(page, "done")
    assert await world.booked_count(slot_id) == 1


async def test_a_visit_that_is_moved_past_others_waits_for_its_turn(world: World, open_page: Open) -> None:
    day = TODAY + timedelta(days=5)
    ticket = await world.reserved(await world.slot(day, "12:00", "14:00"))
    other = await world.slot(day, "16:00", "18:00")
    await open_waiting_room(world, "slots", 0)
    page = await open_page(f"/r/{ticket.token}", phone=True)
    await page.get_by_role("button", name="Move to another time").click()
    await pick(page, "25", "16:00")
    await page.get_by_role("button", name="Move the visit").click()
    async with page.expect_popup() as opened:
        await page.get_by_role("link", name="Go to the waiting room").click()
    room = await opened.value
    await room.get_by_role("button", name="Join the line").click()
    await expect(room.get_by_role("heading", name="You're in line")).to_be_visible()
    await world.policy(waiting_room_per_minute=600)
    await expect(room.get_by_role("heading", name="It's your turn")).to_be_visible()
    await page.get_by_role("button", name="Move the visit").click()
    await expect(page.get_by_text("Your visit has been moved.")).to_be_visible()
    assert await world.booked_count(other) == 1


async def test_where_no_socket_comes_through_the_place_is_asked_for(world: World, open_page: Open) -> None:
    slot_id = await world.slot(TOMORROW)
    await open_waiting_room(world, "slots", 0)
    page = await in_line(open_page, slot_id, clock=True)
    await page.route_web_socket("**/ws/waiting-room*", lambda socket: socket.close())
    await page.reload()
    await expect(page.get_by_text("The connection is lost. Your place is kept")).to_be_visible()
    await world.policy(waiting_room_per_minute=600)
    await page.clock.fast_forward(16_000)
    await expect(page.get_by_role("heading", name="It's your turn")).to_be_visible()


async def test_a_place_that_is_gone_can_be_joined_again(world: World, open_page: Open) -> None:
    slot_id = await world.slot(TOMORROW)
    await open_waiting_room(world, "slots", 0)
    page = await in_line(open_page, slot_id)
    status = await page.evaluate(
        "async (path) => (await fetch(path, { method: 'DELETE' })).status", f"/api/waiting-room?for=slot:{slot_id}"
    )
    assert status == 200
    await expect(page.get_by_role("heading", name="You're no longer in line")).to_be_visible()
    await page.get_by_role("button", name="Join again").click()
    await expect(page.locator("#room-position")).to_have_text("1")


async def test_a_manager_pauses_the_line_and_lets_it_go_on(world: World, open_page: Open) -> None:
    slot_id = await world.slot(TOMORROW)
    await open_waiting_room(world, "slots", 1)
    await add_crowd(world.hub, f"slot:{slot_id}", 30)
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    rooms = page.get_by_role("region", name="Waiting room")
    await expect(rooms.get_by_text("One person is let in a minute")).to_be_visible()
    for button, words, rate in (
        ("Faster", "2 people are let in a minute", 2),
        ("Pause", "Paused: nobody is let in", 0),
        ("Go on", "2 people are let in a minute", 2),
        ("Slower", "One person is let in a minute", 1),
    ):
        await rooms.get_by_role("button", name=button).click()
        await expect(rooms.get_by_text(words)).to_be_visible()
        (row,) = await read_venues(world.hub.database, "waiting_room_per_minute")
        assert row["waiting_room_per_minute"] == rate


async def test_page_and_hub_say_the_same_of_a_place(chromium) -> None:
    places = [
        {"ahead": ahead, "seconds": seconds, "rate": rate}
        for ahead in (0, 1, 99, 100, 1199)
        for seconds in (None, 0, 59, 60, 61, 600, 601, 3301, 3600, 3601, 7200)
        for rate in (0, 1, 1200)
    ]
    async with empty_page(chromium) as page:
        said = await page.evaluate(
            f"""async (places) => {{
              const m = await import('{STATIC.url("js/words/waiting_room.js")}');
              return places.map((one) => [m.aheadWords(one), m.waitWords(one), m.rateWords(one)]);
            }}""",
            places,
        )
    words = WaitWords("en", "en_GB")
    assert said == [
        [words.ahead(one["ahead"]), words.wait(one["seconds"], one["rate"]), words.rate(one["rate"], one["seconds"])]
        for one in places
    ]

"""The waiting room without JavaScript: joined, waited in, left, and gone through to a booking that had to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.settings import Rate
from tests.support.hub import Hub
from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.shows import add_performance, add_stage, count_bookings
from tests.support.still_outbox import send_nothing
from tests.support.waiting_crowd import add_crowd
from tests.support.waiting_rooms import open_waiting_room
from tests.support.world import NOON, TODAY, World

MANY = "Many people are booking right now"
IN_LINE = "You're in line"
MY_TURN = "It's your turn"


def room_of(slot_id: int, **query: str) -> str:
    return "&".join([f"/waiting-room?for=slot:{slot_id}", *(f"{name}={value}" for name, value in query.items())])


def refreshed_after(page: PlainPage) -> int:
    """Return after how many seconds the page is loaded again."""
    (meta,) = (one for one in page.tree.all("meta") if one["http-equiv"] == "refresh")
    return int(meta["content"])


async def test_a_visitor_waits_with_a_place_that_no_reload_and_no_second_window_changes(
    world: World, anybody: PlainBrowser
) -> None:
    slot_id = await world.slot(TODAY + timedelta(days=1))
    await open_waiting_room(world, "slots", 0)
    await add_crowd(world.hub, f"slot:{slot_id}", 3)
    page = await anybody.open(room_of(slot_id))
    assert page.heading == MANY
    await page.press("Join the line")
    assert (page.heading, page.words_of("room-position")) == (IN_LINE, "4")
    assert "3 people are ahead of you." in page.text
    assert "The line is paused" in page.text
    assert 5 <= refreshed_after(page) <= 30
    await add_crowd(world.hub, f"slot:{slot_id}", 2)
    await page.reload()
    window = await anybody.open(room_of(slot_id))
    assert (page.words_of("room-position"), window.words_of("room-position")) == ("4", "4")


async def test_who_leaves_gives_up_the_place_and_can_join_at_the_end(world: World, anybody: PlainBrowser) -> None:
    slot_id = await world.slot(TODAY + timedelta(days=1))
    await open_waiting_room(world, "slots", 0)
    page = await anybody.open(room_of(slot_id))
    await page.press("Join the line")
    await add_crowd(world.hub, f"slot:{slot_id}", 2)
    await page.press("Give up my place")
    assert page.heading == "You have left the line"
    await page.press("Join the line")
    assert page.words_of("room-position") == "3"


async def test_a_turn_says_until_when_it_lasts_and_leads_on(world: World, anybody: PlainBrowser) -> None:
    slot_id = await world.slot(TODAY + timedelta(days=1))
    await open_waiting_room(world, "slots", 600, waiting_room_turn_minutes=5)
    back = f"/reserve?orq={world.org_id}"
    page = await anybody.open(room_of(slot_id, back=back))
    await page.press("Join the line")
    assert page.heading == MY_TURN
    assert "until 12:05" in page.text
    (on,) = page.links("Continue booking")
    assert on["href"] == back


async def test_a_place_that_is_gone_and_a_room_without_places_are_said(world: World, anybody: PlainBrowser) -> None:
    slot_id = await world.slot(TODAY + timedelta(days=1))
    sold_out = await world.slot(TODAY + timedelta(days=2), capacity=1, booked=1)
    await open_waiting_room(world, "slots", 0)
    page = await anybody.open(room_of(slot_id, joined="1"))
    assert page.heading == "You're no longer in line"
    await page.press("Join again")
    assert page.heading == IN_LINE
    page = await anybody.open(room_of(sold_out))
    assert page.heading == "No spaces are left"


async def test_before_the_opening_everybody_waits_for_the_draw(world: World, anybody: PlainBrowser) -> None:
    stage = await add_stage(world, day=TODAY + timedelta(days=9), booking_opens_at=NOON + timedelta(minutes=10))
    await open_waiting_room(world, "shows", 60)
    page = await anybody.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    assert page.heading == "Booking is not open yet"
    await page.follow("Go to the waiting room")
    await page.press("Join the line")
    assert page.heading == "You're here early"
    assert "12:10" in page.words_of("room-opens")
    assert "The Tempest" in page.text


async def test_a_show_leads_to_the_waiting_room_within_an_hour_of_the_opening(
    world: World, anybody: PlainBrowser
) -> None:
    stage = await add_stage(world, day=TODAY + timedelta(days=9), booking_opens_at=NOON + timedelta(minutes=60))
    later = NOON + timedelta(minutes=61)
    await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=10), booking_opens_at=later)
    page = await anybody.open(f"/shows/{stage.show_id}")
    assert page.links("Waiting room") == []
    await open_waiting_room(world, "shows", 60)
    await page.reload()
    (link,) = page.links("Waiting room")
    assert link["href"] == f"/waiting-room?for=performance:{stage.performance_id}"


async def test_without_a_waiting_room_the_page_leads_on(world: World, anybody: PlainBrowser) -> None:
    slot_id = await world.slot(TODAY + timedelta(days=1))
    page = await anybody.open(room_of(slot_id, back="/reserve"))
    assert "/reserve" in page.url


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/admin", "/reserve?next=//evil.example"])
async def test_the_page_leads_nowhere_but_to_a_booking_page(world: World, anybody: PlainBrowser, back: str) -> None:
    stage = await add_stage(world, day=TODAY + timedelta(days=3))
    await open_waiting_room(world, "shows", 600)
    page = await anybody.open(f"/waiting-room?for=performance:{stage.performance_id}&back={back}")
    await page.press("Join the line")
    (on,) = page.links("Continue booking")
    assert on["href"] == f"/shows/{stage.show_id}/book/{stage.performance_id}"


@pytest.mark.parametrize("key", ["", "slot:0", "slot:999999", "day:1:2026-02-30", "show:1"])
async def test_a_room_of_nothing_is_not_found(world: World, anybody: PlainBrowser, key: str) -> None:
    page = await anybody.open(f"/waiting-room?for={key}")
    assert page.status == 404


async def test_too_many_from_one_address_are_told_to_wait(world: World, open_hub) -> None:
    hub: Hub = await open_hub(rate_waiting_room=Rate(1, 60))
    slot_id = await world.slot(TODAY + timedelta(days=1))
    await open_waiting_room(world, "slots", 0)
    hub.services.venues.forget()
    async with PlainBrowser(hub.url) as first, PlainBrowser(hub.url) as second:
        page = await first.open(room_of(slot_id))
        await page.press("Join the line")
        assert page.heading == IN_LINE
        page = await second.open(room_of(slot_id))
        await page.press("Join the line")
        assert (page.status, page.heading) == (429, MANY)
        assert "Too many requests" in page.alert


async def test_a_form_that_had_to_wait_is_filled_in_when_the_turn_comes(
    world: World, anybody: PlainBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_nothing(monkeypatch)
    stage = await add_stage(world, day=TODAY + timedelta(days=3))
    await open_waiting_room(world, "shows", 0)
    page = await anybody.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    page.field("Name").fill("Ada Lovelace")
    page.field("Email").fill("ada@example.com")
    page.field("How many people?").fill("3")
    page.field("Notes").fill("A wheelchair place")
    await page.press("Send my request")
    assert (page.heading, page.words_of("room-position")) == (IN_LINE, "1")
    assert await count_bookings(world.hub.database) == 0
    await world.policy(waiting_room_per_minute=600)
    await page.reload()
    assert page.heading == MY_TURN
    await page.follow("Continue booking")
    typed = [page.field(name).value for name in ("Name", "Email", "How many people?", "Notes")]
    assert typed == ["Ada Lovelace", "ada@example.com", "3", "A wheelchair place"]
    await page.press("Send my request")
    assert page.heading == "Check your email"
    assert await count_bookings(world.hub.database) == 1
    again = await anybody.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    assert again.field("Name").value == ""

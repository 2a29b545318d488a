"""The overview of administration: what is missing before a venue opens, and its numbers of today."""

from __future__ import annotations

from datetime import timedelta

from tests.support.plain_browser import PlainBrowser
from tests.support.venues import add_gates
from tests.support.world import TODAY, World


async def test_an_empty_venue_lists_what_is_missing(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin")
    assert "5 steps before you open" in page.text
    assert "No slots today." in page.text


async def test_what_stands_is_ticked_off_and_the_day_is_counted(world: World, browser: PlainBrowser) -> None:
    await world.policy(address="Via Roma 1")
    await add_gates(world, "North")
    await world.slot(booked=3, capacity=10)
    await world.slot(TODAY + timedelta(days=1), "10:00", "11:00", capacity=7)
    ticket = await world.reserved(await world.slot(start="11:00", end="13:00", capacity=2))
    operator = await world.staff("OPERATOR")
    await world.hub.post("/api/operator/verify-ticket", {"ticket_code": ticket.code}, token=operator)
    page = await browser.open("/admin")
    assert "before you open" not in page.text
    assert "1 of 4 booked have come in" in page.text
    assert "1 person is inside." in page.text
    assert "Next: Saturday, 21 November 2026, 10:00, with 0 of 7 spaces booked." in page.text


async def test_another_organisations_venue_is_not_shown(world: World, browser: PlainBrowser) -> None:
    elsewhere = await World(world.hub).found()
    page = await browser.open(f"/admin?venue={elsewhere.venue_id}")
    assert page.status == 200
    assert f"venue={elsewhere.venue_id}" not in page.text


async def test_an_operator_is_sent_to_the_sign_in(world: World) -> None:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("OPERATOR"))
        page = await browser.open("/admin")
    assert "The control room is for managers." in page.text

"""The list of shows and one show with its performances, without JavaScript."""

from __future__ import annotations

from datetime import timedelta

from tests.support.plain_browser import PlainBrowser
from tests.support.shows import add_show
from tests.support.theatre import TOMORROW, Theatre


async def test_the_list_draws_the_next_performances_of_each_show(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, places=5)
    await theatre.performance(TOMORROW + timedelta(days=1))
    await add_show(theatre.world, "Hamlet", status="DRAFT")
    await add_show(theatre.world, "Old News", status="ARCHIVED")
    page = await browser.open("/admin/shows")
    assert page.status == 200
    assert "2 performances to come · 5 of 80 seats booked" in page.text
    assert "Hamlet Draft No performance to come." in page.text
    assert "Old News" not in page.text
    page = await page.follow("Archived")
    assert "Old News" in page.text
    assert "Hamlet" not in page.text


async def test_a_show_lists_a_month_of_performances(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, places=5, admitted=2)
    await theatre.booking(evening, places=3, status="PENDING")
    await theatre.performance(TOMORROW + timedelta(days=20), booking_closed=True)
    page = await browser.open(f"/admin/shows/{theatre.show_id}")
    assert page.heading == "The Tempest"
    assert "5 /40 · 2 in · 1 not confirmed Booking open" in page.text
    assert "Booking closed" not in page.text
    page = await page.follow("December 2026")
    assert "Booking closed" in page.text
    assert (await page.goto(f"/admin/shows/{theatre.show_id}?month=garbage")).status == 200
    assert (await page.goto("/admin/shows/999999")).status == 404

"""The list of bookings without JavaScript: search, statuses, pages, and the list on paper."""

from __future__ import annotations

from hub.actions.shows import find_bookings
from tests.support.plain_browser import PlainBrowser
from tests.support.theatre import Theatre


async def test_a_booking_is_found_by_name_and_by_status(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, "Ann Lee", 4, admitted=1)
    await theatre.booking(evening, "Zoë Müller", 2)
    await theatre.booking(evening, "Bob Hall", 3, "PENDING")
    page = await browser.open(f"/admin/performances/{evening}/bookings")
    assert [one.text for one in page.tree.all("h2")] == ["Ann Lee", "Bob Hall", "Zoë Müller"]
    for words in (
        "6 of 40 seats booked",
        "1 in",
        "5 booked, not in yet",
        "34 free",
        "1 more request is not confirmed yet (seats: 3)",
    ):
        assert words in page.text
    found = await page.goto(f"/admin/performances/{evening}/bookings?q=muller")
    assert [one.text for one in found.tree.all("h2")] == ["Zoë Müller"]
    assert found.find("q")["value"] == "muller"
    found = await found.follow("Confirmed")
    assert "status=CONFIRMED" in found.url
    assert "q=muller" in found.url
    found = await found.follow("Checked in")
    assert "No booking matches." in found.text
    assert len(list((await found.follow("Show all bookings")).tree.all("h2"))) == 3


async def test_long_lists_have_pages(theatre: Theatre, browser: PlainBrowser, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(find_bookings, "MOST", 2)
    evening = await theatre.performance()
    for name in ("A", "B", "C"):
        await theatre.booking(evening, name, 1)
    page = await browser.open(f"/admin/performances/{evening}/bookings")
    assert [one.text for one in page.tree.all("h2")] == ["A", "B"]
    page = await page.follow("More bookings")
    assert [one.text for one in page.tree.all("h2")] == ["C"]
    page = await page.follow("Back to the first page")
    assert [one.text for one in page.tree.all("h2")] == ["A", "B"]


async def test_no_address_breaks_the_list(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    for query in (
        "status=x",
        "sort=x",
        "before=x",
        "before=999999999",
        "q=%00%ff",
        "q=" + "a" * 2000,
        "lang=zh-Hans",
        "q=%25",
    ):
        assert (await browser.open(f"/admin/performances/{evening}/bookings?{query}")).status == 200, query
    assert (await browser.open("/admin/performances/999999/bookings")).status == 404


async def test_the_list_on_paper_has_a_box_for_each_person(theatre: Theatre, browser: PlainBrowser) -> None:
    evening = await theatre.performance()
    await theatre.booking(evening, "Zoe", 3, admitted=1)
    await theatre.booking(evening, "Émile", 2, notes="By the aisle")
    await theatre.booking(evening, "Frank", 1)
    await theatre.booking(evening, "Not confirmed", 2, "PENDING")
    page = await browser.open(f"/admin/performances/{evening}/bookings/print")
    rows = [one for one in page.tree.all("tr") if list(one.all("td"))]
    assert [next(one.all("th")).text for one in rows] == ["Émile", "Frank", "Zoe"]
    ticks = [[one["class"] for one in row.all("span") if one["class"].startswith("tick")] for row in rows]
    assert ticks == [["tick"] * 2, ["tick"], ["tick in", "tick", "tick"]]
    assert "3 bookings · 6 people · 34 seats free" in page.text
    assert "By the aisle" in page.text


async def test_a_booking_of_any_performance_is_found_by_its_address_or_code(
    theatre: Theatre, browser: PlainBrowser
) -> None:
    seats = await theatre.booking(await theatre.performance(), "Ann Lee", 4)
    page = await browser.open(f"/admin/bookings?q={seats.code}")
    assert [one.text for one in page.tree.all("h2")] == ["Ann Lee"]
    assert "The Tempest · Saturday, 21 November 2026" in page.text
    assert (await page.follow("Ann Lee")).heading == "Ann Lee"
    assert "No booking matches." in (await page.goto("/admin/bookings?q=nobody@example.com")).text

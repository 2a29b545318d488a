"""The page of a booking, without JavaScript: every state of both links, and what each lets its holder do next."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from hub.rules.contact_masking import mask_email
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.reservations import change_reservation
from tests.support.shows import (
    EMAIL,
    add_booking,
    add_performance,
    add_stage,
    change_booking,
    change_show,
    read_booking_row,
)
from tests.support.slots import change_slot, close_slot
from tests.support.still_outbox import send_nothing
from tests.support.waitlist import serve_beside_job
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)
SOON = TODAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


@pytest.fixture
async def browser(hub: Hub, world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(hub.url) as browser:
        yield browser


def codes_of(page: PlainPage) -> list[str]:
    """Return the codes in the pictures of the page."""
    return [code for image in page.tree.all("img") if image["class"] == "qr" for code in _read(image["src"])]


def _read(address: str) -> list[str]:
    picture = Image.open(BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,")))).convert("L")
    return [code.text for code in zxingcpp.read_barcodes(picture)]


async def test_a_link_is_confirmed_by_one_button_and_shows_the_code(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    page = await browser.open(f"/b/{asked.confirm_token}")
    assert page.heading == "Confirm your booking"
    for words in ("The Tempest", "Monday, 23 November 2026", "20:00 – 22:00", "3 people", "Ada Lovelace"):
        assert words in page.text, words
    assert [one.text for one in page.buttons("")] == ["Confirm booking"]
    await page.press("Confirm booking")
    assert page.heading == "You're booked"
    assert codes_of(page) == [asked.code]
    assert await world.booked_count(stage.performance_id) == 3
    await page.reload()
    await page.goto(f"/b/{asked.confirm_token}")
    assert page.heading == "Your booking"
    assert await world.booked_count(stage.performance_id) == 3


async def test_looking_at_a_link_changes_nothing(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    before = dict(await read_booking_row(hub.database))
    for method in ("GET", "HEAD", "GET"):
        async with hub.client.request(method, f"/b/{asked.confirm_token}") as answer:
            assert answer.status == 200
    assert dict(await read_booking_row(hub.database)) == before
    for path in ("move", "cancel", "print"):
        async with hub.client.get(f"/b/{asked.confirm_token}/{path}", allow_redirects=False) as answer:
            assert answer.status == 303
    assert await world.booked_count(stage.performance_id) == 0


async def test_the_page_tells_other_sites_and_search_engines_nothing(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    booked = await add_booking(world, stage.performance_id, 3, phone="+12025551234", notes="By the door")
    for path in ("", "/print", "/move", "/cancel"):
        async with hub.client.get(f"/b/{booked.manage_token}{path}") as answer:
            text = await answer.text()
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        for secret in (EMAIL, "+12025551234", "By the door"):
            assert secret not in text, path
        for address in re.findall(r'(?:href|src)="(https?://[^"]+)"', text):
            assert booked.manage_token not in address
            assert booked.code not in address


async def test_the_address_is_corrected_and_no_older_link_opens_the_booking(
    browser: PlainBrowser, world: World
) -> None:
    stage = await add_stage(world, day=SOON)
    booked = await add_booking(world, stage.performance_id, 2)
    page = await browser.open(f"/b/{booked.confirm_token}")
    assert mask_email(EMAIL) in page.text
    page.find("visit-email").fill("ann@")
    await page.press("Correct and send again")
    assert (page.status, page.find("visit-email")["aria-invalid"]) == (400, "true")
    page.find("visit-email").fill("ann@example.org")
    await page.press("Correct and send again")
    assert (page.status, page.heading) == (200, "Your booking")
    assert "The confirmation is on its way to this address." in page.text
    assert ("a***@example.org" in page.text, "ann@example.org" in page.text) == (True, False)
    assert codes_of(page) == [booked.code]
    for token in (booked.confirm_token, booked.manage_token):
        assert (await browser.open(f"/b/{token}")).status == 404
        assert (await browser.open(f"/b/{token}/email")).status == 404
    mails = await read_outbox(world.hub.database, "kind", "recipient", status="PENDING", order_by="id")
    assert [(row["kind"], row["recipient"]) for row in mails] == [
        ("reservation.contact_changed", EMAIL), ("booking.confirmed", "ann@example.org"),
    ]  # fmt: skip
    (row,) = await read_audit_log(world.hub.database)
    assert (row["action"], row["source"]) == ("reservation.contact_changed", "visitor")


async def test_a_request_that_is_not_confirmed_has_no_address_to_correct(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    asked = await add_booking(world, stage.performance_id, 2, "PENDING")
    async with hub.client.post(
        f"/b/{asked.confirm_token}/email", data={"email": "ann@example.org"}, allow_redirects=False
    ) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/b/{asked.confirm_token}")
    assert (await read_booking_row(hub.database))["email"] == EMAIL


async def test_both_links_open_the_same_booking(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    booked = await add_booking(world, stage.performance_id, 2)
    for token in (booked.confirm_token, booked.manage_token):
        page = await browser.open(f"/b/{token}")
        assert page.heading == "Your booking"
        assert codes_of(page) == [booked.code]
        assert "Free changes until 20:00 on Sunday, 22 November 2026." in page.text


async def test_a_link_opened_on_two_devices_books_once(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    async with PlainBrowser(hub.url) as phone, PlainBrowser(hub.url) as tablet:
        pages = [await one.open(f"/b/{asked.confirm_token}") for one in (phone, tablet)]
        await asyncio.gather(*(page.press("Confirm booking") for page in pages))
        for page in pages:
            assert codes_of(page) == [asked.code], page.text
    assert await world.booked_count(stage.performance_id) == 3


async def short(world: World, *, left: int = 2, **columns: Any) -> tuple[Any, Any, int]:
    """Return a request of five for a performance with `left` places, and another performance with room."""
    stage = await add_stage(world, capacity=8, day=SOON, **columns)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    asked = await add_booking(world, stage.performance_id, 5, "PENDING")
    if left < 8:
        await add_booking(world, stage.performance_id, 8 - left)
    return stage, asked, other


async def test_a_party_that_does_not_fit_any_more_takes_fewer_seats(browser: PlainBrowser, world: World) -> None:
    stage, asked, _ = await short(world)
    page = await browser.open(f"/b/{asked.confirm_token}")
    assert page.heading == "Only 2 spaces are left"
    field = page.field("How many people?")
    assert (field.value, field["max"]) == ("2", "2")
    field.fill("1")
    await page.press("Confirm booking")
    assert page.heading == "You're booked"
    assert "1 person" in page.text
    assert await world.booked_count(stage.performance_id) == 7


async def test_or_another_date_with_nothing_typed_again(browser: PlainBrowser, world: World) -> None:
    stage, asked, other = await short(world)
    page = await browser.open(f"/b/{asked.confirm_token}")
    await page.press("Tue 24 Nov, 20:00")
    assert page.heading == "You're booked"
    assert "Tuesday, 24 November 2026" in page.text
    assert codes_of(page) == [asked.code]
    assert await world.booked_count(other) == 5
    assert await world.booked_count(stage.performance_id) == 6


async def test_or_the_waiting_list(browser: PlainBrowser, world: World) -> None:
    _, asked, _ = await short(world, left=0)
    page = await browser.open(f"/b/{asked.confirm_token}")
    assert page.heading == "This performance has sold out"
    assert page.fields("How many people?") == []
    await page.press("Join the waiting list")
    assert "/w/" in page.url
    assert page.heading == "You're on the waiting list"


async def test_a_request_that_waits_says_so_and_confirms_the_seats_that_are_held_for_it(
    browser: PlainBrowser, world: World
) -> None:
    stage = await add_stage(world, capacity=5, day=SOON)
    asked = await add_booking(world, stage.performance_id, 5, "PENDING")
    others = await add_booking(world, stage.performance_id, 5)
    page = await browser.open(f"/b/{asked.confirm_token}")
    await page.press("Join the waiting list")
    await page.goto(f"/b/{asked.confirm_token}")
    assert page.heading == "You're on the waiting list"
    assert page.buttons("Join the waiting list") == []
    async with world.hub.client.post(f"/b/{others.manage_token}/cancel", data={}) as answer:
        assert answer.status == 200
    await serve_beside_job(world.hub)
    await page.reload()
    assert page.heading == "5 spots are held for you"
    assert "You can confirm until Friday, 20 November 2026, 12:30" in page.text
    await page.press("Confirm booking")
    assert page.heading == "You're booked"
    assert await world.booked_count(stage.performance_id) == 5


async def test_a_venue_without_a_waiting_list_offers_none(browser: PlainBrowser, world: World) -> None:
    await world.policy(waitlist_offer_minutes=None)
    _, asked, _ = await short(world, left=0)
    page = await browser.open(f"/b/{asked.confirm_token}")
    assert page.buttons("Join the waiting list") == []


async def test_places_that_go_while_the_page_is_read_are_told(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, capacity=8, day=SOON)
    asked = await add_booking(world, stage.performance_id, 5, "PENDING")
    page = await browser.open(f"/b/{asked.confirm_token}")
    await add_booking(world, stage.performance_id, 6)
    await page.press("Confirm booking")
    assert "There aren't enough seats left for your party." in page.alert
    assert page.heading == "Only 2 spaces are left"
    assert (await read_booking_row(world.hub.database, id=asked.id))["status"] == "PENDING"


@pytest.mark.parametrize(
    ("columns", "heading"),
    [
        ({"booking_closed": True}, "This performance can no longer be booked"),
        ({"status": "CLOSED"}, "This performance was cancelled"),
        ({"booking_opens_at": NOON + timedelta(hours=1)}, "Booking is not open yet"),
    ],
)
async def test_a_request_for_what_is_closed_now_takes_another_date(
    browser: PlainBrowser, world: World, columns: dict[str, Any], heading: str
) -> None:
    stage, asked, other = await short(world, left=8)
    await change_slot(world.hub.database, stage.performance_id, **columns)
    page = await browser.open(f"/b/{asked.confirm_token}")
    assert page.heading == heading
    await page.press("Tue 24 Nov, 20:00")
    assert page.heading == "You're booked"
    assert await world.booked_count(other) == 5


async def test_an_archived_show_is_not_booked_any_more(browser: PlainBrowser, world: World) -> None:
    stage, asked, _ = await short(world, left=8)
    await change_show(world.hub.database, stage.show_id, status="ARCHIVED")
    page = await browser.open(f"/b/{asked.confirm_token}")
    assert page.heading == "This performance can no longer be booked"
    assert page.buttons("") == []


async def test_a_link_that_is_too_old_says_so_and_leads_to_the_form(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING", expires_at=NOON + timedelta(hours=1))
    page = await browser.open(f"/b/{asked.confirm_token}")
    world.hub.clock.advance(3600)
    await page.press("Confirm booking")
    assert page.heading == "This link has expired"
    await page.follow("Book again")
    assert page.heading == "Book seats"
    assert await world.booked_count(stage.performance_id) == 0


@pytest.mark.parametrize("token", ["x", "x" * 200, "BKG-" + "A" * 27])
async def test_an_unknown_link_says_what_may_be_wrong(browser: PlainBrowser, world: World, token: str) -> None:
    page = await browser.open(f"/b/{token}")
    assert page.status == 404
    assert page.heading == "We can't find this booking"
    await page.follow("See what's on")
    assert page.heading == "What's on"


@pytest.mark.parametrize("path", ["", "/move", "/cancel"])
async def test_an_unknown_link_can_do_nothing(hub: Hub, world: World, path: str) -> None:
    form = {"do": "confirm", "performance_id": "1"}
    async with hub.client.post(f"/b/unknown{path}", data=form, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/b/unknown")


async def test_what_is_no_use_of_a_link_changes_nothing(hub: Hub, world: World) -> None:
    stage, asked, _ = await short(world, left=8)
    elsewhere = await add_stage(world, title="Another show", day=SOON, start="10:00", end="12:00")
    path = f"/b/{asked.confirm_token}"
    for form, no in (
        ({"do": "move", "performance_id": str(elsewhere.performance_id)}, "PERFORMANCE_NOT_FOUND"),
        ({"do": "move", "performance_id": "-1"}, "PERFORMANCE_NOT_FOUND"),
        ({"do": "fewer", "party_size": "9"}, "INVALID_REQUEST"),
        ({"do": "wait"}, "SLOT_NOT_FULL"),
    ):
        async with hub.client.post(path, data=form, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, f"{path}?no={no}"), form
    booking = await read_booking_row(hub.database, id=asked.id)
    assert (booking["status"], booking["slot_id"], booking["party_size"]) == ("PENDING", stage.performance_id, 5)


async def test_a_page_of_another_site_cannot_use_a_link(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    booked = await add_booking(world, stage.performance_id, 2)
    for path in (f"/b/{asked.confirm_token}", f"/b/{booked.manage_token}/move", f"/b/{booked.manage_token}/cancel"):
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            async with hub.client.post(path, data={"do": "confirm"}, headers=headers) as answer:
                assert answer.status == 403
    assert await world.booked_count(stage.performance_id) == 2


async def test_a_booking_is_moved_and_keeps_its_code(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, capacity=8, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    small = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=2))
    await add_booking(world, small, 6)
    booked = await add_booking(world, stage.performance_id, 3)
    page = await browser.open(f"/b/{booked.manage_token}")
    await page.follow("Move to another date")
    assert [one["value"] for one in page.tree.all("input") if one["name"] == "performance_id"] == [str(other)]
    await page.press("Move booking")
    assert "Your booking has been moved." in page.text
    assert "Tuesday, 24 November 2026" in page.text
    assert codes_of(page) == [booked.code]
    assert (await world.booked_count(stage.performance_id), await world.booked_count(other)) == (0, 3)


async def test_a_move_into_what_has_just_filled_up_keeps_the_booking(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, capacity=8, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    booked = await add_booking(world, stage.performance_id, 3)
    page = await browser.open(f"/b/{booked.manage_token}/move")
    await add_booking(world, other, 7)
    await page.press("Move booking")
    assert "There aren't enough seats left for your party." in page.alert
    assert "No other date has room for 3 people" in page.text
    assert await world.booked_count(stage.performance_id) == 3


async def test_a_booking_is_cancelled_after_a_question(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    booked = await add_booking(world, stage.performance_id, 3)
    page = await browser.open(f"/b/{booked.manage_token}")
    await page.follow("Cancel booking")
    assert page.heading == "Cancel this booking?"
    assert "Your 3 seats will be released immediately." in page.text
    assert await world.booked_count(stage.performance_id) == 3
    await page.press("Cancel booking")
    assert page.heading == "This booking was cancelled"
    assert codes_of(page) == []
    assert await world.booked_count(stage.performance_id) == 0
    await page.goto(f"/b/{booked.manage_token}/cancel")
    assert page.heading == "This booking was cancelled"


async def test_after_the_deadline_a_booking_can_no_longer_be_changed(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world)
    booked = await add_booking(world, stage.performance_id, 3)
    page = await browser.open(f"/b/{booked.manage_token}")
    assert page.heading == "Your show is today"
    assert "This booking can no longer be changed online." in page.text
    await page.goto(f"/b/{booked.manage_token}/cancel")
    assert page.heading == "Your show is today"


async def test_a_party_that_is_partly_in_keeps_its_code(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world)
    booked = await add_booking(world, stage.performance_id, 5)
    await change_reservation(world.hub.database, booked.reservation_id, status="VERIFIED", admitted=3, verified_at=NOON)
    page = await browser.open(f"/b/{booked.manage_token}")
    assert page.heading == "3 of 5 in"
    assert "2 people can still come in with this code." in page.text
    assert codes_of(page) == [booked.code]
    assert page.links("Cancel booking") == []
    await change_reservation(world.hub.database, booked.reservation_id, admitted=5)
    await page.reload()
    assert page.heading == "You're in. Enjoy the show!"
    assert codes_of(page) == []
    await change_reservation(world.hub.database, booked.reservation_id, status="RESERVED", admitted=0, verified_at=None)


@pytest.mark.parametrize(
    ("cause", "heading"),
    [
        ("holder", "This booking was cancelled"),
        ("staff", "This booking was cancelled"),
        ("performance", "This performance was cancelled"),
        ("no_show", "Your seats were given to others"),
    ],
)
async def test_a_cancelled_booking_says_why(browser: PlainBrowser, world: World, cause: str, heading: str) -> None:
    stage = await add_stage(world, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    booked = await add_booking(world, stage.performance_id, 3, "CANCELLED")
    await change_booking(world.hub.database, booked.id, end_cause=cause)
    if cause == "performance":
        await close_slot(world.hub.database, stage.performance_id)
    page = await browser.open(f"/b/{booked.confirm_token}")
    assert page.heading == heading
    (link,) = page.links(re.compile("Tue 24 Nov"))
    assert link["href"] == f"/shows/{stage.show_id}/book/{other}"


async def test_a_performance_that_is_over_has_no_code(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, start="08:00", end="10:00")
    booked = await add_booking(world, stage.performance_id, 3)
    page = await browser.open(f"/b/{booked.manage_token}")
    assert page.heading == "This performance is over"
    assert codes_of(page) == []


async def test_the_code_comes_as_files_and_on_paper(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    booked = await add_booking(world, stage.performance_id, 3)
    path = f"/b/{booked.manage_token}"
    async with hub.client.get(f"{path}/qr.png") as answer:
        picture = Image.open(BytesIO(await answer.read())).convert("L")
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [booked.code]
    async with hub.client.get(f"{path}/qr.svg") as answer:
        assert answer.content_type == "image/svg+xml"
    async with hub.client.get(f"{path}/calendar.ics") as answer:
        text = await answer.text()
    assert "SUMMARY:The Tempest" in text
    assert "ORGANIZER" in text
    assert booked.code not in text
    async with PlainBrowser(hub.url) as browser:
        page = await browser.open(f"{path}/print")
        for words in (
            "The Tempest",
            "Monday, 23 November 2026",
            "20:00 – 22:00",
            "Ada Lovelace",
            "3 people",
            booked.code,
        ):
            assert words in page.text, words


@pytest.mark.parametrize("file", ["qr.png", "qr.svg", "calendar.ics"])
async def test_a_request_has_no_files(hub: Hub, world: World, file: str) -> None:
    stage = await add_stage(world, day=SOON)
    asked = await add_booking(world, stage.performance_id, 3, "PENDING")
    for token in (asked.confirm_token, "unknown"):
        async with hub.client.get(f"/b/{token}/{file}") as answer:
            assert answer.status == 404


async def test_the_link_of_a_booking_opens_at_the_address_of_visits_too(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, day=SOON)
    booked = await add_booking(world, stage.performance_id, 3)
    page = await browser.open(f"/r/{booked.manage_token}")
    assert f"/b/{booked.manage_token}" in page.url
    assert page.heading == "Your booking"


async def test_the_page_speaks_chinese(hub: Hub, world: World) -> None:
    stage = await add_stage(world, day=SOON, show={"translations": '{"zh_Hans": {"title": "暴风雨"}}'})
    booked = await add_booking(world, stage.performance_id, 3)
    async with PlainBrowser(hub.url, language="zh-CN") as browser:
        page = await browser.open(f"/b/{booked.manage_token}")
        assert "暴风雨" in page.text

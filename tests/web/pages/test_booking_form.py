"""The form that asks for seats, without JavaScript: from the show to "Check your email", and everything that goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from hub.settings import Rate
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.shows import (
    add_booking,
    add_performance,
    add_stage,
    change_show,
    count_bookings,
    read_booking_row,
    read_booking_rows,
)
from tests.support.slots import change_slot
from tests.support.still_outbox import send_nothing
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)
CONSENT = "I agree that you keep my details."


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


@pytest.fixture
async def browser(hub: Hub, world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(hub.url) as browser:
        yield browser


async def fill(
    page: PlainPage, *, name: str = "Ada Lovelace", email: str = "ada@example.com", party: str = "3"
) -> None:
    page.field("Name").fill(name)
    page.field("Email").fill(email)
    page.field("How many people?").fill(party)


async def test_from_the_show_to_the_email(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, day=TODAY + timedelta(days=3), show={"consent": CONSENT})
    page = await browser.open(f"/shows/{stage.show_id}")
    await page.follow("Book seats")
    assert page.heading == "Book seats"
    await fill(page)
    page.field("Phone").fill("(202) 555-1234")
    page.field("Notes").fill("A wheelchair place\nnear the door")
    page.field(CONSENT).check()
    await page.press("Send my request")
    assert page.status == 200
    assert page.heading == "Check your email"
    assert "We've sent a link to ada@example.com" in page.text
    assert "by Saturday, 21 November 2026, 12:00" in page.text
    booking = await read_booking_row(world.hub.database)
    assert (booking["status"], booking["slot_id"], booking["party_size"]) == ("PENDING", stage.performance_id, 3)
    assert (booking["name"], booking["email"], booking["phone"], booking["notes"], booking["consent"]) == (
        "Ada Lovelace", "ada@example.com", "+12025551234", "A wheelchair place\nnear the door", CONSENT,
    )  # fmt: skip
    (mail,) = await read_outbox(world.hub.database, "payload", kind="booking.requested")
    token = json.loads(mail["payload"])["confirm_token"]
    assert token not in page.text
    assert await world.booked_count(stage.performance_id) == 0


async def test_every_wrong_field_has_its_words_and_nothing_is_typed_again(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, show={"consent": CONSENT, "largest_party": 4})
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page, name="   ", email="ada@", party="5")
    page.field("Phone").fill("12")
    page.field("Notes").fill("near the door")
    for field in ("Name", "Email"):
        page.field(field).attributes.pop("required", None)
    await page.press("Send my request")
    assert page.status == 400
    assert "Please check the 5 marked fields." in page.alert
    for label, words in (("Name", "Please enter your name"), ("Email", "Invalid email format"), ("Phone", "wrong length"),
                         ("How many people?", "Please choose 1 to 4 people."), (CONSENT, "Please agree")):  # fmt: skip
        field = page.field(label)
        assert field["aria-invalid"] == "true", label
        assert words in page.description(field), (label, page.description(field))
    assert page.focused is page.field("Name")
    typed = [page.field(label).value for label in ("Email", "Phone", "How many people?")]
    assert typed == ["ada@", "12", "5"]
    assert page.field("Notes").text == "near the door"
    assert await count_bookings(world.hub.database) == 0


@pytest.mark.parametrize("party", ["0", "-1", "1.5", "1000000000", "", "two", "1e1", "9" * 400])
async def test_a_party_that_is_no_party_is_named_beside_its_field(
    browser: PlainBrowser, world: World, party: str
) -> None:
    stage = await add_stage(world)
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page, party=party)
    page.field("How many people?").attributes.pop("required")
    await page.press("Send my request")
    assert page.status == 400
    assert "Please choose 1 to 10 people." in page.words_of("party_size-wrong")


@pytest.mark.parametrize("name", ["🎭🎭", "أدا لوفلايس", "李雷", "O'Brien <b>&amp;</b>", "x" * 200])
async def test_every_name_is_a_name(browser: PlainBrowser, world: World, name: str) -> None:
    stage = await add_stage(world)
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page, name=name)
    await page.press("Send my request")
    assert page.heading == "Check your email"
    assert (await read_booking_row(world.hub.database))["name"] == name


async def test_the_same_form_sent_twice_asks_once_and_other_details_ask_again(
    browser: PlainBrowser, world: World
) -> None:
    stage = await add_stage(world)
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page)
    twin = await browser.open(page.url)
    await fill(twin)
    twin.find("seats-form").attributes["action"] = page.url
    next(one for one in twin.tree.all("input") if one["name"] == "key").attributes["value"] = next(
        one for one in page.tree.all("input") if one["name"] == "key"
    )["value"]
    await asyncio.gather(page.press("Send my request"), twin.press("Send my request"))
    assert page.heading == twin.heading == "Check your email"
    assert await count_bookings(world.hub.database) == 1
    await page.press("Change my details")
    assert page.field("Name").value == "Ada Lovelace"
    page.field("Email").fill("ada@example.org")
    await page.press("Send my request")
    assert [one["email"] for one in await read_booking_rows(world.hub.database, "email", order_by="email")] == [
        "ada@example.com", "ada@example.org",
    ]  # fmt: skip


async def test_a_party_that_does_not_fit_takes_fewer_or_another_date_with_nothing_typed_again(
    browser: PlainBrowser, world: World
) -> None:
    stage = await add_stage(world, capacity=5)
    other = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page, party="4")
    await add_booking(world, stage.performance_id, 3)
    await page.press("Send my request")
    assert page.status == 409
    assert "There aren't enough seats left for your party." in page.alert
    assert "2 spaces are left. You can book for fewer people." in page.alert
    assert page.field("How many people?")["max"] == "2"
    await page.press("Sat 21 Nov, 20:00")
    assert page.url.endswith(f"/book/{other}")
    assert page.status == 200
    assert [page.field(label).value for label in ("Name", "Email", "How many people?")] == [
        "Ada Lovelace", "ada@example.com", "4",
    ]  # fmt: skip
    await page.press("Send my request")
    assert page.heading == "Check your email"
    assert await count_bookings(world.hub.database, status="PENDING", slot_id=other) == 1


@pytest.mark.parametrize(
    ("columns", "heading"),
    [
        ({"booking_closed": True}, "Booking is closed"),
        ({"booking_opens_at": NOON + timedelta(hours=1)}, "Booking is not open yet"),
        ({"status": "CLOSED"}, "This performance is cancelled"),
    ],
)
async def test_a_performance_that_cannot_be_booked_says_so_and_offers_others(
    browser: PlainBrowser, world: World, columns: dict[str, Any], heading: str
) -> None:
    stage = await add_stage(world, **columns)
    other = await add_performance(world, stage.show_id, stage.room_id, TOMORROW)
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    assert page.heading == heading
    assert page.fields("Name") == []
    await page.press("Sat 21 Nov, 20:00")
    assert page.url.endswith(f"/book/{other}")
    assert page.heading == "Book seats"


async def test_a_sold_out_performance_says_so(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world, capacity=2)
    await add_booking(world, stage.performance_id, 2)
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    assert page.heading == "This performance is sold out"


async def test_booking_that_closes_while_the_form_is_filled_in_is_refused(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world)
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page)
    await change_slot(world.hub.database, stage.performance_id, booking_closed=True)
    await page.press("Send my request")
    assert page.status == 409
    assert "Booking for this performance is closed." in page.alert
    assert page.field("Name").value == "Ada Lovelace"


async def test_one_address_cannot_flood_a_performance(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world)
    for _ in range(3):
        page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
        await fill(page)
        await page.press("Send my request")
        assert page.heading == "Check your email"
    page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page)
    await page.press("Send my request")
    assert "Please confirm with the link in the email first." in page.alert
    assert await count_bookings(world.hub.database) == 3


async def test_too_many_requests_are_told_on_the_form(open_hub: Any) -> None:
    hub = await open_hub(rate_reservations=Rate(1, 60))
    world = await World(hub).found()
    stage = await add_stage(world)
    async with PlainBrowser(hub.url) as browser:
        for status in (200, 429):
            page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
            await fill(page)
            await page.press("Send my request")
            assert page.status == status
        assert "Too many requests" in page.alert
        assert page.field("Name").value == "Ada Lovelace"


async def test_what_is_not_there_is_not_found(browser: PlainBrowser, world: World) -> None:
    stage = await add_stage(world)
    other = await add_stage(world, title="Another show")
    for path in (f"/shows/{stage.show_id}/book/{other.performance_id}", f"/shows/{stage.show_id}/book/0",
                 f"/shows/999/book/{stage.performance_id}", f"/shows/{stage.show_id}/book/99999999999999999999"):  # fmt: skip
        assert (await browser.open(path)).status == 404, path
    await change_show(world.hub.database, stage.show_id, status="DRAFT")
    assert (await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")).status == 404


async def test_a_page_of_another_site_cannot_send_the_form(hub: Hub, world: World) -> None:
    stage = await add_stage(world)
    path = f"/shows/{stage.show_id}/book/{stage.performance_id}"
    fields = {"name": "Ada", "email": "ada@example.com", "party_size": "1"}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        async with hub.client.post(path, data=fields, headers=headers) as answer:
            assert answer.status == 403
    assert await count_bookings(hub.database) == 0


@pytest.mark.parametrize("body", [b"", b"&&=", b"name=%00%ff&email=%ed%a0%80&party_size=%00", b"a=" + b"x" * 9_000])
async def test_no_body_breaks_the_form(hub: Hub, world: World, body: bytes) -> None:
    stage = await add_stage(world)
    path = f"/shows/{stage.show_id}/book/{stage.performance_id}"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    async with hub.client.post(path, data=body, headers=kind) as answer:
        assert answer.status == 400


async def test_the_form_speaks_chinese(hub: Hub, world: World) -> None:
    stage = await add_stage(world, show={"consent": CONSENT, "translations": '{"zh_Hans": {"consent": "我同意。"}}'})
    async with PlainBrowser(hub.url, language="zh-CN") as browser:
        page = await browser.open(f"/shows/{stage.show_id}/book/{stage.performance_id}")
        assert page.fields("我同意。")

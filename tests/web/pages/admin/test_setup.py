"""The first set-up over HTTP, without JavaScript: from the printed code to a practice ticket that is GREEN."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.setup.setup_code import new_setup_code
from hub.actions.venues.venues import found_first_venue
from tests.support.hub import Hub
from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.rows import read_row, read_rows
from tests.support.slots import count_slots

# These tests need the rows that the migrations write.
pytestmark = pytest.mark.own_hub

PASSWORD = "a long password"


@pytest.fixture
async def code(hub: Hub) -> str:
    code = await new_setup_code(hub.services)
    assert code is not None
    return code


@pytest.fixture
async def browser(hub: Hub) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(hub.url) as browser:
        yield browser


async def begin(browser: PlainBrowser, code: str) -> PlainPage:
    page = await browser.open("/admin/setup")
    page.find("code").fill(code.lower())
    return await page.press("Start")


async def fill_place(page: PlainPage, *, venue: str = "Museo Civico", timezone: str = "rome") -> PlainPage:
    page.find("venue").fill(venue)
    page.find("address").fill("Via Roma 1, Roma")
    page.find("timezone").fill(timezone)
    return await page.press("Continue")


async def fill_people(page: PlainPage, *, password: str = PASSWORD) -> PlainPage:
    page.find("name").fill("Ada Rossi")
    page.find("username").fill("ada")
    page.find("password").fill(password)
    page.find("password-again").fill(password)
    page.find("name-1").fill("Jane Smith")
    page.find("username-1").fill("jane")
    page.find("pin-1").fill("246810")
    return await page.press("Continue")


async def up_to_the_check(browser: PlainBrowser, code: str) -> PlainPage:
    page = await begin(browser, code)
    await fill_place(page)
    await page.press("Continue")
    await page.press("Continue")
    return await fill_people(page)


async def test_an_empty_hub_becomes_a_venue_whose_practice_ticket_is_green(
    hub: Hub, browser: PlainBrowser, code: str
) -> None:
    page = await up_to_the_check(browser, code)
    assert "224 slots" in page.text
    await page.press("Finish")
    assert page.words_of("done").startswith("Your venue is open.")
    assert "jane Jane Smith" in page.text
    practice = page.words_of("practice-code")
    status, answer = await hub.post("/api/operator/login", {"username": "jane", "pin": "246810"})
    assert (status, answer["data"]["operator"]["role"]) == (200, "OPERATOR")
    token = answer["data"]["token"]
    status, answer = await hub.post("/venue/scan", {"code": practice, "mode": "verify"}, token=token)
    assert (answer["data"]["result"], answer["data"]["reason"]) == ("GREEN", "VERIFIED")
    venue = await read_row(hub.database, "venues")
    assert (venue["name"], venue["timezone"], venue["country"]) == ("Museo Civico", "Europe/Rome", "IT")
    assert venue["early_entry_minutes"] == 60
    organisation = await read_row(hub.database, "organisations")
    assert (organisation["name"], organisation["slug"]) == ("Museo Civico", "museo-civico")
    owner = await read_row(hub.database, "staff", username="ada")
    assert owner["role"] == "OWNER"
    assert await count_slots(hub.database, status="ACTIVE") == 224
    week = await read_rows(hub.database, "opening_hours", order_by="weekday")
    assert [(row["weekday"], str(row["opens"]), row["minutes"]) for row in week] == [
        (day, "10:00:00", 60) for day in range(1, 8)
    ]
    log = await read_rows(hub.database, "audit_log", order_by="id")
    assert [(row["action"], row["source"]) for row in log] == [
        ("setup.finished", "setup"), ("order.tickets_issued", "setup"), ("practice_ticket.made", "setup"),
    ]  # fmt: skip


async def test_it_is_closed_for_ever_afterwards(hub: Hub, browser: PlainBrowser, code: str) -> None:
    await (await up_to_the_check(browser, code)).press("Finish")
    async with PlainBrowser(hub.url) as stranger:
        for path in ("/admin/setup", "/admin/setup/place", f"/admin/setup?code={code}"):
            assert "Staff sign-in" in (await stranger.open(path)).text
    assert await new_setup_code(hub.services) is None


async def test_a_wrong_code_and_a_guesser_are_refused(browser: PlainBrowser, code: str) -> None:
    page = await begin(browser, "AAAAA-AAAAA")
    assert (page.status, page.words_of("code-wrong")) == (400, "This is not the code that the hub printed last")
    for _ in range(9):
        page.find("code").fill("BBBBB-BBBBB")
        await page.press("Start")
    page.find("code").fill(code)
    await page.press("Start")
    assert page.status == 429


@pytest.mark.usefixtures("code")
async def test_without_the_code_no_part_is_shown(browser: PlainBrowser) -> None:
    assert (await browser.open("/admin/setup/people")).field("Set-up code")


async def test_what_was_entered_is_there_in_another_browser(hub: Hub, browser: PlainBrowser, code: str) -> None:
    await fill_place(await begin(browser, code))
    async with PlainBrowser(hub.url) as other:
        page = await begin(other, code)
        assert page.heading == "When are you open?"
        assert (await page.goto("/admin/setup/place")).find("venue")["value"] == "Museo Civico"


async def test_a_new_start_of_the_hub_ends_the_older_code_and_keeps_the_draft(
    hub: Hub, browser: PlainBrowser, code: str
) -> None:
    page = await fill_place(await begin(browser, code))
    newer = await new_setup_code(hub.services)
    assert newer is not None
    assert (await page.press("Continue")).field("Set-up code")
    assert (await begin(browser, newer)).heading == "When are you open?"


async def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    browser: PlainBrowser, code: str
) -> None:
    page = await fill_place(await begin(browser, code), timezone="Atlantis")
    assert page.status == 400
    assert page.words_of("timezone-wrong") == "Choose a time zone of the list, such as Europe/Rome"
    assert page.find("address")["value"] == "Via Roma 1, Roma"
    await fill_place(page)
    page.find("close-1").fill("")
    page.find("minutes").fill("90")
    await page.press("Continue")
    assert page.words_of("wrong-1") == "Give both times, or neither for a closed day"
    page.find("open-1").fill("")
    await page.press("Preview the slots")
    assert "120 slots · the last on Thursday, 17 December 2026" in page.text
    await page.press("Continue")
    await page.press("Continue")
    await fill_people(page, password="short")
    assert page.words_of("password-wrong") == "Give at least 8 characters"
    assert page.find("username-1")["value"] == "jane"
    assert page.find("password")["value"] == ""


async def test_passwords_are_kept_as_hashes_and_need_not_be_typed_again(
    hub: Hub, browser: PlainBrowser, code: str
) -> None:
    page = await up_to_the_check(browser, code)
    draft = (await read_row(hub.database, "first_setup"))["draft"]
    assert PASSWORD not in draft
    assert "246810" not in draft
    await page.goto("/admin/setup/people")
    page.find("name").fill("Ada Bianchi")
    await page.press("Continue")
    await page.press("Finish")
    status, answer = await hub.post("/api/operator/login", {"username": "ada", "password": PASSWORD})
    assert (status, answer["data"]["operator"]["name"]) == (200, "Ada Bianchi")


async def test_the_untouched_first_venue_is_taken_over(hub: Hub, browser: PlainBrowser, code: str) -> None:
    await found_first_venue(hub.services)
    await (await up_to_the_check(browser, code)).press("Finish")
    assert [row["name"] for row in await read_rows(hub.database, "organisations")] == ["Museo Civico"]
    assert [row["name"] for row in await read_rows(hub.database, "venues")] == ["Museo Civico"]

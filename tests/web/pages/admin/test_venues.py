"""Venues and gates without JavaScript: added, changed, and never overwritten unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from hub.actions.audit.actor import Actor
from hub.actions.venues.logo_image import MOST_BYTES
from hub.actions.venues.venue_records import VenueChange, change_venue_record
from hub.confirmation import qr_code
from tests.support.plain_browser import PlainBrowser
from tests.support.venues import add_gates
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        yield browser


async def test_a_venue_is_added_with_the_country_of_its_city(browser: PlainBrowser) -> None:
    page = await browser.open("/admin/venues")
    assert page.find("timezone")["value"] == "Europe/Rome", "where the first venue is"
    page.find("name").fill("Museo")
    page.find("timezone").fill("lisbon")
    await page.press("Add venue")
    assert page.words_of("done") == "The venue is added. Add its gates, then its slots."
    assert (page.find("timezone")["value"], page.find("country").value) == ("Europe/Lisbon", "PT")


async def test_the_second_administrator_sees_what_the_first_saved(world: World, browser: PlainBrowser) -> None:
    page = await browser.open(f"/admin/venues/{world.venue_id}")
    by = Actor(world.org_id)
    await change_venue_record(world.hub.services, by, world.venue_id, VenueChange(address="Via Po 2"))
    page.find("address").fill("Via Roma 1")
    await page.press("Save venue")
    assert page.status == 412
    assert "Saved by somebody else: Via Po 2" in page.text
    assert page.find("address")["value"] == "Via Roma 1"
    await page.press("Save venue")
    assert page.words_of("done") == "The venue is saved."
    assert page.find("address")["value"] == "Via Roma 1"


async def test_gates_are_added_renamed_retired_opened_and_deleted(world: World, browser: PlainBrowser) -> None:
    page = await browser.open(f"/admin/venues/{world.venue_id}")
    page.find("new-gate").fill("North")
    await page.press("Add gate")
    assert page.words_of("done") == "The gate is added."
    page.find("new-gate").fill("North")
    await page.press("Add gate")
    assert page.status == 409
    assert page.words_of("new-gate-wrong") == "This venue has a gate of that name already"
    page.field("Gate name").fill("South")
    for button, done in (("Save gate North", "saved"), ("Retire gate South", "retired"), ("Open gate South again", "open again"),
                         ("Delete gate South", "deleted")):  # fmt: skip
        await page.press(button)
        assert done in page.words_of("done")
    assert "No gate yet." in page.text


async def test_a_time_zone_is_read_only_once_there_are_slots(world: World, browser: PlainBrowser) -> None:
    await world.slot()
    await add_gates(world, "North")
    page = await browser.open(f"/admin/venues/{world.venue_id}")
    assert page.find("timezone").has("readonly")
    await page.press("Delete venue")
    assert "cannot be deleted" in page.alert


async def test_managers_are_sent_to_the_sign_in(world: World) -> None:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("MANAGER"))
        assert "This page is for administrators." in (await browser.open("/admin/venues")).text


async def upload(world: World, token: str, image: bytes, **fields: str) -> tuple[int, str]:
    """Send the form of the logo as a browser does. Return the status, and where it leads or the page."""
    form = aiohttp.FormData(fields)
    form.add_field("image", image, filename="logo.png" if image else "", content_type="image/png")
    headers = {"Cookie": f"hub_session={token}"}
    path = f"/admin/venues/{world.venue_id}/logo"
    async with world.hub.client.post(path, data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "") or await answer.text()


async def test_a_logo_is_uploaded_seen_by_visitors_and_removed(world: World, browser: PlainBrowser) -> None:
    administrator = await world.staff("ADMIN")
    visit = await world.reserved(await world.slot())
    address = f"/admin/venues/{world.venue_id}"
    assert await upload(world, administrator, qr_code.png("LOGO")) == (303, f"{address}?done=logo-changed")
    page = await browser.open(address)
    (shown,) = (one for one in page.tree.all("img") if one["class"] == "logo-picture")
    for path in ("/reserve", f"/r/{visit.token}", f"/r/{visit.token}/plain"):
        async with world.hub.client.get(path) as answer:
            text = await answer.text()
        assert f'<img class="logo" src="{shown["src"]}" alt="" width="36" height="36">' in text, path
    assert await upload(world, administrator, b"", remove="1") == (303, f"{address}?done=logo-removed")
    assert "No logo yet" in (await page.reload()).text


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (b"", "Choose an image first"),
        (b"<svg/>", "A logo is a PNG, JPEG or WebP image"),
        (b"x" * (MOST_BYTES + 20_000), "A logo has at most 2 MB"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0IEND", "The image is damaged"),
    ],
)
async def test_what_is_no_logo_is_said(world: World, image: bytes, words: str) -> None:
    status, text = await upload(world, await world.staff("ADMIN"), image)
    assert (status, words in text) == (409, True), text

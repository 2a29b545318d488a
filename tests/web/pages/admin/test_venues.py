"""Venues and gates without JavaScript: added, changed, and never overwritten unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.venues.venue_records import VenueChange, change_venue_record
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
    page.field("Name").fill("South")
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

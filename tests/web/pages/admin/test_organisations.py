"""Organisations without JavaScript, for the owner of the installation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.staff.organisation_records import change_organisation
from tests.support.plain_browser import PlainBrowser
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("OWNER"))
        yield browser


async def test_an_added_organisation_shows_its_password_once(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/organisations")
    page.find("name").fill("Museo di Roma")
    page.find("administrator").fill("Ada Rossi")
    page.find("username").fill("ada")
    await page.press("Add organisation")
    password = page.words_of("new-password")
    login = {"username": "ada", "password": password, "organisation": "museo-di-roma"}
    assert (await world.hub.post("/api/operator/login", login))[0] == 200
    assert password not in (await page.goto("/admin/organisations")).text
    login_page = await page.goto("/operator/login?organisation=museo-di-roma")
    assert "Organisation: Museo di Roma" in login_page.text
    assert (await page.goto("/operator/login")).field("Organisation")


async def test_a_stale_change_shows_what_was_saved(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/organisations")
    await change_organisation(world.hub.services, None, world.org_id, slug="theirs")
    page.find(f"slug-{world.org_id}").fill("ours")
    await page.press("Save")
    assert page.status == 412
    assert "Saved by somebody else: theirs" in page.text
    await page.press("Save")
    assert page.words_of("done") == "The organisation is saved."


async def test_wrong_fields_are_said_beside_them(browser: PlainBrowser) -> None:
    page = await browser.open("/admin/organisations")
    page.find("name").fill("Museo")
    page.find("slug").fill("1st museum")
    page.find("administrator").fill("Ada")
    page.find("username").fill("ada")
    await page.press("Add organisation")
    assert page.status == 409
    assert page.words_of("slug-wrong").startswith("Give 1 to 40 letters")
    assert page.find("administrator")["value"] == "Ada"


async def test_administrators_are_sent_to_the_sign_in(world: World) -> None:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        assert "for whoever runs this installation" in (await browser.open("/admin/organisations")).text

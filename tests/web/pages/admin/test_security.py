"""The page of sign-in without JavaScript: settings, what others saved meanwhile, resets."""

from __future__ import annotations

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.sign_in_settings import SignInChange, change_settings
from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.second_factors import read_second_factor, read_sign_in_settings, read_staff_id, set_up
from tests.support.world import World

PAGE = "/admin/security"


@pytest.fixture
async def admin(world: World, anybody: PlainBrowser) -> PlainBrowser:
    anybody.sign_in(await world.staff("ADMIN", username="ann", name="Ann Oak"))
    return anybody


def choose(page: PlainPage, name: str, value: str) -> None:
    next(one for one in page.tree.all("input") if (one["name"], one["value"]) == (name, value)).check()


async def test_settings_are_saved_and_what_is_wrong_stands_beside_the_field(world: World, admin: PlainBrowser) -> None:
    page = await admin.open(PAGE)
    assert page.words_of("redirect-uri") == f"{world.hub.url}/operator/oidc/callback"
    choose(page, "require_second_factor", "administrators")
    page.find("issuer").fill("login.example.org")
    page.find("client_id").fill("hub")
    page.find("client_secret").fill("s3cret")
    await page.press("Save")
    assert page.status == 400
    assert page.words_of("issuer-wrong") == "Give an address such as https://login.example.org"
    assert (page.find("issuer")["value"], page.find("client_secret")["value"]) == ("login.example.org", "")
    page.find("issuer").fill("https://login.example.org")
    page.find("client_secret").fill("s3cret")
    await page.press("Save")
    assert page.words_of("done") == "The sign-in settings are saved."
    row = await read_sign_in_settings(world.hub.database)
    assert (row["require_second_factor"], row["oidc_issuer"]) == ("administrators", "https://login.example.org")
    # An empty field keeps the secret.
    page.find("label").fill("Museum ID")
    await page.press("Save")
    assert (await read_sign_in_settings(world.hub.database))["oidc_client_secret"] == row["oidc_client_secret"]


async def test_what_somebody_else_saved_meanwhile_is_shown_and_not_overwritten(
    world: World, admin: PlainBrowser
) -> None:
    page = await admin.open(PAGE)
    await change_settings(world.hub.services, Actor(world.org_id), SignInChange(require_second_factor="everybody"))
    choose(page, "require_second_factor", "administrators")
    page.find("label").fill("Mine")
    await page.press("Save")
    assert page.status == 412
    assert "Saved by somebody else: Everybody, also with a PIN" in page.text
    assert page.find("label")["value"] == "Mine"
    await page.press("Save")
    assert (await read_sign_in_settings(world.hub.database))["require_second_factor"] == "administrators"


async def test_a_check_says_in_plain_words_what_is_wrong(world: World, admin: PlainBrowser) -> None:
    change = SignInChange(issuer="http://localhost:1", client_id="hub")
    await change_settings(world.hub.services, Actor(world.org_id), change)
    page = await admin.open(PAGE)
    await page.press("Check the service")
    assert page.status == 409
    assert "No connection to it was possible." in page.alert


async def test_a_second_step_is_reset(world: World, admin: PlainBrowser) -> None:
    await world.staff("OPERATOR", username="jane", name="Jane Smith")
    jane = await read_staff_id(world.hub.database, "jane")
    await set_up(world.hub.services, world.org_id, jane)
    page = await admin.open(f"{PAGE}?second_factor=0")
    assert "Jane Smith" not in page.find("people-title").parent.text  # type: ignore[union-attr]
    await page.goto(PAGE)
    await page.press("Reset the second step of Jane Smith")
    assert "The second step is reset." in page.words_of("done")
    assert await read_second_factor(world.hub.database, staff_id=jane) is None

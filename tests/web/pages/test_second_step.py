"""The second step of the sign-in without JavaScript."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.second_factors import code_of, read_staff_id, set_sign_in, set_up
from tests.support.world import World

SIGN_IN = re.compile("^Sign in$")
STEP = "/operator/login/second-factor"


async def password(world: World, browser: PlainBrowser, next_path: str = "") -> PlainPage:
    """Give the right password as the sign-in page does, and open the page that it opens then."""
    headers = {"Content-Type": "application/json", "Origin": world.hub.url}
    body = {"username": "jane", "password": "correct horse"}
    async with world.hub.client.post("/api/operator/login", json=body, headers=headers) as response:
        assert (await response.json())["error"]["code"] == "SECOND_FACTOR_REQUIRED"
        challenge = response.cookies["hub_challenge"]
    assert (challenge["path"], challenge["httponly"], challenge["samesite"]) == ("/operator/login", True, "Lax")
    browser.keep("hub_challenge", challenge.value, "/operator/login")
    return await browser.open(STEP + (f"?next={next_path}" if next_path else ""))


@pytest.fixture
async def jane(world: World) -> int:
    await world.staff("MANAGER", username="jane")
    return await read_staff_id(world.hub.database, "jane")


async def test_a_code_leads_to_the_page_that_was_wanted(world: World, anybody: PlainBrowser, jane: int) -> None:
    secret, _ = await set_up(world.hub.services, world.org_id, jane)
    page = await password(world, anybody, "/admin/bookings")
    assert page.heading == "Enter your code"
    page.find("code").fill("000 000")
    await page.press(SIGN_IN)
    assert page.status == 401
    assert "This code is wrong or was used already." in page.alert
    assert page.description(page.find("code")) == page.words_of("step-problem")
    page.find("code").fill(code_of(secret, world.hub.clock.now(), 1))
    await page.press(SIGN_IN)
    assert (page.status, urlsplit(page.url).path) == (200, "/admin/bookings")
    assert urlsplit((await anybody.open(STEP)).url).path == "/operator/login", "the challenge is gone"


async def test_a_recovery_code_does_too(world: World, anybody: PlainBrowser, jane: int) -> None:
    _, codes = await set_up(world.hub.services, world.org_id, jane)
    page = await password(world, anybody)
    page.find("recovery_code").fill("aaaa-bbbb-cccc-dddd")
    await page.press("Sign in with recovery code")
    assert page.status == 401
    assert page.description(page.find("recovery_code")).startswith("This code is wrong")
    page.find("recovery_code").fill(codes[0])
    await page.press("Sign in with recovery code")
    assert urlsplit(page.url).path == "/manager"


async def test_five_wrong_codes_lock_the_page_too(world: World, anybody: PlainBrowser, jane: int) -> None:
    await set_up(world.hub.services, world.org_id, jane)
    page = await password(world, anybody)
    for _ in range(6):
        page.find("code").fill("000000")
        await page.press(SIGN_IN)
    assert page.status == 429
    assert "Too many failed attempts." in page.alert
    assert page.find("code").has("disabled")


async def test_who_must_have_one_sets_it_up_and_sees_the_codes_before_anything_else(
    world: World, anybody: PlainBrowser, jane: int
) -> None:
    await set_sign_in(world.hub.database, world.org_id, require_second_factor="passwords")
    page = await password(world, anybody, "/admin/bookings")
    assert page.heading == "Set up a second step"
    secret = page.words_of("enrolment-secret").replace(" ", "")
    page.find("code").fill("000000")
    await page.press("Confirm and sign in")
    assert page.words_of("enrolment-secret").replace(" ", "") == secret, "a wrong code changes nothing"
    page.find("code").fill(code_of(secret, world.hub.clock.now()))
    await page.press("Confirm and sign in")
    codes = [one.text for one in page.find("recovery-codes").all("li")]
    assert len(set(codes)) == 10
    (link,) = page.links("Save as a file")
    assert all(code in link["href"] for code in codes)
    await page.follow("I have kept them")
    assert (page.status, urlsplit(page.url).path) == (200, "/admin/bookings")


async def test_without_a_challenge_it_leads_to_the_sign_in(anybody: PlainBrowser) -> None:
    page = await anybody.open(STEP)
    assert urlsplit(page.url).path == "/operator/login"
    assert "That took too long." in page.text
    anybody.keep("hub_challenge", "nonsense", "/operator/login")
    assert urlsplit((await anybody.open(STEP)).url).path == "/operator/login"

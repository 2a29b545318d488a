"""One's own second factor without JavaScript: set up, new recovery codes, removed."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.support.plain_browser import PlainBrowser
from tests.support.second_factors import code_of, read_second_factor, read_staff_id, set_up
from tests.support.world import World

PAGE = "/account/second-factor"


@pytest.fixture
async def jane(world: World, anybody: PlainBrowser) -> int:
    anybody.sign_in(await world.staff("OPERATOR", username="jane"))
    return await read_staff_id(world.hub.database, "jane")


async def test_it_is_set_up_by_the_first_code(world: World, anybody: PlainBrowser, jane: int) -> None:
    page = await anybody.open(PAGE)
    await page.press("Set it up")
    secret = page.words_of("enrolment-secret").replace(" ", "")
    page.find("code").fill("000000")
    await page.press("Confirm")
    assert page.status == 401
    assert page.words_of("enrolment-secret").replace(" ", "") == secret
    page.find("code").fill(code_of(secret, world.hub.clock.now()))
    await page.press("Confirm")
    assert len(list(page.find("recovery-codes").all("li"))) == 10
    await page.follow("I have kept them")
    assert page.words_of("codes-left") == "10 recovery codes are left."


async def test_new_recovery_codes_and_removal(world: World, anybody: PlainBrowser, jane: int) -> None:
    secret, codes = await set_up(world.hub.services, world.org_id, jane)
    page = await anybody.open(PAGE)
    page.find("renew-code").fill(codes[0])
    await page.press("Make new codes")
    new = [one.text for one in page.find("recovery-codes").all("li")]
    assert not set(new) & set(codes)
    await page.goto(PAGE)
    page.find("password").fill("wrong")
    page.find("remove-code").fill(new[0])
    await page.press("Remove")
    assert page.status == 401
    page.find("password").fill("correct horse")
    page.find("remove-code").fill(code_of(secret, world.hub.clock.now(), 1))
    await page.press("Remove")
    assert page.words_of("done") == "Your second step of sign-in is removed."
    assert await read_second_factor(world.hub.database, staff_id=jane) is None


async def test_guesses_lock_the_page_and_not_the_sign_in(world: World, anybody: PlainBrowser, jane: int) -> None:
    secret, _ = await set_up(world.hub.services, world.org_id, jane)
    page = await anybody.open(PAGE)
    for _ in range(5):
        page.find("renew-code").fill("000000")
        await page.press("Make new codes")
        assert page.status == 401
    page.find("renew-code").fill(code_of(secret, world.hub.clock.now(), 1))
    await page.press("Make new codes")
    assert page.status == 429
    status, answer = await world.hub.post("/api/operator/login", {"username": "jane", "password": "correct horse"})
    assert (status, answer["error"]["code"]) == (401, "SECOND_FACTOR_REQUIRED")


async def test_who_is_not_signed_in_signs_in_first(anybody: PlainBrowser) -> None:
    for path in (PAGE, "/account/sign-in-service", "/admin/security"):
        assert urlsplit((await anybody.open(path)).url).path == "/operator/login"

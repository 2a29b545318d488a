"""Staff without JavaScript: invited, found, limited, disabled, given a new PIN."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.staff.change_people import change_person
from tests.support.plain_browser import PlainBrowser
from tests.support.staff import add_member, gates, link_tokens, sign_in_at
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN", "Boss", "boss"))
        yield browser


async def test_somebody_is_invited_chooses_a_password_and_signs_in(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/staff")
    await page.follow("Add somebody")
    page.find("username").fill("jane")
    page.find("email").fill("jane@example.org")
    await page.press("Add")
    assert page.status == 409
    assert (page.words_of("name-wrong"), page.find("username")["value"]) == ("Must not be blank", "jane")
    page.find("name").fill("Jane Smith")
    await page.press("Add")
    assert page.words_of("done") == "The invitation is on its way by email."
    assert "Invited. The link works until Friday, 27 November 2026, 12:00." in page.text
    (token,) = await link_tokens(world.hub.database, "staff.invited")
    async with PlainBrowser(world.hub.url) as other:
        chosen = await other.open(f"/invitation/{token}")
        assert "Username: jane" in chosen.text
        chosen.find("new").fill("12345678")
        chosen.find("again").fill("12345678")
        await chosen.press("Save")
        assert chosen.words_of("new-wrong") == "This password is too easy to guess"
        chosen.find("new").fill("correct horse")
        chosen.find("again").fill("correct horse")
        await chosen.press("Save")
        assert "Sign in with it now." in chosen.text
        assert "This link has been used already." in (await chosen.goto(f"/invitation/{token}")).text
    await sign_in_at(world, "jane")


async def test_people_are_found_and_an_empty_result_says_what_to_do(world: World, browser: PlainBrowser) -> None:
    await add_member(world.hub.services, world.org_id, "ann.smith", venue_ids=[world.venue_id])
    page = await browser.open("/admin/staff?q=smi&role=OPERATOR&status=ACTIVE&before=x")
    assert "Ann.Smith ann.smith Operator Test Venue Never signed in Active" in page.text
    assert "Boss" not in page.words_of("results")
    await page.goto("/admin/staff?q=zzz")
    assert "Nobody matches." in page.text
    await page.follow("Show everybody")
    assert "Administrator All venues" in page.text


async def test_a_scope_is_given_and_a_stale_form_shows_what_others_saved(world: World, browser: PlainBrowser) -> None:
    person = await add_member(world.hub.services, world.org_id, "ann")
    await gates(world, "North")
    page = await browser.open(f"/admin/staff/{person.staff_id}")
    page.field("North").check()
    page.field("Test Venue").check()
    page.find("shifts").fill("tomorrow")
    await page.press("Save")
    assert page.words_of("shifts-wrong") == "Give one shift in each line, such as 2026-11-20 09:00-18:00"
    page.find("shifts").fill("2026-11-21 09:00-18:00")
    await change_person(world.hub.services, Actor(world.org_id), person.staff_id, {"name": "Ann Lee"})
    await page.press("Save")
    assert page.status == 412
    assert "Saved by somebody else: Ann Lee" in page.text
    assert page.words_of("shifts") == "2026-11-21 09:00-18:00"
    page.find("shifts").fill(page.words_of("shifts"))
    await page.press("Save")
    assert page.words_of("done") == "Saved."
    assert page.words_of("shifts") == "2026-11-21 09:00-18:00"
    assert "Operator Test Venue · North · in shifts only" in (await page.goto("/admin/staff")).text


async def test_a_new_pin_is_shown_once_and_a_session_is_ended(world: World, browser: PlainBrowser) -> None:
    person = await add_member(world.hub.services, world.org_id, "ann")
    await sign_in_at(world, "ann")
    page = await browser.open(f"/admin/staff/{person.staff_id}")
    await page.press("End")
    assert "Not signed in anywhere." in page.text
    await page.press("Make a new PIN")
    assert "The new PIN is " in page.text
    assert "The new PIN is " not in (await page.goto(f"/admin/staff/{person.staff_id}")).text
    await page.press("Disable account")
    assert page.words_of("done") == "The account is disabled. All its sessions have ended."
    await page.press("Enable again")
    assert page.words_of("done") == "The account is enabled again."


async def test_the_last_administrator_learns_why_not(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/staff?q=boss")
    await page.follow("Boss")
    page.field("Operator Scans tickets at the gates.").check()
    await page.press("Save")
    assert "This is the last administrator who may do everything." in page.alert
    async with PlainBrowser(world.hub.url) as manager:
        manager.sign_in(await world.staff("MANAGER"))
        assert "This page is for administrators." in (await manager.open("/admin/staff")).text

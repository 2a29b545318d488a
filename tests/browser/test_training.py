"""The scanner in training: every answer, off line too, with a score, and nothing of it in the hub."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from hub.rules.practice_codes import VISITORS, practice_codes
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.looks import NARROW, PHONE, assert_nothing_sticks_out
from tests.browser.training_run import right_outcomes, serve
from tests.support.hub import Hub
from tests.support.scan_log import count_scans
from tests.support.world import World
from web.pages.static_files import STATIC_ROOT

pytestmark = pytest.mark.one_hub

TRAINING, CODES = "/operator/scan/training", "/operator/scan/practice-codes"


def answers_of_the_scanner() -> set[str]:
    """Return the reasons for which the scanner has a headline."""
    source = (STATIC_ROOT / "js/words/verdicts.js").read_text(encoding="utf-8")
    return set(re.findall(r"([A-Z_]+): t\(", source.partition("const WORDS = {")[2].partition("};")[0]))


async def training(world: World, open_page: Open) -> Page:
    page = await open_page(TRAINING, token=await world.staff(), gate="Gate A", phone=True)
    await expect(page.locator("#practice .practice-go")).to_be_visible()
    return page


async def test_a_whole_training_offline_gives_every_answer_and_a_full_score(
    hub: Hub, world: World, open_page: Open
) -> None:
    page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", phone=True, works_offline=True)
    await page.wait_for_function(
        "async (path) => { await navigator.serviceWorker.ready; for (const name of await caches.keys())"
        " if (await (await caches.open(name)).match(path, { ignoreVary: true })) return true; return false; }",
        arg=TRAINING,
    )
    link = page.get_by_role("link", name="Training")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await page.context.set_offline(True)
    await link.click()
    await page.locator("#practice .practice-go").click()
    visitors = await right_outcomes(page)
    assert [name for name, _ in visitors] == list(VISITORS)
    seen = {answer for name, right in visitors for answer in await serve(page, name, right)}
    assert seen == answers_of_the_scanner()
    await expect(page.locator(".practice-score")).to_have_text("30 of 30 right")
    for size in (PHONE, NARROW):
        await page.set_viewport_size(size)
        await assert_nothing_sticks_out(page)
    assert sockets == []
    await page.context.set_offline(False)
    assert await count_scans(hub.database) == 0


async def test_after_a_wrong_act_the_trainee_learns_what_is_right(world: World, open_page: Open) -> None:
    page = await training(world, open_page)
    await page.locator("#practice .practice-go").click()
    await serve(page, "valid", "away")
    await expect(page.locator(".practice-feedback")).to_contain_text("Not quite.")
    await expect(page.locator(".practice-feedback")).to_contain_text("Press Mark as Verified")
    await serve(page, "used", "in")
    await expect(page.locator(".practice-place")).to_contain_text("0 of 2 right so far")
    await page.keyboard.type(practice_codes()["cancelled"])
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="TICKET CANCELLED")).to_be_visible()
    await page.keyboard.press("Escape")
    # A code out of turn is answered, and does not count.
    await expect(page.locator(".practice-place")).to_contain_text("Visitor 3 of 30")
    await assert_accessible(page)


async def test_no_real_ticket_is_taken_for_practice_and_no_practice_code_for_a_ticket(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await training(world, open_page)
    await expect(page.locator(".training-sign")).to_be_visible()
    await key_in(page, ticket.code)
    await expect(page.locator("#said")).to_contain_text("a real ticket is not checked here")
    await expect(page.locator("#verdict")).to_be_hidden()
    await page.get_by_role("link", name="Back to work").first.click()
    await expect(page.locator("#link-state")).to_have_text("Live")
    await key_in(page, practice_codes()["valid"])
    await expect(page.locator("#said")).to_contain_text("This is a practice code")
    await expect(page.locator("#verdict")).to_be_hidden()
    assert await count_scans(hub.database) == 0
    # Control: the ticket itself is good.
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()


async def test_what_is_chosen_in_training_is_not_kept_on_the_device(world: World, open_page: Open) -> None:
    page = await training(world, open_page)
    await page.locator("#settings").click()
    await page.locator("#set-continuous").check()
    await page.get_by_role("button", name="Done").click()
    await page.locator("#sound").click()
    kept = await page.evaluate("() => [localStorage['venue-hub.scanner'], localStorage['venue-hub.gate']]")
    assert kept == ['{"chosen":true}', "Gate A"]


async def test_the_manual_prints_on_two_sheets_and_the_codes_on_one(world: World, open_page: Open) -> None:
    token = await world.staff()
    for path, sheets in (("/operator/manual", 2), ("/operator/manual?lang=zh-Hans", 2), (CODES, 1)):
        page = await open_page(path, token=token)
        printed = await page.pdf(format="A4", margin={"top": "12mm", "bottom": "12mm", "left": "14mm", "right": "14mm"})
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == sheets, path

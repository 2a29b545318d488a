"""The scanner on every screen that stands at a gate: the answer first, nothing over it, targets for thumbs."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.async_api import Locator, Page, expect

from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.looks import assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.world import World

pytestmark = pytest.mark.one_hub

SCREENS = [(390, 844), (1024, 600), (844, 390), (1280, 800)]
TARGET = 44
"""The least height and width in CSS pixels of whatever is touched."""


async def scanner(world: World, open_page: Open) -> Page:
    # A gate with the shortest name is as easy to touch.
    page = await open_page("/operator/scan", token=await world.staff(), gate="A", phone=True)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def turn(page: Page, width: int, height: int) -> None:
    """Give the page a screen of this size."""
    await page.set_viewport_size({"width": width, "height": height})


async def box(of: Locator) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom."""
    found = await of.bounding_box()
    assert found
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


async def test_the_answer_and_its_buttons_are_whole_on_every_screen(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    for code, word in ((ticket.code, "VALID TICKET"), ("TKT-2026-NOSUCH-TICKET", "INVALID TICKET")):
        await key_in(page, code)
        await expect(page.get_by_role("heading", name=word)).to_be_visible()
        for width, height in SCREENS:
            await turn(page, width, height)
            icon, said = await box(page.locator(".verdict-icon")), await box(page.locator("#verdict-word"))
            deck = await box(page.locator(".deck"))
            for left, top, right, bottom in (icon, said, deck):
                assert left >= 0
                assert top >= 0
                assert right <= width
                assert bottom <= height
            if width > height:
                # The answer is on the left, and its buttons beside it.
                assert said[2] <= deck[0]
            else:
                assert said[3] <= deck[1]
            await assert_nothing_sticks_out(page)


SMALL = """(least) => [...document.querySelectorAll("button, a[href], input, select")]
  .filter((one) => one.checkVisibility() && !one.closest("dialog") && !one.classList.contains("skip"))
  .map((one) => [one.id || one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, { width, height }]) => height < least - 0.5 || width < 24)
  .map(([name, { width, height }]) => `${name}: ${width} x ${height}`)"""
HIT = """() => { const { left, top, height } = document.getElementById("gate-button").getBoundingClientRect();
  return [2, height / 2, height - 2].map((y) => document.elementFromPoint(left + 4, top + y).closest("button")?.id); }"""


async def test_whatever_is_touched_at_rest_has_the_size_of_a_thumb(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    for width, height in SCREENS:
        await turn(page, width, height)
        assert await page.evaluate(SMALL, TARGET) == [], (width, height)
        # The target of the gate is where it is seen: nothing else takes its touch.
        assert await page.evaluate(HIT) == ["gate-button"] * 3, (width, height)


async def seen_at_two_metres(page: Page) -> Image.Image:
    """Return the answer as 24 x 52 points: what is left of a phone's screen at that distance without a look at it."""
    await page.wait_for_timeout(300)
    shown = Image.open(BytesIO(await page.screenshot())).convert("RGB")
    return shown.resize((24, 52), Image.Resampling.BOX)


async def test_a_checked_ticket_and_an_admitted_one_differ_at_two_metres(world: World, open_page: Open) -> None:
    slot = await world.slot()
    one, other = await world.reserved(slot), await world.reserved(slot)
    page = await scanner(world, open_page)
    looks = []
    for ticket in (one, other):
        await key_in(page, ticket.code)
        await expect(page.locator("#not-yet")).to_be_visible()
        looks.append(await seen_at_two_metres(page))
    await page.get_by_role("button", name="Mark as Verified").tap()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await expect(page.locator("#not-yet")).to_be_hidden()
    looks.append(await seen_at_two_metres(page))

    def differing(first: Image.Image, second: Image.Image) -> float:
        points = list(ImageChops.difference(first, second).convert("L").tobytes())
        return sum(point > 64 for point in points) / len(points)

    # Control: two checked tickets look the same.
    assert differing(looks[0], looks[1]) < 0.02
    assert differing(looks[1], looks[2]) > 0.25


COVERED = """() => ["way-entry", "way-exit", "camera-on", "visitors-on", "code", "entry-submit"].filter((id) => {
  const { left, top, width, height } = document.getElementById(id).getBoundingClientRect();
  return [0.1, 0.5, 0.9].some((part) => document.elementFromPoint(left + width / 2, top + height * part)?.closest("button, input")?.id !== id);
})"""


CUT = """async () => {
  // They are fitted in the frame after they are shown.
  for (let n = 0; n < 2; n += 1) await new Promise(requestAnimationFrame);
  return [...document.querySelectorAll(".gate-notice")].filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    const room = card.closest(".notes").getBoundingClientRect();
    return !card.checkVisibility() || top < room.top - 1 || bottom > Math.min(room.bottom, innerHeight) + 1;
  }).map((card) => card.textContent);
}"""


async def test_no_notice_covers_what_is_touched_at_rest(hub: Hub, world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    sue = await hub.socket(await world.staff("MANAGER", name="Sue Lee"))
    for width, height in ((360, 640), (390, 680), (390, 844), (844, 390), (1024, 600)):
        await turn(page, width, height)
        for text in ("Send everybody to the main entrance. The side door stays closed until eight.", "Close at six"):
            assert (await sue.command("send_message", text=text))["success"]
        await expect(page.locator(".gate-notice")).to_have_count(2)
        await page.evaluate("() => scrollTo(0, 0)")
        assert await page.evaluate(COVERED) == [], (width, height)
        if height < 688 and width < height:
            await page.get_by_role("button", name="2 messages").tap()
        assert await page.evaluate(CUT) == [], (width, height)
        for left in (1, 0):
            await page.get_by_role("button", name="I have read it").first.tap()
            await expect(page.locator(".gate-notice")).to_have_count(left)


async def test_two_alarms_have_room_on_a_phone_at_rest(hub: Hub, world: World, open_page: Open) -> None:
    """One is whole and the other is a line."""
    tickets = await world.fill(await world.slot(), 2)
    page = await open_page(
        "/operator/scan", token=await world.staff(name="Jane Smith"), gate="Main entrance", phone=True
    )
    await expect(page.locator("#link-state")).to_have_text("Live")
    side = await hub.socket(await world.staff(name="Tom Brown"), gate="Side door")
    main = await hub.socket(await world.staff(name="Jane Smith"), gate="Main entrance")
    for shown, ticket in enumerate(tickets, 1):
        await main.verify(ticket.code)
        await side.verify(ticket.code)
        await expect(page.locator(".gate-notice")).to_have_count(shown)
    for width, height in ((390, 844), (844, 390), (1024, 600)):
        await turn(page, width, height)
        assert await page.evaluate(CUT) == [], (width, height)
    await turn(page, 390, 844)
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.locator(".gate-notice[data-whole]")).to_contain_text(tickets[0].code[-4:])
    assert await page.evaluate(CUT) == []

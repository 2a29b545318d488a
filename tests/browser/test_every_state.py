"""Every page in every state: axe-core finds nothing in light or dark, nothing sticks out, in Chinese no word is English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from playwright.async_api import Error, Page, ViewportSize

from hub.jobs.outbox import OutboxJob
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.staff_states import ALL_STATES as STATES
from tests.browser.states import Scene
from tests.browser.test_chinese import CHINESE, assert_chinese
from tests.support.hub import Hub
from tests.support.world import World

AREAS = sorted({one.area for one in STATES.values()})
WIDTHS: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
    # What WCAG 1.4.10 asks for: 1280 pixels at four times the size.
    "narrow": {"width": 320, "height": 640},
}


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent: one-time codes can be read where they wait."""

    async def nothing(_self: OutboxJob) -> None:
        return

    monkeypatch.setattr(OutboxJob, "run", nothing)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("area", AREAS)
async def test_no_state_has_a_barrier_in_english_at_a_desk(area: str, hub: Hub, world: World, open_page: Open) -> None:
    async def look(page: Page) -> None:
        for width, size in WIDTHS.items():
            await page.set_viewport_size(size)
            if width == "desk":
                await assert_accessible(page)
            assert await sticking_out(page) == [], f"sticks out: {width}"

    await walk(area, look, Scene(hub, world, partial(open_page, locale="en-GB")))


@pytest.mark.timeout(400)
@pytest.mark.parametrize("area", AREAS)
async def test_every_state_is_chinese_and_without_a_barrier_on_a_phone(
    area: str, hub: Hub, world: World, open_page: Open
) -> None:
    async def look(page: Page) -> None:
        await assert_chinese(page)
        await assert_accessible(page)
        for width in ("phone", "narrow"):
            await page.set_viewport_size(WIDTHS[width])
            assert await sticking_out(page) == [], f"sticks out: {width}"

    await walk(area, look, Scene(hub, world, partial(open_page, locale=CHINESE, phone=True)))


async def walk(area: str, look: Callable[[Page], Awaitable[None]], scene: Scene) -> None:
    """Look at every state of an area. One state's fault does not hide another's."""
    await scene.furnish()
    wrong = []
    for state in STATES.values():
        if state.area != area:
            continue
        page = None
        try:
            page = await state.reach(scene)
            await look(page)
        except (AssertionError, Error) as found:
            wrong.append(f"{state.name}: {found}")
        if page is not None:
            await page.context.close()
    assert not wrong, "\n\n".join(wrong)


async def sticking_out(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = await page.evaluate(
        """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
          [...document.querySelectorAll('body *')]
            .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .map((one) => `${one.tagName.toLowerCase()}#${one.id}.${one.className}`).slice(0, 5)"""
    )
    return found

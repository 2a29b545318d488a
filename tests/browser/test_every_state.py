"""Every page in every state: axe-core finds nothing in light or dark, nothing sticks out, whatever the language."""

from __future__ import annotations

import pytest
from playwright.async_api import Error, Page
from stage import Hub, World

from hub.rounds.outbox import OutboxRound
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.staff_states import ALL_STATES as STATES
from tests.browser.states import Scene

AREAS = sorted({one.area for one in STATES.values()})
SETTINGS = {"English on a phone": ("en-GB", True), "Chinese at a desk": ("zh-CN", False)}
NARROW = {"width": 320, "height": 640}
"""What WCAG 1.4.10 asks for: 1280 pixels at four times the size."""


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent: one-time codes can be read where they wait."""

    async def nothing(_self: OutboxRound) -> None:
        return

    monkeypatch.setattr(OutboxRound, "run", nothing)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("area", AREAS)
async def test_no_state_has_a_barrier(area: str, setting: str, hub: Hub, world: World, open_page: Open) -> None:
    locale, phone = SETTINGS[setting]
    wrong = []

    async def open_one(path: str, **how: object) -> Page:
        return await open_page(path, phone=phone, locale=locale, **how)

    scene = await Scene(hub, world, open_one).furnish()
    for state in STATES.values():
        if state.area != area:
            continue
        page = None
        try:
            page = await state.reach(scene)
            await assert_accessible(page, f"{state.name}, {setting}")
            assert await sticking_out(page) == [], f"{state.name}, {setting}: sticks out"
            if phone:
                await page.set_viewport_size(NARROW)
                assert await sticking_out(page) == [], f"{state.name} at {NARROW['width']} pixels: sticks out"
        except (AssertionError, Error) as found:
            # One state's fault does not hide another's.
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

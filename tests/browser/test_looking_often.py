"""Expectations of pages: looked at often, for as long as they may take."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import looking_often
from tests.browser.looking_often import expect_often
from tests.browser.model_page import module_page

page = module_page()
LONGEST_WITHOUT_PAUSE = 2_500
"""Playwright pauses for 500 ms between two looks if a fifth of the time limit is as long."""


async def test_a_long_expectation_is_a_row_of_short_ones() -> None:
    limits: list[float] = []

    async def third_time(_frame: Any, _selector: Any, _expression: Any, options: Any, _title: Any) -> Any:
        limits.append(options["timeout"])
        return {"matches": True} if len(limits) == 3 else {"matches": False, "timedOut": True}

    frame: Any = None
    seen = await expect_often(third_time, frame, "p", "to.be.visible", {"timeout": 15_000, "isNot": False}, None)
    assert seen == {"matches": True}
    assert len(limits) == 3
    assert max(limits) < LONGEST_WITHOUT_PAUSE


async def test_what_never_comes_fails_after_the_whole_time(page: Page) -> None:
    limits: list[float] = []

    async def never(_frame: Any, _selector: Any, _expression: Any, options: Any, _title: Any) -> Any:
        limits.append(options["timeout"])
        return {"matches": False, "timedOut": True, "received": len(limits)}

    frame: Any = None
    seen = await expect_often(never, frame, "p", "to.be.visible", {"timeout": 15_000, "isNot": False}, None)
    assert seen["received"] == len(limits)
    assert sum(limits) == 15_000
    with pytest.raises(AssertionError, match="to have text 'another'"):
        await expect(page.locator("title")).to_have_text("another", timeout=20)


async def test_what_comes_late_is_seen_by_a_later_look(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_often, "SHORT_MS", 20.0)
    await page.evaluate("() => setTimeout(() => { document.body.textContent = 'late'; }, 200)")
    await expect(page.locator("body")).to_have_text("late")
    await expect(page.locator("body")).not_to_have_text("early")

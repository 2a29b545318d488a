"""Expectations of pages that are looked at every tenth of a second.

Playwright looks again after 20, 50, 100, 100 and then each 500 ms, so whatever takes a page 300 ms costs a test 800 ms. With a time limit
below 2,500 ms it leaves out the pause of 500 ms. So a long expectation becomes a row of short ones.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from playwright._impl.frame import Frame

SHORT_MS = 2_000.0

Options = dict[str, Any]


async def expect_often(
    once: Any, frame: Frame, selector: str | None, expression: str, options: Options, title: Any
) -> Any:
    """Look until the expectation holds, or until its own time limit is over, and return what the last look saw."""
    looks = ceil(options["timeout"] / SHORT_MS)
    for _ in range(looks):
        seen = await once(frame, selector, expression, {**options, "timeout": options["timeout"] / looks}, title)
        if not seen.get("timedOut"):
            break
    return seen


def look_often() -> None:
    """Let every `expect` of this process look often."""
    once = Frame._expect

    async def often(frame: Frame, selector: str | None, expression: str, options: Options, title: Any) -> Any:
        return await expect_often(once, frame, selector, expression, options, title)

    Frame._expect = often  # type: ignore[method-assign, assignment]

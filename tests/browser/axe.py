"""axe-core on a page as it stands: WCAG 2.2 A and AA, in light and dark, with the page's own policy left on.

    await assert_accessible(page, "the calendar")

axe is handed in through the debugger, which the page's Content-Security-Policy does not govern; nothing of the page is
loosened for it. What axe itself calls undecided (`incomplete`) is not a finding.

Every rule is asked in light. In dark only the rules about colours are: our style sheets change nothing else there, and
`test_axe.py` holds them to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from playwright.async_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
BEST_PRACTICE = "best-practice"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""All that axe decides by a colour."""

SETTLED = """async () => {
  for (const moving of document.getAnimations()) {
    const times = moving.effect && moving.effect.getComputedTiming();
    if (times && times.endTime !== Infinity) moving.finish();
  }
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
}"""
_RUN = """async (runOnly) => {
  const found = await window.axe.run(document, { runOnly, resultTypes: ['violations'], preload: false });
  return found.violations.map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.map((node) => ({ target: node.target.flat().join(' '), why: node.failureSummary })),
  }));
}"""


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page, *, best_practice: bool = True, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds on the page in its present state and colours, one line per element: by all rules, or by these."""
    if not await page.evaluate("() => typeof window.axe === 'object'"):
        await page.evaluate(f"() => {{ {_axe()} }}")
    await page.evaluate(SETTLED)
    tags = {"type": "tag", "values": [*WCAG, BEST_PRACTICE] if best_practice else list(WCAG)}
    found: list[dict[str, Any]] = await page.evaluate(_RUN, {"type": "rule", "values": list(rules)} if rules else tags)
    return [
        f"{rule['id']} ({rule['help']}) at {node['target']}: {' '.join(node['why'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


async def assert_accessible(page: Page, state: str = "", *, best_practice: bool = True) -> None:
    """Fail with every finding, by colour scheme, where axe finds anything on the page as it stands."""
    wrong = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        rules = COLOUR_RULES if scheme == "dark" else ()
        wrong += [f"{scheme}: {line}" for line in await violations(page, best_practice=best_practice, rules=rules)]
    await page.emulate_media(color_scheme="null")
    assert not wrong, f"{state or page.url}\n" + "\n".join(wrong)

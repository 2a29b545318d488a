"""axe-core on the current page: WCAG 2.2 A and AA, in light and dark, with the page's security policy on.

    await assert_accessible(page, "the calendar")

axe is injected through the debugger, or loaded from a hub that serves it to its tests (`serve_axe`), which takes a third of the
time. The page's Content-Security-Policy stays as it is. Results that axe calls undecided (`incomplete`) are not findings.

Beside the rules of WCAG and good practice: what a button or link shows is in its name (2.5.3, word by word, which axe's
experimental rule cannot), and a page has one visible h1.

All rules are checked in light, and only the rules about colours in dark. Our style sheets change only colours in dark;
`test_axe.py` checks that.

The rules about colours take two thirds of the time. When the same state is checked in another size or language, or another
state of the same pages, only new looks are checked: text that was not there before, or has other colours, another size or
another background.

    known = KnownLooks()
    await assert_accessible(page, known=known)
    await page.set_viewport_size(PHONE)
    await assert_accessible(page, known=known)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from aiohttp import web
from playwright.async_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
BEST_PRACTICE = "best-practice"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""The rules in which axe decides by a colour."""

SETTLED = """async () => {
  for (const moving of document.getAnimations()) {
    const times = moving.effect && moving.effect.getComputedTiming();
    if (times && times.endTime !== Infinity) moving.finish();
  }
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
}"""
_RUN = """async ({ runOnly, onlyColours, known }) => {
  const { colourRules, limitTo, lookOf, withText } = window.colours;
  const grounds = new Map();
  const seen = known ? withText().map((element) => [element, lookOf(element, grounds)]) : [];
  const before = new Set(known ?? []);
  const fresh = before.size ? seen.filter(([, look]) => !before.has(look)).map(([element]) => element) : null;
  if (onlyColours && fresh?.length === 0) return [[], []];
  limitTo(fresh);
  const rules = fresh?.length === 0 ? Object.fromEntries(colourRules.map((id) => [id, { enabled: false }])) : {};
  const report = await window.axe.run(document, {
    resultTypes: ['violations', 'incomplete'], elementRef: true, preload: false, runOnly, rules,
  });
  const undecided = new Set(report.incomplete.filter(({ id }) => colourRules.includes(id))
    .flatMap(({ nodes }) => nodes.map(({ element }) => element)));
  const found = report.violations.map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.map((node) => ({ target: node.target.flat().join(' '), why: node.failureSummary })),
  }));
  return [found, seen.filter(([element, look]) => !before.has(look) && !undecided.has(element)).map(([, look]) => look)];
}"""
# Everything on which the check of a text's colours depends: its style and its background.
_COLOURS = """(colourRules) => {
  const WRITTEN = ['color', 'fontSize', 'fontWeight', 'textShadow', 'textDecorationLine', 'webkitTextStrokeWidth'];
  const GROUND = ['backgroundColor', 'backgroundImage', 'backgroundSize', 'backgroundClip', 'opacity', 'filter', 'mixBlendMode',
    'position', 'zIndex', 'clip', 'clipPath', 'color', 'borderBottomWidth', 'borderBottomStyle'];
  const values = (element, names) => {
    const style = getComputedStyle(element);
    return names.map((name) => style[name]).join(' ');
  };
  // Two times FNV-1a. Written out, the looks of an area would be megabytes for each check.
  const hash = (text) => {
    let one = 0x811c9dc5, two = 0x01000193;
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n);
      one = Math.imul(one ^ code, 0x01000193);
      two = Math.imul(two ^ code, 0x811c9dc5);
    }
    return (one >>> 0).toString(36) + (two >>> 0).toString(36);
  };
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const withText = () => [...document.querySelectorAll('body, body *')].filter(
    (element) => (own(element) || element.matches('input, select, textarea, button')) &&
      element.checkVisibility({ visibilityProperty: true }));
  const groundOf = (element, grounds) => {
    if (!element) return '';
    if (!grounds.has(element)) grounds.set(element, hash(`${values(element, GROUND)}|${groundOf(element.parentElement, grounds)}`));
    return grounds.get(element);
  };
  const lookOf = (element, grounds = new Map()) => {
    const off = element.closest(':disabled, [aria-disabled=true], [aria-hidden=true]') ? 'off' : '';
    return hash([element.localName, element.className, off, values(element, WRITTEN), groundOf(element, grounds)].join('|'));
  };
  // With elements, the rules about colours check these and what is inside of them, and nothing else.
  let wanted = null;
  const limitTo = (elements) => { wanted = elements && new Set(elements); };
  const isWanted = (element) => !wanted || (!!element && (wanted.has(element) || isWanted(element.parentElement)));
  for (const rule of window.axe._audit.rules.filter(({ id }) => colourRules.includes(id))) {
    const matches = rule.matches;
    rule.matches = (element, ...more) => isWanted(element) && matches.call(rule, element, ...more);
  }
  window.colours = { colourRules, limitTo, withText, lookOf };
}"""
_HEADINGS = """() => [...document.querySelectorAll('h1')].filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .map((one) => one.textContent.trim())"""
# What is hidden from assistive technology repeats what the name says, in fewer letters.
_HIDDEN_BY_NAME = """() => [...document.querySelectorAll('button[aria-label], a[href][aria-label]')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .flatMap((one) => {
    const name = one.getAttribute('aria-label').toLowerCase();
    const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    const shown = [];
    while (texts.nextNode()) if (!texts.currentNode.parentElement.closest('[aria-hidden=true]')) shown.push(texts.currentNode.data);
    const words = shown.join(' ').toLowerCase().match(/[\\p{L}\\p{N}]+/gu) ?? [];
    return words.filter((word) => !name.includes(word)).map((word) => `${word} is not in the name ${name}`);
  })"""
_PATH = "/axe.min.js"
# Without a network, and from a hub that does not serve it, it does not load.
_LOAD = f"""() => new Promise((loaded) => {{
  const script = document.createElement('script');
  script.src = '{_PATH}';
  script.onload = () => loaded(true);
  script.onerror = () => loaded(false);
  document.head.append(script);
  script.remove();
}})"""
KnownLooks = set[str]
"""The looks of texts whose colours have been checked."""


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def serve_axe(app: web.Application) -> None:
    """Let a hub that has not been started serve axe to its pages."""

    async def axe(_request: web.Request) -> web.Response:
        kept = {"Cache-Control": "max-age=31536000, immutable"}
        return web.Response(text=_axe(), content_type="text/javascript", headers=kept)

    app.router.add_get(_PATH, axe)


async def _inject(page: Page, *, served: bool) -> None:
    if await page.evaluate("() => typeof window.axe === 'object'"):
        return
    if not (served and await page.evaluate(_LOAD)):
        await page.evaluate(f"() => {{ {_axe()} }}")
    await page.evaluate(_COLOURS, COLOUR_RULES)


async def violations(
    page: Page,
    *,
    best_practice: bool = True,
    rules: Sequence[str] = (),
    known: KnownLooks | None = None,
    served: bool = False,
) -> list[str]:
    """Return axe's findings on the page in its current state and colours, one line per element: by all rules, or by
    these.

    The colours of texts with a look in `known` are skipped. Checked looks are added to `known`. `served`: the page's hub
    serves axe.
    """
    await _inject(page, served=served)
    await page.evaluate(SETTLED)
    tags = {"type": "tag", "values": [*WCAG, BEST_PRACTICE] if best_practice else list(WCAG)}
    asked = {
        "runOnly": {"type": "rule", "values": list(rules)} if rules else tags,
        "onlyColours": set(rules) == set(COLOUR_RULES),
        "known": None if known is None else sorted(known),
    }
    found: list[dict[str, Any]]
    found, looks = await page.evaluate(_RUN, asked)
    if known is not None:
        known.update(looks)
    return [
        f"{rule['id']} ({rule['help']}) at {node['target']}: {' '.join(node['why'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


async def assert_accessible(
    page: Page, state: str = "", *, best_practice: bool = True, known: KnownLooks | None = None, served: bool = False
) -> None:
    """Fail with all findings of axe on the page, by colour scheme."""
    wrong = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        rules = COLOUR_RULES if scheme == "dark" else ()
        found = await violations(page, best_practice=best_practice, rules=rules, known=known, served=served)
        wrong += [f"{scheme}: {line}" for line in found]
    headings = await page.evaluate(_HEADINGS)
    if len(headings) > 1:
        wrong.append(f"several h1: {headings}")
    wrong += await page.evaluate(_HIDDEN_BY_NAME)
    await page.emulate_media(color_scheme="null")
    assert not wrong, f"{state or page.url}\n" + "\n".join(wrong)

"""axe-core on the current page: WCAG 2.2 A and AA, in light and dark, with the page's security policy on.

    await assert_accessible(page, "the calendar")

axe is loaded from the hub, which serves it to its tests (`serve_axe`). Where that does not work it is injected through the debugger,
which takes three times as long. The page's Content-Security-Policy stays as it is. Results that axe calls undecided (`incomplete`) are not findings.

Beside the rules of WCAG and good practice: what a button or link shows is in its name (2.5.3, word by word, which axe's
experimental rule cannot), and a page has one visible h1.

All rules are checked in light, and only the rules about colours in dark. Our style sheets change only colours in dark;
`test_axe.py` checks that.

The rules about colours take two thirds of the time. Of the texts that look the same only one is checked. What was found good before, by any test of this process, is not checked again:
texts of one look, the rules about layout on pages of one layout, and the other rules on pages of one shape. See
`tests.browser.seen_before`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from aiohttp import web
from playwright.async_api import Page

from tests.browser.seen_before import CLEAR, SEE

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
BEST_PRACTICE = "best-practice"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""The rules in which axe decides by a colour."""
LAYOUT_RULES = ("target-size", "scrollable-region-focusable")
"""The rules in which axe decides by places and sizes."""

# Limited to elements, the rules about colours check these and what is inside of them, and nothing else.
_LIMIT = """(colourRules) => {
  let wanted = null;
  const isWanted = (element) => !wanted || (!!element && (wanted.has(element) || isWanted(element.parentElement)));
  for (const rule of window.axe._audit.rules.filter(({ id }) => colourRules.includes(id))) {
    const matches = rule.matches;
    rule.matches = (element, ...more) => isWanted(element) && matches.call(rule, element, ...more);
  }
  window.colours = { limitTo: (elements) => { wanted = elements && new Set(elements); } };
}"""
# Without `fresh` all texts are checked. On a picture or a gradient axe decides nothing, whatever the text: that belongs to a look. A look whose example is undecided is looked for in its other texts too.
_RUN = """async ({ runOnly, colourRules, fresh, open }) => {
  const found = [];
  const run = async (options) => {
    const report = await window.axe.run(document, {
      resultTypes: ['violations', 'incomplete'], elementRef: true, preload: false, ...options,
    });
    found.push(...report.violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map((node) => ({ target: node.target.flat().join(' '), why: node.failureSummary })),
    })));
    const painted = ({ any }) => any.some(({ data }) => ['bgGradient', 'bgImage'].includes(data?.messageKey));
    const of = (results) => results.filter(({ id }) => colourRules.includes(id)).flatMap(({ nodes }) => nodes);
    const elements = (nodes) => new Set(nodes.map(({ element }) => element));
    return { wrong: elements(of(report.violations)), undecided: elements(of(report.incomplete).filter((one) => !painted(one))) };
  };
  if (!fresh) {
    window.colours.limitTo(null);
    await run({ runOnly });
    return [found, [], []];
  }
  const kinds = fresh.length ? window.seenBefore.examplesOf(fresh) : [];
  const first = kinds.flatMap(({ look, elements }) => (open.includes(look) ? elements : [elements[0]]));
  window.colours.limitTo(first);
  const without = first.length ? {} : Object.fromEntries(colourRules.map((id) => [id, { enabled: false }]));
  const { wrong, undecided } = await run({ runOnly, rules: without });
  const rest = kinds.filter(({ look, elements }) => !open.includes(look) && undecided.has(elements[0]))
    .flatMap(({ elements }) => elements.slice(1));
  if (rest.length) {
    window.colours.limitTo(rest);
    const second = await run({ runOnly: { type: 'rule', values: colourRules } });
    for (const one of second.wrong) wrong.add(one);
  }
  const looksOf = (elements) => kinds.filter(({ elements: all }) => all.some((one) => elements.has(one))).map(({ look }) => look);
  return [found, looksOf(wrong), looksOf(undecided)];
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
_NAMES = f"() => [({_HEADINGS})(), ({_HIDDEN_BY_NAME})()]"
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


class KnownLooks(set[str]):
    """The looks of texts whose colours have been checked and found good, and the shapes of pages without a finding."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: set[str] = set()
        self.layouts: set[str] = set()
        """A shape with its layout, without a finding by any rule."""
        self.undecided: set[str] = set()
        self.undecided_in: set[tuple[str, str]] = set()
        """A layout and a look in it. Axe is not asked a second time."""


GOOD = KnownLooks()
"""What any test of this process has found good."""


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
    if await page.evaluate("() => typeof window.colours === 'object'"):
        return
    if not (served and await page.evaluate(_LOAD)):
        await page.evaluate(f"() => {{ {_axe()} }}")
    await page.evaluate(_LIMIT, COLOUR_RULES)


async def violations(
    page: Page,
    *,
    best_practice: bool = True,
    rules: Sequence[str] = (),
    known: KnownLooks | None = None,
    served: bool = False,
    settled: bool = False,
) -> list[str]:
    """Return axe's findings on the page in its current state and colours, one line per element: by all rules, or by
    these.

    With `known`, of the texts with one look only an example is checked, and none of a look that is known. The other rules
    run unless the page's shape is known, and those about layout unless its layout is. What is found good is added to `known`.
    `served`: the page's hub serves axe. `settled`: only the colours have changed since the page was checked.
    """
    asked: dict[str, Any] = {"colourRules": COLOUR_RULES, "fresh": None, "open": []}
    tags = {"type": "tag", "values": [*WCAG, BEST_PRACTICE] if best_practice else list(WCAG)}
    asked["runOnly"] = {"type": "rule", "values": list(rules)} if rules else tags
    (shape, layout), looks = await page.evaluate(SEE, settled)
    shape += f" {best_practice}"
    layout = f"{shape} {layout}"
    if known is not None:
        fresh = [look for look in looks if look not in known and (layout, look) not in known.undecided_in]
        if fresh:
            known.update(await page.evaluate(CLEAR, fresh))
            fresh = [look for look in fresh if look not in known]
        if set(rules) == set(COLOUR_RULES) or (not rules and shape in known.shapes):
            wanted = [*LAYOUT_RULES] if not rules and layout not in known.layouts else []
            wanted += COLOUR_RULES if fresh else ()
            if not wanted:
                return []
            asked["runOnly"] = {"type": "rule", "values": wanted}
        asked |= {"fresh": fresh, "open": [look for look in fresh if look in known.undecided]}
    await _inject(page, served=served)
    found: list[dict[str, Any]]
    found, wrong, undecided = await page.evaluate(_RUN, asked)
    if known is not None:
        known.undecided.update(undecided)
        known.undecided_in.update((layout, look) for look in {*undecided} - {*wrong})
        known.update({*asked["fresh"]} - {*wrong, *undecided})
        if not rules and not any(rule["id"] not in COLOUR_RULES for rule in found):
            known.shapes.add(shape)
            known.layouts.add(layout)
    return [
        f"{rule['id']} ({rule['help']}) at {node['target']}: {' '.join(node['why'].split())}"
        for rule in found
        for node in rule["nodes"]
    ]


async def assert_accessible(
    page: Page,
    state: str = "",
    *,
    best_practice: bool = True,
    known: KnownLooks | None = None,
    served: bool = True,
    schemes: Sequence[Scheme] = SCHEMES,
    show: Callable[[Scheme], Awaitable[None]] | None = None,
) -> None:
    """Fail with all findings of axe on the page, by colour scheme.

    `known` is what needs no check: by default whatever was found good before. `served`: the page may load a script of
    its hub. `show` puts the page into a scheme. With it the page is left in the last of the schemes.
    """
    wrong = []
    known = GOOD if known is None else known
    for number, scheme in enumerate(schemes):
        await (show(scheme) if show else page.emulate_media(color_scheme=scheme))
        rules = COLOUR_RULES if scheme == "dark" else ()
        asked: Any = {"best_practice": best_practice, "rules": rules, "known": known, "served": served}
        found = await violations(page, **asked, settled=number > 0)
        wrong += [f"{scheme}: {line}" for line in found]
    headings, hidden = await page.evaluate(_NAMES)
    if len(headings) > 1:
        wrong.append(f"several h1: {headings}")
    wrong += hidden
    if show is None:
        await page.emulate_media(color_scheme="null")
    assert not wrong, f"{state or page.url}\n" + "\n".join(wrong)

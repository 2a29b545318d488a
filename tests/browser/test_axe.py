"""The accessibility check itself: it reports existing faults, and leaves the page's security policy on."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page

from tests.browser.axe import KnownLooks, assert_accessible, violations
from tests.browser.hands_and_eyes import Open
from tests.support.hub import Hub
from tests.support.world import World
from web.pages.static_files import STATIC_ROOT

FAULTS = {
    "a picture without words": ("main", '<img src="/static/icon.svg">', "image-alt"),
    "a field without a name": ("main", "<input type=text>", "label"),
    "a button without a name": ("main", "<button></button>", "button-name"),
    "text nobody can read": ("main", '<p class="faint">faint</p>', "color-contrast"),
    "a target nobody can hit": (
        "main",
        '<div><button class="tiny" aria-label="a"></button><button class="tiny" aria-label="b"></button></div>',
        "target-size",
    ),
}
DARK_BLOCK = re.compile(r":\s*dark\)\s*\{\s*:root\s*\{([^{}]*)\}\s*\}")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgb\(")
STYLE = """.faint { color: #9a9a9a; background: #fff; }
.tiny { all: unset; display: inline-block; width: 8px; height: 8px; background: #000; }"""


async def plant(page: Page, where: str, html: str) -> None:
    await page.evaluate(
        """([where, html, css]) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(css);
          document.adoptedStyleSheets = [sheet];
          document.querySelector(where).insertAdjacentHTML('beforeend', html);
        }""",
        [where, html, STYLE],
    )


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_known_fault_is_reported(fault: str, world: World, open_page: Open) -> None:
    where, html, rule = FAULTS[fault]
    page = await open_page("/")
    before = await violations(page)
    await plant(page, where, html)
    found = [line for line in await violations(page) if line not in before]
    assert any(line.startswith(rule) for line in found), found
    with pytest.raises(AssertionError, match=rule):
        await assert_accessible(page)


async def test_a_fault_that_shows_in_the_dark_only_is_reported(world: World, open_page: Open) -> None:
    page = await open_page("/")
    await plant(page, "main", '<p class="night">night</p>')
    await page.evaluate(
        """() => document.adoptedStyleSheets[0].insertRule(
          '@media (prefers-color-scheme: dark) { .night { color: #333; background: #222; } }')"""
    )
    with pytest.raises(AssertionError, match="dark: color-contrast"):
        await assert_accessible(page)


NIGHT = "@media (prefers-color-scheme: dark)"
AS_BEFORE = {
    "what was not there before": (".late", ".late { display: none; } @media (width < 600px) { .late { display: block; } }"),
    "another colour": (".early", "@media (width < 600px) { .early { color: #9a9a9a; } }"),
    "another colour, in the dark only": (
        ".early", NIGHT + " { @media (width < 600px) { .early { color: #333; } .ground { background: #222; } } }"),
    "another ground": (".early", "@media (width < 600px) { .ground { background: #5a5a5a; } }"),
    "a size that asks for more": (
        ".big", ".big { font-size: 40px; color: #888; } @media (width < 600px) { .big { font-size: 14px; } }"),
}  # fmt: skip
ARTICLE = '<div class="ground"><p class="early">early</p><p class="late faint">late</p><p class="big">large</p></div>'
PLAIN = ".late { display: none; } .early { color: #4a4a4a; } .big { color: #111; } .ground { background: #fff; }"


@pytest.mark.parametrize("change", AS_BEFORE)
async def test_colours_are_checked_again_where_a_smaller_screen_changes_them(
    change: str, world: World, open_page: Open
) -> None:
    target, css = AS_BEFORE[change]
    page = await open_page("/")
    await plant(page, "main", ARTICLE)
    dark = (
        NIGHT + " { .ground { background: #fff; } .early, .late, .big { color: #111; } .faint { background: #000; } }"
    )
    await page.evaluate(
        "(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets.push(sheet); }",
        f"{PLAIN} {dark} {css}",
    )
    known = KnownLooks()
    await assert_accessible(page, known=known)
    await page.set_viewport_size({"width": 390, "height": 844})
    with pytest.raises(AssertionError, match=rf"color-contrast.*{target}"):
        await assert_accessible(page, known=known)


async def test_a_checked_look_is_not_checked_again_unless_it_was_undecided(world: World, open_page: Open) -> None:
    page = await open_page("/")
    known = KnownLooks()
    await plant(page, "main", '<p class="faint">faint</p><p class="open">on a picture</p>')
    await page.evaluate(
        "() => document.adoptedStyleSheets[0].insertRule('.open { background: url(/static/icon.svg); }')"
    )
    found = await violations(page, known=known)
    assert sum("color-contrast" in line for line in found) == 1
    look_of = "(name) => window.colours.lookOf(document.querySelector(name))"
    assert await page.evaluate(look_of, "p.faint") in known
    assert await page.evaluate(look_of, "p.open") not in known
    # The fault is unchanged: its colours were reported, and all other rules still run.
    assert await violations(page, known=known) == [line for line in found if "color-contrast" not in line]
    await plant(page, "main", "<input type=text>")
    assert any(line.startswith("label ") for line in await violations(page, known=known))


def test_in_the_dark_our_style_sheets_change_colours_and_nothing_else() -> None:
    """Colours are custom properties of the root. A dark block with anything else would need all rules in the dark."""
    blocks = []
    for sheet in STATIC_ROOT.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        parts = text.split("prefers-color-scheme")[1:]
        blocks += [(sheet.name, part) for part in parts]
    assert blocks
    for name, rest in blocks:
        block = DARK_BLOCK.match(rest)
        assert block, name
        set_here = [line.strip().split(":")[0] for line in block[1].split(";") if line.strip()]
        assert set_here, name
        assert all(prop.startswith("--") for prop in set_here), (name, set_here)
        used_for = {prop for prop in set_here if not COLOUR.search(block[1].split(f"{prop}:")[1].split(";")[0])}
        assert used_for == set(), name


async def test_the_policy_of_the_page_stays_on_while_it_is_checked(hub: Hub, browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(hub.url)
    await violations(page)
    blocked = await page.evaluate(
        """() => new Promise((done) => {
          document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
          const script = document.createElement('script');
          script.textContent = 'window.ran = true';
          document.head.append(script);
          setTimeout(() => done(window.ran ? 'ran' : 'silent'), 2000);
        })"""
    )
    await context.close()
    assert blocked.startswith("script-src")

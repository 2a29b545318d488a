"""The accessibility check itself: it reports existing faults, and leaves the page's security policy on."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page

from tests.browser.axe import KnownLooks, assert_accessible, violations
from tests.browser.hands_and_eyes import Open
from tests.browser.seen_before import SEE
from tests.support.hub import Hub
from tests.support.world import World
from web.pages.static_files import STATIC_ROOT

pytestmark = pytest.mark.one_hub

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
    "a second landmark of one name": ("main", "<nav aria-label=Pages></nav><nav aria-label=Pages></nav>", "landmark-unique"),
    "a heading that leaves out a level": ("main", "<h5>Deep</h5>", "heading-order"),
    "an item that is none": ("main", "<ul><li>one</li><div>two</div></ul>", "list"),
    "a state that a text cannot have": ("main", "<p aria-checked=true>ticked</p>", "aria-allowed-attr"),
    "an area that only a mouse scrolls": (
        "main", '<div class="area"><p>first</p><p>second</p><p>third</p></div>', "scrollable-region-focusable"),
    "text outside of every landmark": ("body", "<p>stray</p>", "region"),
    "a hidden part that the keyboard reaches": ("main", "<p aria-hidden=true><a href=/>away</a></p>", "aria-hidden-focus"),
}  # fmt: skip
DARK_BLOCK = re.compile(r":\s*dark\)\s*\{\s*:root\s*\{([^{}]*)\}\s*\}")
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgb\(")
STYLE = """.faint { color: #9a9a9a; background: #fff; }
.area { height: 30px; overflow: auto; }
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
    page, known = await open_page("/"), KnownLooks()
    before = await violations(page, known=known)
    assert before == await violations(page, known=known) == []
    # What any test has found good is not checked again, and the fault is found all the same.
    await assert_accessible(page)
    await plant(page, where, html)
    # Also on a page that was checked before.
    for seen in (None, known, known):
        found = await violations(page, known=seen)
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


PLACED = (
    '<div class="spots"><button class="spot" aria-label="a"></button><button class="spot" aria-label="b"></button></div>'
    '<div class="field"><p>first</p><p>second</p><p>third</p></div>'
)
SMALLER = {
    "targets that come too near": (".spot { width: 8px; height: 8px; }", "target-size"),
    "an area that begins to scroll": (".field { height: 30px; overflow: auto; }", "scrollable-region-focusable"),
}


@pytest.mark.parametrize("change", SMALLER)
async def test_places_are_checked_again_where_a_smaller_screen_changes_them_and_nothing_else_is(
    change: str, world: World, open_page: Open
) -> None:
    css, rule = SMALLER[change]
    page, known = await open_page("/"), KnownLooks()
    await plant(page, "main", PLACED)
    await page.evaluate(
        "(css) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css); document.adoptedStyleSheets.push(sheet); }",
        f".spot {{ all: unset; display: inline-block; width: 40px; height: 40px; }} @media (width < 600px) {{ {css} }}",
    )
    assert await violations(page, known=known) == []
    shapes = {*known.shapes}
    assert len(shapes) == len(known.layouts) == 1
    for _ in range(2):
        await page.set_viewport_size({"width": 590, "height": 800})
        found = await violations(page, known=known)
        assert any(line.startswith(rule) for line in found), found
    assert known.shapes == shapes
    assert len(known.layouts) == 1
    await page.set_viewport_size({"width": 700, "height": 800})
    assert await violations(page, known=known) == []
    assert known.shapes == shapes


async def test_a_checked_look_is_not_checked_again_unless_it_was_wrong_or_undecided(
    world: World, open_page: Open
) -> None:
    page = await open_page("/")
    known = KnownLooks()
    await plant(
        page,
        "main",
        '<p class="faint">faint</p><p class="open">x</p><p class="fine">fine</p><p class="painted">on a picture</p>',
    )
    await page.evaluate(
        """() => { for (const rule of ['.open { color: #aaa; }', '.painted { background: url(/static/icon.svg); }'])
          document.adoptedStyleSheets[0].insertRule(rule); }"""
    )
    found = await violations(page, known=known)
    assert sum("color-contrast" in line for line in found) == 1
    look_of = "(name) => window.seenBefore.lookOf(document.querySelector(name))"
    assert await page.evaluate(look_of, "p.fine") in known
    assert await page.evaluate(look_of, "p.painted") in known
    assert await page.evaluate(look_of, "p.faint") not in known
    assert await page.evaluate(look_of, "p.open") in known.undecided - known
    assert await violations(page, known=known) == found


async def test_of_texts_that_look_the_same_one_is_checked_on_each_ground(world: World, open_page: Open) -> None:
    page = await open_page("/")
    row = '<div class="row"><p class="plain">row {}</p>{}</div>'
    await plant(page, "main", "".join(row.format(n, '<i class="bar"></i>' if n == 3 else "") for n in range(5)))
    await page.evaluate(
        """() => { for (const rule of ['.row { position: relative; }', '.plain { position: relative; z-index: 1; color: #222; }',
          '.row { background: #fff; }', '.bar { position: absolute; inset: 0; background: #333; }'])
          document.adoptedStyleSheets[0].insertRule(rule); }"""
    )
    known = KnownLooks()
    (found,) = await violations(page, known=known)
    assert "color-contrast" in found
    (look,) = {await page.evaluate("() => window.seenBefore.lookOf(document.querySelector('.plain'))")}
    kinds = await page.evaluate(
        "(look) => window.seenBefore.examplesOf([look]).map((one) => one.elements.length)", look
    )
    assert sorted(kinds) == [1, 4]


LIKE_BEFORE = {
    "another scheme below an opaque ground": ("html { background: #123; }", True),
    "another colour of the ground": (".ground { background: #fefefe; }", False),
    "a ground that the other shows through": (".ground { background: rgb(255 255 255 / 0.5); }", False),
    "a paler part of the page": (".around { opacity: 0.9; }", False),
    "a text beside its ground": (".early { position: relative; left: 3000px; } html { background: #123; }", False),
    "a text wider than its box": (".early { width: 3px; white-space: nowrap; }  html { background: #123; }", False),
}


async def test_below_an_opaque_ground_only_effects_belong_to_a_look(world: World, open_page: Open) -> None:
    page = await open_page("/")
    await plant(page, "main", f'<div class="around">{ARTICLE}</div>')
    look_with = """(css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`.ground { background: #fff; } .early { color: #4a4a4a; } ${css}`);
      document.adoptedStyleSheets = [sheet];
      return window.seenBefore.lookOf(document.querySelector('.early'));
    }"""
    await page.evaluate(SEE, False)
    before = await page.evaluate(look_with, "")
    assert {name: before == await page.evaluate(look_with, css) for name, (css, _) in LIKE_BEFORE.items()} == {
        name: same for name, (_, same) in LIKE_BEFORE.items()
    }


NOT_CLEAR = {
    "a little too faint": ("color: #777;", ""),
    "half transparent": ("color: rgb(0 0 0 / 0.9);", ""),
    "a paler part of the page": ("", "opacity: 0.5;"),
    "on a picture": ("", "background: #fff url(/static/icon.svg);"),
    "on a colour that lets another through": ("background: rgb(255 255 255 / 0.5);", ""),
    "with a shadow": ("text-shadow: 0 0 1px #fff;", ""),
    "beside its ground": ("position: relative; left: 2000px;", ""),
    "wider than its box": ("width: 5px; white-space: nowrap;", ""),
    "filtered": ("", "filter: invert(1);"),
}


async def test_a_text_is_clear_only_if_it_has_one_colour_on_one_colour(world: World, open_page: Open) -> None:
    page = await open_page("/")
    await plant(page, "main", '<div class="under"><p class="over">A text that is read</p></div>')
    ask = """([over, under]) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`.under { background: #fff; ${under} } .over { color: #111; ${over} }`);
      document.adoptedStyleSheets = [sheet];
      const { isClear, isPainted } = window.seenBefore.clearness(), text = document.querySelector('.over');
      return isClear(text) ? 'clear' : isPainted(text) ? 'painted' : '';
    }"""
    await page.evaluate(SEE, False)
    assert await page.evaluate(ask, ["", ""]) == "clear"
    # Of two texts that are cut off, one is for screen readers alone.
    cut = "position: absolute; height: 1px; overflow: hidden; color: #fff; width: "
    assert [await page.evaluate(ask, [f"{cut}{width};", ""]) for width in ("1px", "40px")] == ["clear", ""]
    assert await page.evaluate(ask, ["", "filter: drop-shadow(0 2px 4px rgb(15 22 51 / 16%));"]) == "clear"
    assert {name for name, css in NOT_CLEAR.items() if await page.evaluate(ask, list(css))} == {"on a picture"}
    painted = "background: #fff url(/static/icon.svg);"
    assert await page.evaluate(ask, ["", painted]) == "painted"
    for over, under in (("", "opacity: 0.5;"), ("position: relative; left: 2000px;", "")):
        assert await page.evaluate(ask, [over, painted + under]) == ""


async def test_small_targets_have_one_shape_only_where_axe_finds_them_far_enough_apart(
    world: World, open_page: Open
) -> None:
    page = await open_page("/")
    sizes, gaps = ((8, 8), (60, 16), (16, 60), (30, 30)), range(0, 25, 4)
    pairs = [(one, other, gap, down) for one in sizes[:3] for other in sizes for gap in gaps for down in (False, True)]

    def button(name: str, left: float, top: float, size: tuple[int, int]) -> str:
        place = f"left:{left}px;top:{top}px;width:{size[0]}px;height:{size[1]}px"
        return f'<button id="{name}" aria-label="{name}" data-place="{place}" class="placed"></button>'

    html = ""
    for number, (one, other, gap, down) in enumerate(pairs):
        left, top = number % 6 * 200, number // 6 * 200
        html += button(f"one-{number}", left, top, one)
        html += button(
            f"other-{number}", left + (0 if down else one[0] + gap), top + (one[1] + gap if down else 0), other
        )
    await plant(page, "main", f'<div class="field">{html}</div>')
    await page.evaluate(
        """() => { for (const rule of ['.field { position: relative; height: 9000px; }', '.placed { all: unset; position: absolute; background: #000; }'])
            document.adoptedStyleSheets[0].insertRule(rule);
          for (const one of document.querySelectorAll('.placed')) one.style.cssText = one.dataset.place; }"""
    )
    await page.evaluate(SEE, False)
    free = set(
        await page.evaluate(
            "() => [...window.seenBefore.placesOf()].filter(([, place]) => place === 'free').map(([{ id }]) => id)"
        )
    )
    found = "\n".join(await violations(page, rules=["target-size"]))
    tight = {
        name for number in range(len(pairs)) for name in (f"one-{number}", f"other-{number}") if f"#{name}:" in found
    }
    assert len(tight) > 40
    assert len({name for name in free if name.startswith("one-")}) > 40
    assert free & tight == set()


async def test_a_page_has_one_shape_in_both_languages_and_with_more_rows(
    hub: Hub, world: World, open_page: Open
) -> None:
    # In Chinese this page has a script more, with its texts.
    page = await open_page("/operator/login")
    (english, _), _ = await page.evaluate(SEE, False)
    await page.goto(f"{hub.url}/operator/login?lang=zh-Hans")
    assert await page.locator("script#messages").count() == 1
    (chinese, _), _ = await page.evaluate(SEE, False)
    assert chinese == english
    await plant(page, "main", "<table><tbody><tr><td>1</td></tr></tbody></table>")
    (one_row, _), _ = await page.evaluate(SEE, False)
    await page.evaluate("() => document.querySelector('tbody').insertAdjacentHTML('beforeend', '<tr><td>20</td></tr>')")
    assert (await page.evaluate(SEE, False))[0][0] == one_row != chinese


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


def test_with_reduced_motion_our_style_sheets_change_what_moves_and_nothing_that_is_checked() -> None:
    """The states are looked at with reduced motion. A rule for it with anything else would hide what other people see."""
    found = set()
    for sheet in STATIC_ROOT.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
        for part in text.split("prefers-reduced-motion")[1:]:
            depth, end = 1, part.index("{") + 1
            while depth:
                depth += {"{": 1, "}": -1}.get(part[end], 0)
                end += 1
            found |= set(re.findall(r"([\w-]+)\s*:[^;{}]+;", part[:end]))
    assert "animation" in found
    assert found <= {
        "--quick", "--calm", "animation", "animation-duration", "animation-iteration-count", "transition-duration",
        "scroll-behavior", "box-shadow",
    }  # fmt: skip


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

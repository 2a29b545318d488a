"""Input and inspection beyond a click: what a person or a scanner does on a page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from io import BytesIO

import zxingcpp
from PIL import Image
from playwright.async_api import Locator, Page, Request, expect

from hub.rules.ticket_code import check

Open = Callable[..., Awaitable[Page]]

# The time from the end of the code to the painted colour. The answer before is closed first.
TO_COLOUR = """(code) => new Promise((resolve) => {
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  document.getElementById('code').value = code;
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (!document.body.dataset.verdict) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  });
  setTimeout(() => {
    watch.observe(document.body, { attributes: true, attributeFilter: ['data-verdict'] });
    document.getElementById('entry').requestSubmit();
  });
})"""


def device_in_use(gate: str) -> str:
    """Return the script of a scanner whose gate and mode were chosen at the first sign-in."""
    chosen = "localStorage['venue-hub.scanner'] ??= JSON.stringify({ chosen: true });"
    return f"localStorage.setItem('venue-hub.gate', '{gate}'); {chosen}"


async def read_qr(page: Page, selector: str = "#qr") -> str:
    """Return the text that a camera reads from the screen."""
    picture = await page.locator(selector).screenshot()
    found = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    assert len(found) == 1, f"{len(found)} codes on the screen"
    return str(found[0].text)


async def key_in(page: Page, code: str) -> None:
    """Type a code as a hardware scanner does: fast, where the focus is, with Enter at the end."""
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")


async def type_by_hand(page: Page, code: str) -> None:
    """Enter a code at the speed of a person, without Enter. Only the last keys show the speed, so only they take their time."""
    await page.locator("#code").fill(code[:-6])
    await page.locator("#code").press("End")
    await page.keyboard.type(code[-6:], delay=80)


async def time_stands_still(page: Page) -> None:
    """Stop the page's time, however long a busy machine takes for a key. Only `later` advances it."""
    await page.evaluate("() => { const at = performance.now(); performance.now = () => at; }")


@asynccontextmanager
async def without_asking(page: Page) -> AsyncIterator[None]:
    """Check that the page asks the hub for nothing inside: its changes come from events alone. A module that a slow page
    loads only now is no question.
    """
    asked: list[str] = []

    def heard(request: Request) -> None:
        if "/static/" not in request.url:
            asked.append(request.url)

    page.on("request", heard)
    yield
    page.remove_listener("request", heard)
    assert asked == [], f"told over the line, not asked for: {asked}"


async def later(page: Page, ms: int = 3_050) -> None:
    """Advance the page's time, by default past the seconds in which the same code is the same scan."""
    await page.evaluate(
        "(ms) => { const now = performance.now.bind(performance); performance.now = () => now() + ms; }", ms
    )


async def pass_time_until(page: Page, shown: Locator, step_ms: int) -> None:
    """Advance the page's clock step by step until something is visible. Between two steps the hub has longer and longer to answer.

    A single step might come before the page has set its timer.
    """
    for answer_ms in (250, 500, 1_000, 2_000, 4_000):
        await page.clock.fast_forward(step_ms)
        with suppress(AssertionError):
            await expect(shown).to_be_visible(timeout=answer_ms)
            return
    await page.clock.fast_forward(step_ms)
    await expect(shown).to_be_visible()


async def choose_gate(page: Page, gate: str) -> None:
    """Answer what a new device asks where a venue has no list of gates: the gate's name, and to check before admitting."""
    await page.locator("#gate").fill(gate)
    # No Enter: after text that came at once it would be a scanner's, which sets no gate.
    await page.get_by_role("button", name="Use this gate").click()
    await page.get_by_role("button", name="Check first").click()


async def turn_to_exit(page: Page) -> None:
    """Record exits from now on. In mid-shift the scanner asks first."""
    await _turn_to(page, "exit")


async def turn_to_entry(page: Page) -> None:
    """Record entries from now on."""
    await _turn_to(page, "entry")


async def _turn_to(page: Page, way: str) -> None:
    await page.locator(f"#way-{way}").click()
    confirm = page.locator("#way-dialog[open] #way-turn")
    if await confirm.count():
        await confirm.click()
    await expect(page.locator("body")).to_have_attribute("data-way", way)


def mistyped(code: str) -> str:
    """Return a code with two neighbours exchanged where its check character shows it. Some exchanges it does not show."""
    exchanged = (
        code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        for at in range(9, len(code) - 1)
        if "-" not in code[at : at + 2]
    )
    return next(one for one in exchanged if not check(one))

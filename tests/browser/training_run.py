"""What a trainee does with the visitors of the training, by the outcome that the page counts as right."""

from __future__ import annotations

from playwright.async_api import Page, expect

from web.pages.static_files import STATIC

RIGHT = f"""async () => (await import('{STATIC.url("js/models/practice/visitors.js")}')).VISITORS.map(({{ name, right }}) => [name, right])"""
ANSWERED = (
    "() => document.body.dataset.verdict !== undefined && document.getElementById('scan').dataset.busy === undefined"
)


async def right_outcomes(page: Page) -> list[tuple[str, str]]:
    """Return the visitors' names in their order, each with the outcome that is right."""
    return [(name, right) for name, right in await page.evaluate(RIGHT)]


async def serve(page: Page, name: str, outcome: str) -> list[str]:
    """Scan the ticket of the visitor who is here, and bring about the outcome. Return the answers that were on the screen."""
    await page.locator("#practice .practice-go").click()
    seen = [await _answer(page)]
    what, _, people = outcome.partition(":")
    if what == "away":
        await page.locator("#again").click()
    elif what == "no":
        await page.locator("#question-no").click()
        seen.append(await _answer(page))
    elif people:
        seen += await _let_through(page, name, outcome, int(people))
    else:
        if await page.locator("#verify").is_visible():
            # Only the entry is refused.
            await page.locator("#verify").click()
            await page.locator("#practice-choices").wait_for()
            seen.append(await _answer(page))
        await page.locator(f"#practice-buttons [data-choice={what}]").click()
    if await page.locator("body[data-verdict]").count():
        await page.keyboard.press("Escape")
    await expect(page.locator("#practice")).to_be_visible()
    return seen


async def _answer(page: Page) -> str:
    await page.wait_for_function(ANSWERED)
    return str(await page.evaluate("() => document.body.dataset.reason"))


async def _let_through(page: Page, name: str, outcome: str, people: int) -> list[str]:
    """Admit so many people, or let them leave, as far as the answer asks for anything."""
    if await page.locator("#question").is_visible():
        await page.locator("#question-yes").click()
        return [await _answer(page)]
    seen: list[str] = []
    if await page.locator("#verify").is_hidden():
        return seen
    if name == "too-many":
        # All four, as the visitors wish.
        await page.locator("#verify").click()
        await expect(page.locator("body")).to_have_attribute("data-reason", "PARTY_TOO_LARGE")
        seen.append("PARTY_TOO_LARGE")
    while (
        await page.locator("#party-count").is_visible()
        and int(await page.locator("#party-chosen").inner_text()) > people
    ):
        await page.locator("#party-fewer").click()
    await page.locator("#verify").click()
    seen.append(await _answer(page))
    if seen[-1] == "TAKEN_BACK":
        await page.keyboard.press("Escape")
        seen += await serve(page, name, outcome)
    return seen

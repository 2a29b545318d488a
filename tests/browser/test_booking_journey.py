"""The whole way of a booking in Chromium: from the page of a show, over two real e-mails, to the gate and the second scan's refusal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.browser.hands_and_eyes import choose_gate, key_in, later, read_qr
from tests.support.hub import Hub
from tests.support.mail_server import MailServer
from tests.support.shows import add_stage
from tests.support.world import World


@pytest.fixture
async def post_office() -> AsyncIterator[Any]:
    server = MailServer()  # type: ignore[no-untyped-call]
    await server.start()
    yield server
    await server.stop()


async def letter(post_office: Any, number: int) -> EmailMessage:
    """Wait until the post office has taken in so many e-mails. Return the last of them."""
    for _ in range(1500):
        if len(post_office.messages) >= number:
            return post_office.messages[number - 1]  # type: ignore[no-any-return]
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(post_office.messages)} e-mails came, not {number}")


def link_of(mail: EmailMessage) -> str:
    """Return the address of the booking's page in an e-mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    (address, *_) = re.findall(r"https?://\S+/b/[\w-]+", part.get_content())
    return str(address)


def codes_of(mail: EmailMessage) -> set[str]:
    """Return the texts of the QR codes in the pictures of an e-mail."""
    pictures = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "image"]
    return {code.text for one in pictures for code in zxingcpp.read_barcodes(Image.open(BytesIO(one)))}


async def test_a_party_books_confirms_by_mail_and_comes_in_parts(
    open_hub: Callable[..., Awaitable[Hub]],
    hub_promises: Callable[[Hub], Awaitable[None]],
    post_office: Any,
    browser: Browser,
) -> None:
    hub = await open_hub(smtp_url=post_office.url)
    world = await World(hub).found()
    stage = await add_stage(world)
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="en-GB")
    visitor = await context.new_page()
    await visitor.goto(f"{hub.url}/shows")
    await visitor.get_by_role("link", name="The Tempest").click()
    await visitor.get_by_role("link", name=re.compile("Book seats")).first.click()
    await visitor.get_by_label("Name").fill("Ada Lovelace")
    await visitor.get_by_label("Email").fill("ada@example.com")
    await visitor.get_by_label("How many people?").fill("5")
    await visitor.get_by_role("button", name="Send my request").click()
    await expect(visitor.get_by_role("heading", name="Check your email")).to_be_visible()

    # The request takes no place, and opening its link changes nothing.
    request = await letter(post_office, 1)
    await visitor.goto(link_of(request))
    await expect(visitor.get_by_role("button", name="Confirm booking")).to_be_visible()
    assert await world.booked_count(stage.performance_id) == 0
    await visitor.get_by_role("button", name="Confirm booking").click()
    await expect(visitor.get_by_role("heading", name="You're booked")).to_be_visible()
    assert await world.booked_count(stage.performance_id) == 5
    code = await read_qr(visitor)

    # The second e-mail has the same code, and its link the same page. Neither says who comes, or how many.
    confirmation = await letter(post_office, 2)
    assert codes_of(confirmation) == {code}
    assert re.fullmatch(r"BKG-[2-9A-Z]{27}", code)
    await visitor.goto(link_of(confirmation))
    assert await read_qr(visitor) == code

    gates = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="en-GB")
    await gates.add_cookies([
        {"name": "hub_session", "value": await world.staff(), "url": hub.url, "httpOnly": True},
    ])  # fmt: skip
    gate = await gates.new_page()
    await gate.goto(f"{hub.url}/operator/scan")
    await choose_gate(gate, "Gate A")
    await expect(gate.locator("#link-state")).to_have_text("Live")
    await key_in(gate, code)
    await figures(gate, "VALID TICKET", "5 booked, 0 in")
    await gate.get_by_role("button", name="One fewer").tap()
    await gate.get_by_role("button", name="One fewer").tap()
    await gate.get_by_role("button", name="Admit 3 of 5").tap()
    await figures(gate, "ENTRY RECORDED", "3 of 5 in")
    await visitor.reload()
    await expect(visitor.get_by_role("heading", name="3 of 5 in")).to_be_visible()
    await scan_again(gate, code)
    await gate.get_by_role("button", name="Admit both").tap()
    await figures(gate, "ENTRY RECORDED", "5 of 5 in")

    # A whole party again is refused, at the scanner and over HTTP.
    await scan_again(gate, code)
    await figures(gate, "ALREADY VERIFIED", "5 of 5 in")
    await expect(gate.locator("body")).to_have_attribute("data-verdict", "YELLOW")
    status, reply = await hub.post("/api/check-in", {"code": code}, token=await world.staff())
    assert (status, reply["error"]["code"]) == (409, "ALREADY_CHECKED_IN")
    assert await world.booked_count(stage.performance_id) == 5
    await hub_promises(hub)
    await gates.close()
    await context.close()


async def figures(page: Page, word: str, people: str) -> None:
    """Wait for an answer about a party: its headline, and how many of it are in."""
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    await expect(page.locator("#party-figures")).to_have_text(people)


async def scan_again(page: Page, code: str) -> None:
    """Scan a code again, after the seconds in which it is the same scan."""
    await page.keyboard.press("Escape")
    await later(page)
    await key_in(page, code)

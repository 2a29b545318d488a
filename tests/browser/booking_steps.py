"""The steps of the booking page, one function each.

They go on with the Enter key: for a click Playwright waits until the button has stood still for two frames and is hit.
"""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

HEADINGS = {
    "ticket": "Enter your ticket code",
    "contact": "Where should we send your confirmation?",
    "code": "Enter the code we sent you",
    "slot": "When would you like to come?",
    "confirm": "Check your booking",
    "done": "You're booked",
}


async def at(page: Page, step: str) -> None:
    """Wait until the step is visible and, unless it is the first, its heading has the focus."""
    await expect(page.get_by_role("heading", name=HEADINGS[step])).to_be_visible()


async def enter_tickets(page: Page, *codes: str) -> None:
    field = page.get_by_role("textbox", name="Ticket code")
    await field.fill(", ".join(codes))
    await field.press("Enter")
    await at(page, "contact")


async def give_contact(page: Page, email: str = "john@example.com", phone: str = "+12025551234") -> None:
    await page.get_by_label("Email").fill(email)
    number = page.get_by_label("Phone")
    await number.fill(phone)
    await number.press("Enter")


async def pick(page: Page, time: str = "12:00") -> None:
    """Choose a time of today by its start. By clicks, which wait until the places have come in; a key does not."""
    await at(page, "slot")
    await page.get_by_role("button", name=re.compile("today, ")).click()
    await page.get_by_role("button", name=re.compile(f"^(Select|Keep) {time}")).click()


async def to_confirm(page: Page, *codes: str, time: str = "12:00") -> None:
    await enter_tickets(page, *codes)
    await give_contact(page)
    await pick(page, time)
    await at(page, "confirm")


async def confirm(page: Page) -> None:
    await page.get_by_role("button", name="Confirm booking", exact=True).click()

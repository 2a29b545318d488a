"""What a product says at the gate: the wrong gate, a flag, and a question; with a link, and without one."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.offline_scanner import (
    conflicts,
    entries,
    gone,
    ready_for_anything,
    scanner,
    synced,
)
from tests.support.hub import Hub
from tests.support.products import add_product, reserved_of
from tests.support.scan_log import read_scans
from tests.support.world import World

pytestmark = pytest.mark.one_hub

CARD = "Is the student card shown?"


async def answered(page: Page, code: str, answer: str, word: str) -> None:
    """Scan a code whose product asks, and give the answer with a thumb."""
    await key_in(page, code)
    await expect(page.get_by_role("heading", name="ASK FIRST")).to_be_visible()
    asked = page.get_by_role("group", name=CARD)
    await expect(page.locator("#verify")).to_be_hidden()
    await asked.get_by_role("button", name=answer, exact=True).click()
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    await expect(asked).to_be_hidden()
    await ready_for_anything(page)


async def test_the_gate_the_flag_and_the_question_with_a_link_and_without(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot()
    backstage = await add_product(world, "Backstage tour", gates=["Main gate"])
    guide = await add_product(world, "With guide dog", note="Show the way without stairs", attention=True)
    student = await add_product(world, "Student", question=CARD)
    wrong, flagged, yes, no = [
        [await reserved_of(world, slot, product) for _ in range(2)] for product in (backstage, guide, student, student)
    ]
    page = await scanner(world, open_page, phone=True)
    # In continuous mode, which would admit a valid ticket by itself.
    await page.locator("#settings").click()
    await page.locator("#set-continuous").check()
    await page.get_by_role("button", name="Done").click()
    for n in (0, 1):
        if n:
            await hub.stop_listening()
            await gone(page)
        await key_in(page, wrong[n].code)
        await expect(page.get_by_role("heading", name="WRONG GATE")).to_be_visible()
        await expect(page.get_by_text("Enter by gate Main gate")).to_be_visible()
        assert await page.evaluate("() => document.body.dataset.verdict") == "RED"
        await ready_for_anything(page)
        await key_in(page, flagged[n].code)
        await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
        await expect(page.get_by_text("ATTENTION")).to_be_visible()
        await expect(page.get_by_text("Show the way without stairs")).to_be_visible()
        await page.get_by_role("button", name="Mark as Verified").click()
        await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
        await ready_for_anything(page)
        await answered(page, yes[n].code, "Yes", "ENTRY RECORDED")
        await answered(page, no[n].code, "No", "DO NOT ADMIT")
    await hub.listen()
    await synced(page)
    assert {row["code"] for row in await entries(hub)} == {t.code for t in (*flagged, *yes)}
    notes = await read_scans(hub.database, "code", "reason", "source", "note", mode=["verify", "validate"])
    said = {(row["code"], row["source"]): (row["reason"], row["note"]) for row in notes if row["note"]}
    assert said == {
        (yes[0].code, "socket"): ("VERIFIED", f"{CARD} yes"), (yes[1].code, "sync"): ("VERIFIED", f"{CARD} yes"),
        (no[0].code, "socket"): ("QUESTION_DENIED", f"{CARD} no"), (no[1].code, "sync"): ("QUESTION_DENIED", f"{CARD} no"),
    }  # fmt: skip
    assert await conflicts(hub) == []
    await expect(page.locator("#scans")).to_contain_text(f"{CARD} yes")

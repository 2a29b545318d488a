"""One slot without JavaScript: its places, and closing it with everybody moved, asked to choose, or told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.mail_outbox import count_outbox
from tests.support.plain_browser import PlainBrowser
from tests.support.slots import count_slots, read_slot
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def browser(world: World, browser: PlainBrowser) -> PlainBrowser:
    """The same browser with the session of an administrator."""
    browser.sign_in(await world.staff("ADMIN"))
    return browser


async def test_everybody_is_moved_after_the_page_has_said_to_whom_it_happens(
    world: World, browser: PlainBrowser
) -> None:
    noon = await world.slot(TOMORROW, "12:00", "13:00", 50, booked=40)
    small = await world.slot(TOMORROW, "13:00", "14:00", 38)
    later = await world.slot(TOMORROW, "14:00", "15:00", 50)
    page = await browser.open(f"/admin/slots/{noon}")
    assert "40 people are booked." in page.text
    assert next(option.text for option in page.field("Move to").all("option")).endswith("38 of 40 fit")
    page.field("Move everybody to another slot").check()
    page.field("Move to").select(str(small))
    page.field("Your words to them").fill("The lift is broken.")
    await page.press("Show what happens")
    assert (page.status, page.alert.startswith("38 of 40 people can be moved to that slot.")) == (409, True)
    assert page.field("Your words to them").text == "The lift is broken."
    page.field("Move to").select(str(later))
    await page.press("Show what happens")
    assert "40 people: moved to 14:00 – 15:00, where 10 spaces stay free. 40 emails are sent." in page.text
    assert (await read_slot(world.hub.database, id=noon))["status"] == "ACTIVE"
    await page.press("Close slot")
    assert page.words_of("done") == "The slot is closed. Nobody can book it any more."
    assert "Everybody was moved to 14:00 – 15:00" in page.text
    assert await count_outbox(world.hub.database, kind="reservation.moved") == 40
    await page.press("Open the slot again")
    assert page.words_of("done") == "The slot is open again."


@pytest.mark.parametrize(
    ("way", "said", "afterwards", "kind"),
    [
        (
            "Let them choose another time",
            "stay booked until they choose",
            "3 people have not chosen yet",
            "reservation.choose",
        ),
        (
            "Tell them that it is cancelled",
            "cancelled. Their tickets are good",
            "told by email",
            "reservation.cancelled",
        ),
    ],
)
async def test_they_choose_or_are_told(
    world: World, browser: PlainBrowser, way: str, said: str, afterwards: str, kind: str
) -> None:
    noon = await world.slot(TOMORROW, "12:00", "13:00", 50, booked=3)
    page = await browser.open(f"/admin/slots/{noon}")
    page.field(way).check()
    await page.press("Show what happens")
    assert f"3 people: {said}" in page.text
    await page.press("Close slot")
    assert afterwards in page.text
    assert await count_outbox(world.hub.database, kind=kind) == 3


async def test_without_a_choice_nothing_happens(world: World, browser: PlainBrowser) -> None:
    noon = await world.slot(TOMORROW, booked=1)
    page = await browser.open(f"/admin/slots/{noon}")
    await page.press("Show what happens")
    assert (page.status, page.words_of("way-wrong")) == (400, "Choose what happens to those booked")


async def test_of_two_administrators_the_second_sees_what_the_first_saved(world: World, browser: PlainBrowser) -> None:
    noon = await world.slot(TOMORROW, capacity=50)
    page = await browser.open(f"/admin/slots/{noon}")
    async with PlainBrowser(world.hub.url) as beside:
        beside.sign_in(await world.staff("ADMIN", "Bob"))
        other = await beside.open(f"/admin/slots/{noon}")
        other.field("Spaces").fill("60")
        await other.press("Save")
        assert other.words_of("done") == "The slots are saved."
    page.field("Spaces").fill("45")
    await page.press("Save")
    assert (page.status, page.field("Spaces").value) == (412, "45")
    assert "Saved by somebody else: 60" in page.text
    assert (await read_slot(world.hub.database, id=noon))["total_capacity"] == 60
    await page.press("Save")
    assert (await read_slot(world.hub.database, id=noon))["total_capacity"] == 45, "now it was meant"


async def test_a_number_that_cannot_be_is_refused_beside_its_field(world: World, browser: PlainBrowser) -> None:
    noon = await world.slot(TOMORROW, capacity=50, booked=5)
    page = await browser.open(f"/admin/slots/{noon}")
    page.field("Spaces").fill("many")
    await page.press("Save")
    assert (page.status, page.words_of("capacity-wrong")) == (400, "Give a whole number")
    page.field("Spaces").fill("4")
    await page.press("Save")
    assert (page.status, "Spaces booked or held: 5" in page.alert) == (409, True)


async def test_a_slot_that_nobody_booked_is_deleted(world: World, browser: PlainBrowser) -> None:
    noon = await world.slot(TOMORROW)
    page = await browser.open(f"/admin/slots/{noon}")
    await page.press("Delete slot")
    assert page.words_of("done") == "The slots are deleted."
    assert await count_slots(world.hub.database) == 0
    page = await page.goto(f"/admin/slots/{noon}")
    assert page.status == 404

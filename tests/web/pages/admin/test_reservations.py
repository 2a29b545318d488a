"""The pages of reservations without JavaScript: the list, one reservation and its changes, the sheets on paper."""

from __future__ import annotations

from tests.support.mail_outbox import read_outbox
from tests.support.plain_browser import PlainBrowser
from tests.support.reservations import read_reservation
from tests.support.theatre import Theatre
from tests.support.tickets import change_ticket
from tests.support.world import TODAY, World


async def test_somebody_is_found_corrected_moved_and_cancelled(world: World, browser: PlainBrowser) -> None:
    ticket = await world.reserved(await world.slot())
    new = await world.slot(start="16:00", end="17:00", capacity=3)
    await change_ticket(world.hub.database, ticket.id, customer_name="Ada Lovelace")
    page = await browser.open("/admin/reservations?q=lovelace")
    page = await page.follow("Ada Lovelace")
    page.field("Email").fill("nowhere")
    await page.press("Save contact")
    assert (
        page.description(page.field("Email")).startswith("This is not")
        or "email" in page.description(page.field("Email")).lower()
    )
    assert page.field("Email").value == "nowhere"
    page.field("Email").fill("ada@example.com")
    page.field("Phone").fill("+39 06 1234567")  # as the hint of the field writes it
    await page.press("Save contact")
    assert page.words_of("done").startswith("The contact is saved")
    assert (await read_reservation(world.hub.database, "customer_phone", id=ticket.reservation_id))[
        "customer_phone"
    ] == "+39061234567"
    page.field("New time").select(str(new))
    await page.press("Move reservation")
    assert page.words_of("done").startswith("The reservation has been moved")
    await page.press("Send again")
    await page.press("Cancel reservation")
    assert page.words_of("done").startswith("The reservation is cancelled")
    row = await read_reservation(world.hub.database, "status", "slot_id", id=ticket.reservation_id)
    assert (row["status"], row["slot_id"]) == ("CANCELLED", new)
    assert [mail["recipient"] for mail in await read_outbox(world.hub.database, kind="reservation.cancelled")] == [
        "ada@example.com"
    ]


async def test_what_somebody_else_saved_meanwhile_is_shown_and_not_overwritten(
    world: World, browser: PlainBrowser
) -> None:
    ticket = await world.reserved(await world.slot())
    address = f"/admin/reservations/{ticket.reservation_id}"
    page, other = await browser.open(address), await browser.open(address)
    other.field("Phone").fill("+12025550000")
    await other.press("Save contact")
    page.field("Phone").fill("+12025551111")
    await page.press("Save contact")
    assert "Saved by somebody else: +12025550000" in page.text
    assert page.field("Phone").value == "+12025551111"
    assert (await read_reservation(world.hub.database, "customer_phone", id=ticket.reservation_id))[
        "customer_phone"
    ] == "+12025550000"


async def test_a_day_is_printed_by_time_and_a_booking_has_its_own_page(world: World, browser: PlainBrowser) -> None:
    theatre = await Theatre(world).found()
    ann = await theatre.booking(await theatre.performance(), "Ann Lee", 3)
    for start in ("12:00", "14:00"):
        await world.slot(start=start, end="15:00", booked=2)
    page = await browser.open(f"/admin/reservations?date={TODAY}")
    page = await page.follow("Print list")
    assert page.text.count("2 people") == 2
    page = await browser.open(f"/admin/reservations/{ann.reservation_id}")
    assert page.heading == "Ann Lee"
    assert "Booking number" in page.text


async def test_an_empty_list_and_nonsense_in_the_address_say_what_to_do(world: World, browser: PlainBrowser) -> None:
    assert "Nobody has booked yet." in (await browser.open("/admin/reservations")).text
    page = await browser.open(
        "/admin/reservations?date=x&slot=-1&status=NO&before=y&channel=z&q=%00&venue=9&product=1e9"
    )
    assert "No reservation matches." in page.text

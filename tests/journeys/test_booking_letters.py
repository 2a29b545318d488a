"""The letters of bookings as their actions cause them: written by the hub, and read in the development mailbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.message import EmailMessage

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.shows.close_performance import cancel_performance
from hub.actions.shows.move_performance import Move, move_performance
from hub.confirmation.development_mailbox import list_development_mail, read_development_mail
from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.sent_mail import bodies, calendar, shape
from tests.support.shows import Stage, add_booking, add_performance, add_stage
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def stage(world: World) -> Stage:
    return await add_stage(world, capacity=20, day=TOMORROW)


async def letter_to(hub: Hub, recipient: str) -> EmailMessage:
    for _ in range(600):
        for item in list_development_mail(hub.settings.data_dir):
            mail = read_development_mail(hub.settings.data_dir, item.name)
            if recipient in item.recipient and isinstance(mail, EmailMessage):
                return mail
        await asyncio.sleep(0.02)
    raise AssertionError(f"no mail for {recipient}")


async def test_a_cancelled_performance_writes_to_everybody_and_offers_what_fits(
    hub: Hub, world: World, stage: Stage
) -> None:
    later = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=1))
    booked = await add_booking(world, stage.performance_id, 3, email="booked@example.com")
    await add_booking(world, stage.performance_id, 2, "PENDING", email="asked@example.com")
    by = Actor(world.org_id, world.venue_id)
    await cancel_performance(hub.services, by, stage.performance_id, message="The stage is flooded.")
    for recipient, whole in (("booked@example.com", "multipart/mixed"), ("asked@example.com", "multipart/alternative")):
        mail = await letter_to(hub, recipient)
        assert shape(mail)[0] == whole, "only what stood in a calendar is taken out of it"
        text, page = bodies(mail)
        assert "This performance is cancelled" in text
        assert "The stage is flooded." in text
        assert f"{hub.url}/shows/{stage.show_id}/book/{later}" in page.links
    (event,) = calendar(await letter_to(hub, "booked@example.com")).walk("VEVENT")
    assert event["UID"].startswith(f"reservation-{booked.reservation_id}@")
    assert event["STATUS"] == "CANCELLED"


async def test_a_moved_performance_writes_the_old_and_the_new_time_with_a_link_that_opens(
    hub: Hub, world: World, stage: Stage
) -> None:
    await add_booking(world, stage.performance_id, 3, email="booked@example.com")
    by, move = Actor(world.org_id, world.venue_id), Move(day=TOMORROW + timedelta(days=7))
    await move_performance(hub.services, by, stage.performance_id, move, message="The actor is ill.")
    mail = await letter_to(hub, "booked@example.com")
    text, page = bodies(mail)
    assert "The performance has a new time" in text
    assert "The actor is ill." in text
    assert text.index("21 November 2026") < text.index("28 November 2026")
    (event,) = calendar(mail).walk("VEVENT")
    assert event["SEQUENCE"] == 1
    link = next(link for link in page.links if "/b/" in link and not link.endswith("/print"))
    async with hub.client.get(link.removeprefix(hub.url)) as answer:
        assert answer.status == 200
        assert "28 November" in await answer.text()


async def test_a_booking_that_staff_cancel_says_so(hub: Hub, world: World, stage: Stage) -> None:
    booking = await add_booking(world, stage.performance_id, 3, email="booked@example.com")
    answer = await Api(hub).delete(f"/api/reservations/{booking.reservation_id}", token=await world.staff("MANAGER"))
    assert answer.status == 200
    text, page = bodies(await letter_to(hub, "booked@example.com"))
    assert "We had to cancel your booking" in text
    assert page.links == [f"{hub.url}/shows/{stage.show_id}"]


async def test_a_move_by_its_holder_keeps_the_code_and_names_both_times(hub: Hub, world: World, stage: Stage) -> None:
    later = await add_performance(world, stage.show_id, stage.room_id, TOMORROW + timedelta(days=1))
    booking = await add_booking(world, stage.performance_id, 3, email="booked@example.com")
    answer = await Api(hub).put(
        f"/api/reservations/{booking.reservation_id}", {"slot_id": later}, token=await world.staff("MANAGER")
    )
    assert answer.status == 200, answer.body
    mail = await letter_to(hub, "booked@example.com")
    text, _ = bodies(mail)
    assert "Your booking has a new time" in text
    assert booking.code in text
    assert text.index("21 November 2026") < text.index("22 November 2026")

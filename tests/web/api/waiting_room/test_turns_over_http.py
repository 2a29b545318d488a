"""The waiting room over HTTP: who waits, whose turn it is, and what may be booked meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from hub.settings import Rate
from tests.support.api_client import Api, booking
from tests.support.hub import Hub
from tests.support.shows import add_stage
from tests.support.waiting_rooms import Visitor, open_waiting_room
from tests.support.world import NOON, TODAY, World

OpenHub = Callable[..., Awaitable[Hub]]
BOOK, TOMORROW = "/api/reservations/create", TODAY + timedelta(days=1)


async def test_without_a_waiting_room_everybody_goes_on(api: Api, world: World) -> None:
    slot = await world.slot()
    standing = await Visitor(api).join(f"slot:{slot}")
    assert (standing["state"], standing["turn_until"], standing["position"]) == ("turn", None, None)


async def test_the_whole_way_from_the_queue_to_a_booking(api: Api, world: World) -> None:
    slot = await world.slot()
    key = f"slot:{slot}"
    await open_waiting_room(world, "slots", 1)
    first, second, third = Visitor(api), Visitor(api), Visitor(api)
    assert (await first.join(key))["turn_until"].startswith("2026-11-20T11:10:")
    waiting = await second.join(key)
    assert (waiting["state"], waiting["position"], waiting["ahead"], waiting["rate"]) == ("waiting", 1, 0, 1)
    assert 60 <= waiting["seconds"] <= 121
    assert (await third.join(key))["position"] == 2
    refused = await second.post(BOOK, booking(await world.ticket(), slot))
    assert (refused.status, refused.code) == (409, "WAITING_ROOM")
    assert (refused.error["for"], refused.error["waiting_room"]) == (key, f"/waiting-room?for=slot%3A{slot}")
    assert await world.booked_count(slot) == 0
    assert (await first.post(BOOK, booking(await world.ticket(), slot))).status == 200
    assert (await first.post(BOOK, booking(await world.ticket(), slot))).code == "WAITING_ROOM"
    assert (await second.leave(key))["state"] == "none"
    assert (await third.look(key))["position"] == 1
    assert (await first.look(key))["state"] == "none"


async def test_a_place_is_one_for_all_tabs_and_reloads_of_a_browser(api: Api, world: World) -> None:
    key = f"slot:{await world.slot()}"
    await open_waiting_room(world, "slots", 0)
    ann, ben = Visitor(api), Visitor(api)
    await ann.join(key)
    await ben.join(key)
    assert [(await ann.join(key))["position"] for _ in range(3)] == [1, 1, 1]
    assert (await ben.join(key))["position"] == 2
    assert (await ben.look(key))["seconds"] is None, "paused: nobody can say"


async def test_a_cookie_that_the_hub_has_not_signed_is_no_visitor(api: Api, world: World) -> None:
    key = f"slot:{await world.slot()}"
    await open_waiting_room(world, "slots", 0)
    visitor = Visitor(api)
    await visitor.join(key)
    name, _, signed = visitor.cookie.partition("=")
    for forged in (signed[:-1] + ("A" if signed[-1] != "A" else "B"), "x", "", "a" * 24 + "." + "b" * 22):
        visitor.cookie = f"{name}={forged}"
        assert (await visitor.look(key))["state"] == "none"


async def test_a_refused_booking_keeps_its_turn_and_a_repeat_gets_its_first_answer(api: Api, world: World) -> None:
    slot = await world.slot()
    await open_waiting_room(world, "slots", 1)
    visitor = Visitor(api)
    await visitor.join(f"slot:{slot}")
    assert (
        await visitor.post(BOOK, {**booking(await world.ticket(), slot), "ticket_id": 999})
    ).code == "TICKET_NOT_FOUND"
    wanted = booking(await world.ticket(), slot)
    answers = [await visitor.post(BOOK, wanted, **{"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].data["reservation_id"] == answers[1].data["reservation_id"]
    assert (await visitor.post(BOOK, booking(await world.ticket(), slot))).code == "WAITING_ROOM"


async def test_a_visitor_cannot_move_past_the_queue_and_a_repeated_move_needs_no_second_turn(
    api: Api, world: World
) -> None:
    quiet, wanted = await world.slot(TOMORROW, "10:00", "11:00"), await world.slot(TOMORROW, "18:00", "19:00")
    booked = await world.reserved(quiet)
    await open_waiting_room(world, "slots", 1, change_cutoff_hours=0)
    visitor, path = Visitor(api), f"/api/reservations/{booked.reservation_id}?token={booked.token}"
    await visitor.join(f"slot:{wanted}")
    refused = await api.put(path, {"slot_id": wanted})
    assert (refused.code, refused.error["for"]) == ("WAITING_ROOM", f"slot:{wanted}")
    moves = [await api.put(path, {"slot_id": wanted}, headers=visitor.headers) for _ in range(2)]
    assert [move.status for move in moves] == [200, 200]
    assert (await visitor.look(f"slot:{wanted}"))["state"] == "none"


async def test_staff_book_without_waiting(api: Api, world: World) -> None:
    slot = await world.slot()
    await open_waiting_room(world, "slots", 0)
    wanted = booking(await world.ticket(), slot)
    assert (await api.post(BOOK, wanted)).code == "WAITING_ROOM"
    assert (await api.post(BOOK, wanted, token=await world.staff())).status == 200


async def test_one_room_stands_in_front_of_all_slots_of_a_day(api: Api, world: World) -> None:
    morning, evening = await world.slot(TOMORROW, "10:00", "11:00"), await world.slot(TOMORROW, "18:00", "19:00")
    await open_waiting_room(world, "days", 0)
    key = f"day:{world.venue_id}:{TOMORROW.isoformat()}"
    for slot in (morning, evening):
        assert (await api.post(BOOK, booking(await world.ticket(), slot))).error["for"] == key
    assert (await Visitor(api).join(key))["position"] == 1
    assert (await Visitor(api).join(f"slot:{morning}"))["state"] == "turn"


async def test_the_visitors_before_a_sale_learn_when_it_begins_and_no_position(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=4, day=TOMORROW, booking_opens_at=NOON + timedelta(minutes=5))
    await open_waiting_room(world, "shows", 60)
    standing = await Visitor(api).join(f"performance:{stage.performance_id}")
    assert (standing["state"], standing["position"]) == ("waiting", None)
    assert 290 <= standing["seconds"] <= 300
    assert standing["opens_at"].startswith("2026-11-20T11:0")


async def test_a_request_for_seats_needs_a_turn(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=4, day=TOMORROW)
    await open_waiting_room(world, "all", 1)
    wanted = {"performance_id": stage.performance_id, "name": "Ada", "email": "ada@example.com", "party_size": 1}
    visitor = Visitor(api)
    await visitor.join(f"performance:{stage.performance_id}")
    assert (await api.post("/api/bookings", wanted)).error["for"] == f"performance:{stage.performance_id}"
    assert (await visitor.post("/api/bookings", wanted)).status == 201
    assert (await visitor.post("/api/bookings", wanted)).code == "WAITING_ROOM"


async def test_a_sold_out_slot_says_so_and_its_waiting_list_needs_no_turn(api: Api, world: World) -> None:
    slot = await world.slot(TOMORROW, capacity=1, booked=1)
    await open_waiting_room(world, "slots", 0)
    assert (await Visitor(api).join(f"slot:{slot}"))["state"] == "sold_out"
    ticket = await world.ticket()
    wanted = {
        "ticket_codes": [ticket.code],
        "slot_id": slot,
        "customer_email": "a@example.com",
        "customer_phone": "+12025551234",
    }
    assert (await api.post("/api/waitlist", wanted)).status == 200


@pytest.mark.parametrize(
    "key", ["slot:0", "slot:x", "day:1", "day:1:2026-13-01", "performance:", "slot:99999999999999999", "gate:1"]
)
async def test_a_key_that_names_nothing_is_refused(api: Api, key: str) -> None:
    assert (await api.post("/api/waiting-room", {"for": key})).code == "INVALID_REQUEST"
    assert (await api.get(f"/api/waiting-room?for={key}")).status == 400


async def test_an_unknown_room_is_not_found(api: Api, world: World) -> None:
    for key in ("slot:4711", "performance:4711", f"day:{world.venue_id}:2026-01-01"):
        assert (await api.post("/api/waiting-room", {"for": key})).code == "NOT_FOUND"


async def test_too_many_joins_of_an_address_are_slowed_down_and_reloads_are_not(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_waiting_room=Rate(3, 60))
    world, api = await World(hub).found(), Api(hub)
    key = f"slot:{await world.slot()}"
    await open_waiting_room(world, "slots", 0)
    visitor = Visitor(api)
    for _ in range(10):
        await visitor.join(key)
    for _ in range(2):
        await Visitor(api).join(key)
    answer = await api.post("/api/waiting-room", {"for": key})
    assert (answer.status, answer.code) == (429, "RATE_LIMITED")

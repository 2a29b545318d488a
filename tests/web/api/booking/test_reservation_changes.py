"""Changes over HTTP: move or cancel one reservation or the party, and what is stored and published."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from hub.events.announcements import TicketsChanged, code_hash
from tests.support.api_client import Answer, Api
from tests.support.mail_outbox import read_outbox
from tests.support.orders import change_products
from tests.support.reservations import read_reservations
from tests.support.slots import change_slot, read_slot, read_slots
from tests.support.world import NOON, TODAY, World
from tests.web.api.booking.test_parties import book

LATER = TODAY + timedelta(days=9)
NEXT = TODAY + timedelta(days=10)


async def booked(api: Api, world: World, slot: int, size: int = 3) -> dict[str, Any]:
    """Book a party of `size`. Return the response, with the `ids` and `headers` of its holder."""
    data: dict[str, Any] = (await book(api, await world.tickets(size), slot)).data
    data["ids"] = [one["reservation_id"] for one in data["reservations"]]
    data["headers"] = {"X-Reservation-Token": data["token"]}
    return data


async def move(api: Api, of: dict[str, Any], slot: int, *, n: int = 0, whole: bool = False) -> Answer:
    body = {"slot_id": slot, "party": True} if whole else {"slot_id": slot}
    return await api.put(f"/api/reservations/{of['ids'][n]}", body, headers=of["headers"])


async def mails(world: World, kind: str) -> list[Any]:
    rows = await read_outbox(
        world.hub.database, "kind", "reservation_id", "recipient", "payload", "language", kind=kind, order_by="id"
    )
    return [{**row, "payload": json.loads(row["payload"])} for row in rows]


@pytest.fixture
async def api(open_hub: Any) -> Api:
    """A hub whose mails stay in the outbox, where these tests read them."""
    hub = await open_hub(smtp_url="smtp://127.0.0.1:9")
    return Api(hub)


@pytest.fixture
async def world(api: Api) -> World:
    return await World(api.hub).found()


async def test_a_moved_reservation_has_the_new_slot_and_the_old_place_is_free(api: Api, world: World) -> None:
    old, new = await world.slot(LATER, capacity=3), await world.slot(NEXT, "15:00", "16:00", capacity=3)
    party = await booked(api, world, old, 1)
    moved = (await move(api, party, new)).data
    assert moved["slot"]["slot_id"] == new
    assert (moved["slot"]["date"], moved["slot"]["start_time"]) == (str(NEXT), "15:00:00")
    assert (await world.booked_count(old), await world.booked_count(new)) == (0, 1)
    (mail,) = await mails(world, "reservation.moved")
    assert (mail["reservation_id"], mail["recipient"]) == (party["ids"][0], "john@example.com")
    assert mail["payload"] == {
        "manage_token": party["token"],
        "reservation_ids": party["ids"],
        "was": {"date": str(LATER), "start_time": "12:00:00", "end_time": "14:00:00"},
    }


async def test_moving_it_again_to_where_it_is_changes_nothing(api: Api, world: World) -> None:
    old, new = await world.slot(LATER), await world.slot(NEXT)
    party = await booked(api, world, old)
    first = await move(api, party, new, whole=True)
    before = await read_slots(world.hub.database, "id", "revision", order_by="id")
    assert (await move(api, party, new, whole=True)).body == first.body
    assert (await move(api, party, new)).status == 200
    assert await read_slots(world.hub.database, "id", "revision", order_by="id") == before
    assert len(await mails(world, "reservation.moved")) == 1


async def test_a_party_moves_together_or_one_by_one(api: Api, world: World) -> None:
    old, new = await world.slot(LATER), await world.slot(NEXT)
    party = await booked(api, world, old)
    await move(api, party, new, n=1)
    shown = (await api.get("/api/reservations/by-token", headers=party["headers"])).data["party"]
    assert [one["slot_id"] for one in shown] == [old, new, old]
    moved = (await move(api, party, new, whole=True)).data["party"]
    assert [one["slot_id"] for one in moved] == [new, new, new]
    first, second = await mails(world, "reservation.moved")
    assert first["payload"]["reservation_ids"] == [party["ids"][1]]
    assert second["payload"]["reservation_ids"] == [party["ids"][0], party["ids"][2]]
    sequences = await read_reservations(world.hub.database, "calendar_sequence", order_by="id")
    assert [row[0] for row in sequences] == [1, 1, 1]


async def test_a_party_that_does_not_fit_stays_where_it_is(api: Api, world: World) -> None:
    old, tight, roomy = (
        await world.slot(LATER),
        await world.slot(NEXT, capacity=2),
        await world.slot(NEXT, "15:00", "16:00"),
    )
    party = await booked(api, world, old)
    answer = await move(api, party, tight, whole=True)
    assert (answer.status, answer.code, answer.error["free"]) == (409, "SLOT_FULL", 2)
    assert roomy in [one["slot_id"] for one in answer.error["alternative_slots"]]
    assert (await world.booked_count(old), await world.booked_count(tight)) == (3, 0)
    assert await mails(world, "reservation.moved") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "CLOSED"}, "SLOT_CLOSED"),
        ({"starts_at": NOON - timedelta(days=1), "ends_at": NOON - timedelta(hours=23)}, "SLOT_PAST"),
    ],
)
async def test_a_slot_nobody_can_book_is_none_to_move_to(
    api: Api, world: World, change: dict[str, Any], code: str
) -> None:
    party, new = await booked(api, world, await world.slot(LATER), 1), await world.slot(NEXT)
    await change_slot(world.hub.database, new, **change)
    assert (await move(api, party, new)).code == code
    assert (await move(api, party, 424242)).code == "SLOT_NOT_FOUND"


async def test_a_ticket_for_one_venue_moves_within_it(api: Api, world: World) -> None:
    await change_products(world.hub.database, venue_id=world.venue_id)
    party = await booked(api, world, await world.slot(LATER), 1)
    assert (await move(api, party, await world.slot(NEXT, venue_id=await world.venue()))).code == "WRONG_VENUE"


async def test_a_ticket_cannot_move_past_its_own_end(api: Api, world: World) -> None:
    ticket = await world.ticket(valid_until=NOON + timedelta(days=9, hours=12))
    party = (await book(api, [ticket], await world.slot(LATER))).data
    party |= {"ids": [party["reservations"][0]["reservation_id"]], "headers": {"X-Reservation-Token": party["token"]}}
    assert (await move(api, party, await world.slot(NEXT))).code == "TICKET_EXPIRED"


async def test_another_organisations_slot_is_not_found(api: Api, world: World) -> None:
    party = await booked(api, world, await world.slot(LATER), 1)
    other_world = await World(api.hub).found()
    assert (await move(api, party, await other_world.slot(LATER))).code == "SLOT_NOT_FOUND"


async def test_the_cutoff_counts_to_the_second_and_not_for_staff(api: Api, world: World) -> None:
    old, new = await world.slot(LATER), await world.slot(NEXT)
    party = await booked(api, world, old, 1)
    starts = NOON + timedelta(days=9)
    api.hub.clock.set(starts - timedelta(hours=24, seconds=30))
    seen = (await api.get(f"/api/reservations/{party['ids'][0]}", headers=party["headers"])).data
    assert (seen["can_change"], seen["change_until"]) == (True, "2026-11-28T11:00:00Z")
    api.hub.clock.set(starts - timedelta(hours=24) + timedelta(seconds=1))
    assert (await api.get("/api/reservations/by-token", headers=party["headers"])).data["can_change"] is False
    for answer in (
        await move(api, party, new),
        await api.delete(f"/api/reservations/{party['ids'][0]}", headers=party["headers"]),
    ):
        assert (answer.status, answer.code, answer.error["change_cutoff_hours"]) == (409, "CHANGE_TOO_LATE", 24)
    manager = await world.staff("MANAGER")
    answer = await api.put(f"/api/reservations/{party['ids'][0]}", {"slot_id": new}, token=manager)
    assert answer.data["slot"]["slot_id"] == new


async def test_the_mail_of_a_move_by_staff_has_a_link_of_its_own_to_the_same_party(api: Api, world: World) -> None:
    old, new = await world.slot(LATER), await world.slot(NEXT)
    party = await booked(api, world, old)
    manager = await world.staff("MANAGER")
    await api.put(f"/api/reservations/{party['ids'][0]}", {"slot_id": new, "party": True}, token=manager)
    (mail,) = await mails(world, "reservation.moved")
    link = mail["payload"]["manage_token"]
    assert link != party["token"]
    by_link = await api.get("/api/reservations/by-token", headers={"X-Reservation-Token": link})
    assert by_link.body == (await api.get("/api/reservations/by-token", headers=party["headers"])).body.replace(
        party["token"].encode(), link.encode()
    )
    # The new link has the same rights as the first: it can move the party back.
    assert (await move(api, {**party, "headers": {"X-Reservation-Token": link}}, old, whole=True)).status == 200


async def test_only_who_may_see_it_may_move_it(api: Api, world: World) -> None:
    party, other = (
        await booked(api, world, await world.slot(LATER), 1),
        await booked(api, world, await world.slot(NEXT), 1),
    )
    slot = await world.slot(NEXT, "15:00", "16:00")
    path = f"/api/reservations/{party['ids'][0]}"
    assert (await api.put(path, {"slot_id": slot})).status == 401
    assert (await api.put(path, {"slot_id": slot}, headers=other["headers"])).status == 404
    assert (await api.put(path, {"slot_id": slot}, token=await world.staff())).status == 403
    other_world = await World(api.hub).found()
    assert (await api.put(path, {"slot_id": slot}, token=await other_world.staff("MANAGER"))).status == 404


async def test_a_party_cancels_together_and_once(api: Api, world: World) -> None:
    slot = await world.slot(LATER, capacity=3)
    party = await booked(api, world, slot)
    path = f"/api/reservations/{party['ids'][0]}?party=1"
    first = await api.delete(path, headers=party["headers"])
    assert first.data == {
        "reservation_id": party["ids"][0],
        "status": "CANCELLED",
        "ticket_status": "ACTIVATED",
        "reservation_ids": party["ids"],
    }
    assert (await api.delete(path, headers=party["headers"])).body == first.body
    assert await world.booked_count(slot) == 0
    (mail,) = await mails(world, "reservation.cancelled")
    assert mail["payload"] == {"cause": "holder", "reservation_ids": party["ids"], "manage_token": party["token"]}
    causes = await read_reservations(world.hub.database, "cancel_cause")
    assert {row["cancel_cause"] for row in causes} == {"holder"}
    # Cancel, and book again.
    codes = [one["ticket_code"] for one in party["reservations"]]
    body = {"ticket_codes": codes, "slot_id": slot, "customer_email": "a@example.com", "customer_phone": "+12025551234"}
    assert (await api.post("/api/reservations", body)).status == 200


async def test_one_of_a_party_cancels_and_the_others_stand(api: Api, world: World) -> None:
    slot = await world.slot(LATER)
    party = await booked(api, world, slot)
    await api.delete(f"/api/reservations/{party['ids'][0]}", headers=party["headers"])
    assert await world.booked_count(slot) == 2
    seen = (await api.get("/api/reservations/by-token", headers=party["headers"])).data
    assert seen["reservation_id"] == party["ids"][1], "the link opens one that stands"
    assert [one["status"] for one in seen["party"]] == ["CANCELLED", "RESERVED", "RESERVED"]
    rest = await api.delete(f"/api/reservations/{party['ids'][1]}?party=1", headers=party["headers"])
    assert rest.data["reservation_ids"] == party["ids"]
    _, second = await mails(world, "reservation.cancelled")
    assert second["payload"]["reservation_ids"] == party["ids"][1:]


async def test_staff_cancels_with_its_own_cause(api: Api, world: World) -> None:
    party = await booked(api, world, await world.slot(), 1)
    await api.delete(f"/api/reservations/{party['ids'][0]}", token=await world.staff("MANAGER"))
    (mail,) = await mails(world, "reservation.cancelled")
    assert mail["payload"] == {"cause": "staff", "reservation_ids": party["ids"]}


async def test_what_is_over_can_neither_move_nor_be_given_back(api: Api, world: World) -> None:
    slot, new = await world.slot(), await world.slot(NEXT)
    await world.policy(change_cutoff_hours=0)
    party = await booked(api, world, slot, 2)
    gate = await api.hub.socket(await world.staff())
    await gate.verify(party["reservations"][0]["ticket_code"])
    assert (await move(api, party, new)).code == "TICKET_ALREADY_USED"
    manager = await world.staff("MANAGER")
    assert (await api.delete(f"/api/reservations/{party['ids'][0]}", token=manager)).code == "TICKET_ALREADY_USED"
    # A ticket that was used stays. The other one can still be cancelled.
    answer = await api.delete(f"/api/reservations/{party['ids'][0]}?party=1", token=manager)
    assert answer.data["reservation_ids"] == party["ids"][1:]
    assert (await move(api, party, new, n=1)).code == "TICKET_CANCELLED"
    await gate.close()


async def test_a_place_given_back_where_somebody_waits_is_held_and_not_free(api: Api, world: World) -> None:
    old, new = await world.slot(LATER, capacity=3), await world.slot(NEXT)
    party = await booked(api, world, old)
    await change_slot(world.hub.database, old, has_waitlist=True)
    await api.delete(f"/api/reservations/{party['ids'][0]}", headers=party["headers"])
    await move(api, party, new, n=1)
    assert tuple(await read_slot(world.hub.database, "booked_count", "held_count", id=old)) == (1, 2)
    assert tuple(await read_slot(world.hub.database, "booked_count", "held_count", id=new)) == (1, 0)
    assert (await book(api, [await world.ticket()], old)).code == "SLOT_FULL"


async def test_the_gate_knows_of_both_slots(api: Api, world: World) -> None:
    old, new = await world.slot(LATER, capacity=1), await world.slot(NEXT, capacity=1)
    party = await booked(api, world, old, 1)
    assert (await book(api, [await world.ticket()], old)).code == "SLOT_FULL"
    await move(api, party, new)
    assert (await book(api, [await world.ticket()], new)).code == "SLOT_FULL"
    assert (await book(api, [await world.ticket()], old)).status == 200


async def test_changes_are_published_to_scanners_by_hashes(api: Api, world: World) -> None:
    received = api.hub.announced()
    old, new = await world.slot(LATER), await world.slot(NEXT)
    party = await booked(api, world, old, 2)
    await move(api, party, new, whole=True)
    await api.delete(f"/api/reservations/{party['ids'][0]}?party=1", headers=party["headers"])
    results = [one for one in received if isinstance(one, TicketsChanged)]
    hashes = {code_hash(one["ticket_code"]) for one in party["reservations"]}
    assert [(one.change, set(one.hashes)) for one in results] == [
        ("reserved", hashes), ("moved", hashes), ("cancelled", hashes)
    ]  # fmt: skip
    assert all(one.venue_id == world.venue_id for one in results)


async def test_the_calendar_file_follows_a_move(api: Api, world: World) -> None:
    party = await booked(api, world, await world.slot(LATER), 2)
    path = f"/api/reservations/{party['ids'][0]}/calendar.ics"

    async def event() -> Any:
        (found,) = Calendar.from_ical((await api.get(path, headers=party["headers"])).body).walk("VEVENT")
        return found

    before = await event()
    await move(api, party, await world.slot(NEXT), whole=True)
    after = await event()
    assert (after["UID"], after["SEQUENCE"] > before["SEQUENCE"]) == (before["UID"], True)
    assert (before.start.date(), after.start.date()) == (LATER, NEXT)
    await api.delete(f"/api/reservations/{party['ids'][0]}?party=1", headers=party["headers"])
    gone = await event()
    assert (gone["UID"], gone["STATUS"], gone["SEQUENCE"] > after["SEQUENCE"]) == (before["UID"], "CANCELLED", True)


async def test_the_reservation_says_where_it_is_and_opens_other_calendars(api: Api, world: World) -> None:
    await world.policy(address="Via Garibaldi 1, Torino")
    party = await booked(api, world, await world.slot(LATER))
    seen = (await api.get(f"/api/reservations/{party['ids'][1]}", headers=party["headers"])).data
    assert seen["venue"] == {
        "id": world.venue_id, "name": "Test Venue", "address": "Via Garibaldi 1, Torino", "timezone": "Europe/Rome"
    }  # fmt: skip
    assert seen["calendar_links"]["google"].startswith("https://calendar.google.com/")
    assert seen["calendar_links"]["outlook"].startswith("https://outlook.live.com/")
    for link in seen["calendar_links"].values():
        assert party["token"] not in link
        assert seen["ticket_code"] not in link

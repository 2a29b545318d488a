"""Bookings over HTTP: asking for seats, confirming by the link of the e-mail, and every failure of either."""

from __future__ import annotations

import asyncio
import base64
import io
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from hub.clock import Clock
from hub.observability.logs import captured
from hub.settings import Rate
from tests.support.api_client import Answer, Api, booking
from tests.support.mail_outbox import count_outbox, read_outbox
from tests.support.shows import (
    Stage,
    add_booking,
    add_performance,
    add_room,
    add_show,
    add_stage,
    admit_people,
    change_booking,
    change_show,
    count_bookings,
    read_booking_row,
    read_confirm_token,
)
from tests.support.slots import change_slot, hold_places, revise_slot
from tests.support.still_outbox import send_nothing
from tests.support.tickets import read_ticket
from tests.support.world import NOON, TODAY, World

LATER = TODAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


def asking(performance_id: int, **other: Any) -> dict[str, Any]:
    body = {
        "performance_id": performance_id,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "party_size": 3,
        **other,
    }
    return {name: value for name, value in body.items() if value != "left out"}


async def ask(api: Api, performance_id: int, *, key: str | None = None, **other: Any) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.post("/api/bookings", asking(performance_id, **other), headers=headers)


async def requested(api: Api, performance_id: int, **other: Any) -> tuple[Answer, str]:
    """Ask for seats. Return the answer, and the token in the e-mail."""
    answer = await ask(api, performance_id, **other)
    assert answer.status == 201, answer.body
    return answer, await read_confirm_token(api.hub.database, answer.data["booking_id"])


async def confirm(api: Api, token: str, *, key: str | None = None, **other: Any) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.post("/api/bookings/confirm", {"token": token, **other}, headers=headers)


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.code


def fields(answer: Answer) -> list[str]:
    assert refusal(answer) == (400, "INVALID_REQUEST"), answer.body
    return [problem["field"] for problem in answer.error["errors"]]


async def test_from_the_request_to_the_qr_code(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=10)
    answer, token = await requested(api, stage.performance_id, phone="+12025551234", notes="Two of us are small")
    assert set(answer.data) == {"booking_id", "status", "expires_at", "performance"}
    assert answer.data["status"] == "PENDING"
    assert answer.data["performance"]["performance_id"] == stage.performance_id
    assert token not in answer.body.decode()
    assert await world.booked_count(stage.performance_id) == 0
    confirmed = await confirm(api, token)
    assert confirmed.status == 200, confirmed.body
    assert (confirmed.data["status"], confirmed.data["party_size"]) == ("CONFIRMED", 3)
    assert confirmed.data["performance"] == answer.data["performance"]
    assert confirmed.data["page_url"] == f"{api.hub.url}/b/{token}"
    picture = Image.open(io.BytesIO(base64.b64decode(confirmed.data["qr_code"].removeprefix("data:image/png;base64,"))))
    (code,) = [barcode.text for barcode in zxingcpp.read_barcodes(picture.convert("L"))]
    assert code == confirmed.data["code"]
    assert code.startswith("BKG-")
    assert await world.booked_count(stage.performance_id) == 3
    row = await read_booking_row(api.hub.database, id=answer.data["booking_id"])
    assert (row["status"], row["party_size"], row["phone"]) == ("CONFIRMED", 3, "+12025551234")
    assert row["notes"] == "Two of us are small"
    mails = await read_outbox(api.hub.database, "kind", "recipient", order_by="id")
    assert [tuple(mail) for mail in mails] == [
        ("booking.requested", "ada@example.com"),
        ("booking.confirmed", "ada@example.com"),
    ]


# ---- every failure state of the document


async def _unknown(api: Api, world: World, stage: Stage) -> Answer:
    return await ask(api, stage.performance_id + 999)


async def _slot_of_the_venue(api: Api, world: World, stage: Stage) -> Answer:
    return await ask(api, await world.slot())


async def _of_a_draft(api: Api, world: World, stage: Stage) -> Answer:
    await change_show(api.hub.database, stage.show_id, status="DRAFT")
    return await ask(api, stage.performance_id)


async def _invalid_contact(api: Api, world: World, stage: Stage) -> Answer:
    return await ask(api, stage.performance_id, email="ada")


async def _no_party(api: Api, world: World, stage: Stage) -> Answer:
    return await ask(api, stage.performance_id, party_size=0)


async def _closed(api: Api, world: World, stage: Stage) -> Answer:
    await change_slot(api.hub.database, stage.performance_id, booking_closed=True)
    return await ask(api, stage.performance_id)


async def _not_yet_open(api: Api, world: World, stage: Stage) -> Answer:
    await change_slot(api.hub.database, stage.performance_id, booking_opens_at=NOON + timedelta(hours=1))
    return await ask(api, stage.performance_id)


async def _over(api: Api, world: World, stage: Stage) -> Answer:
    await change_slot(api.hub.database, stage.performance_id, booking_closes_at=NOON - timedelta(minutes=1))
    return await ask(api, stage.performance_id)


async def _cancelled_performance(api: Api, world: World, stage: Stage) -> Answer:
    await change_slot(api.hub.database, stage.performance_id, status="CLOSED")
    return await ask(api, stage.performance_id)


async def _full_at_the_request(api: Api, world: World, stage: Stage) -> Answer:
    await add_booking(world, stage.performance_id, 3)
    return await ask(api, stage.performance_id)


async def _full_at_the_confirmation(api: Api, world: World, stage: Stage) -> Answer:
    pending = await add_booking(world, stage.performance_id, 3, "PENDING")
    await add_booking(world, stage.performance_id, 3)
    return await confirm(api, pending.confirm_token)


async def _closed_at_the_confirmation(api: Api, world: World, stage: Stage) -> Answer:
    pending = await add_booking(world, stage.performance_id, 3, "PENDING")
    await change_slot(api.hub.database, stage.performance_id, booking_closed=True)
    return await confirm(api, pending.confirm_token)


async def _cancelled_at_the_confirmation(api: Api, world: World, stage: Stage) -> Answer:
    pending = await add_booking(world, stage.performance_id, 3, "PENDING")
    await change_slot(api.hub.database, stage.performance_id, status="CLOSED")
    return await confirm(api, pending.confirm_token)


async def _unknown_link(api: Api, world: World, stage: Stage) -> Answer:
    return await confirm(api, "x" * 32)


async def _expired_link(api: Api, world: World, stage: Stage) -> Answer:
    pending = await add_booking(world, stage.performance_id, expires_at=NOON, status="PENDING")
    return await confirm(api, pending.confirm_token)


async def _ended_link(api: Api, world: World, stage: Stage) -> Answer:
    return await confirm(api, (await add_booking(world, stage.performance_id, status="EXPIRED")).confirm_token)


async def _used_link(api: Api, world: World, stage: Stage) -> Answer:
    return await confirm(api, (await add_booking(world, stage.performance_id)).confirm_token)


async def _link_of_somebody_who_is_in(api: Api, world: World, stage: Stage) -> Answer:
    inside = await add_booking(world, stage.performance_id)
    await admit_people(api.hub.database, inside, 1)
    return await confirm(api, inside.confirm_token)


async def _cancelled_booking(api: Api, world: World, stage: Stage) -> Answer:
    return await confirm(api, (await add_booking(world, stage.performance_id, status="CANCELLED")).confirm_token)


FAILURES = {
    "no people": (_no_party, 400, "INVALID_REQUEST"),
    "no address": (_invalid_contact, 400, "INVALID_CONTACT"),
    "unknown performance": (_unknown, 404, "PERFORMANCE_NOT_FOUND"),
    "a slot of the venue": (_slot_of_the_venue, 404, "PERFORMANCE_NOT_FOUND"),
    "of a draft": (_of_a_draft, 404, "PERFORMANCE_NOT_FOUND"),
    "closed": (_closed, 409, "BOOKING_CLOSED"),
    "not yet open": (_not_yet_open, 409, "BOOKING_CLOSED"),
    "over": (_over, 409, "BOOKING_CLOSED"),
    "cancelled performance": (_cancelled_performance, 409, "BOOKING_CLOSED"),
    "full at the request": (_full_at_the_request, 409, "NO_CAPACITY"),
    "full at the confirmation": (_full_at_the_confirmation, 409, "NO_CAPACITY"),
    "closed at the confirmation": (_closed_at_the_confirmation, 409, "BOOKING_CLOSED"),
    "cancelled at the confirmation": (_cancelled_at_the_confirmation, 409, "BOOKING_CLOSED"),
    "unknown link": (_unknown_link, 404, "CONFIRMATION_NOT_FOUND"),
    "expired link": (_expired_link, 410, "CONFIRMATION_EXPIRED"),
    "link of a request that was ended": (_ended_link, 410, "CONFIRMATION_EXPIRED"),
    "used link": (_used_link, 409, "CONFIRMATION_USED"),
    "link of somebody who is in": (_link_of_somebody_who_is_in, 409, "CONFIRMATION_USED"),
    "cancelled booking": (_cancelled_booking, 409, "BOOKING_CANCELLED"),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_each_failure_state_has_its_status_and_code_and_changes_nothing(
    api: Api, world: World, name: str
) -> None:
    fail, status, code = FAILURES[name]
    stage = await add_stage(world, capacity=5)
    another = await add_performance(world, stage.show_id, stage.room_id, TODAY + timedelta(days=1))
    answer = await fail(api, world, stage)
    assert refusal(answer) == (status, code), answer.body
    assert answer.error["message"]
    assert await count_outbox(api.hub.database, status="PENDING") == 0
    if code == "NO_CAPACITY":
        assert answer.error["available_count"] == 2
    if code in ("NO_CAPACITY", "BOOKING_CLOSED"):
        (alternative,) = answer.error["alternatives"]
        assert (alternative["performance_id"], alternative["available_count"]) == (another, 5)
        assert alternative["room"]
    if answer.path.endswith("/confirm") and code != "CONFIRMATION_NOT_FOUND":
        assert (answer.error["performance_id"], answer.error["show_id"]) == (stage.performance_id, stage.show_id)
    if code == "CONFIRMATION_USED":
        assert answer.error["page_url"].startswith(f"{api.hub.url}/b/")


# ---- what is typed


@pytest.mark.parametrize("party_size", [0, -1, 1.5, 10**9, 1001, "3", None, True, [], "left out"])
async def test_a_party_that_is_no_number_of_people_is_refused(api: Api, world: World, party_size: Any) -> None:
    stage = await add_stage(world)
    assert fields(await ask(api, stage.performance_id, party_size=party_size)) == ["party_size"]
    assert await count_bookings(api.hub.database) == 0


async def test_the_party_is_limited_by_the_performance_or_else_by_the_show(api: Api, world: World) -> None:
    stage = await add_stage(world, show={"largest_party": 4})
    school = await add_performance(world, stage.show_id, stage.room_id, LATER, largest_party=60)
    assert (await ask(api, stage.performance_id, party_size=4)).status == 201
    too_large = await ask(api, stage.performance_id, party_size=5)
    assert fields(too_large) == ["party_size"]
    assert too_large.error["largest_party"] == 4
    assert (await ask(api, school, party_size=60)).status == 201
    assert (await ask(api, school, party_size=61)).status == 400


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("x" * 200, "x" * 200),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467 Rossi", "\U0001f468\u200d\U0001f469\u200d\U0001f467 Rossi"),
        ("\u0639\u0628\u062f \u0627\u0644\u0644\u0647", "\u0639\u0628\u062f \u0627\u0644\u0644\u0647"),
        ("  Ada\u00a0\u3000Lovelace\n", "Ada Lovelace"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("<b>Ada</b> & 'co'", "<b>Ada</b> & 'co'"),
    ],
)
async def test_a_name_in_any_script_is_kept(api: Api, world: World, name: str, kept: str) -> None:
    stage = await add_stage(world)
    answer, token = await requested(api, stage.performance_id, name=name)
    assert (await confirm(api, token)).status == 200
    assert (await read_booking_row(api.hub.database, "name", id=answer.data["booking_id"]))["name"] == kept
    assert (await read_ticket(api.hub.database, "customer_name", id=answer.data["booking_id"]))["customer_name"] == kept


@pytest.mark.parametrize(
    "name", ["", "   ", "\u200b\u2060", "\u202eadA\u202c", "M\ufffdller", "x" * 201, "A\x00da", 7, None, "left out"]
)
async def test_a_name_that_does_not_show_or_is_too_long_is_refused(api: Api, world: World, name: Any) -> None:
    stage = await add_stage(world)
    assert fields(await ask(api, stage.performance_id, name=name)) == ["name"]


@pytest.mark.parametrize(
    ("contact", "wrong"),
    [
        ({"email": "ada"}, ["email"]),
        ({"email": "ada@example.com\nBcc: all@example.com"}, ["email"]),
        ({"phone": "12"}, ["phone"]),
        ({"email": "", "phone": "call me"}, ["email", "phone"]),
    ],
)
async def test_a_contact_that_cannot_be_reached_is_refused(
    api: Api, world: World, contact: dict[str, str], wrong: list[str]
) -> None:
    stage = await add_stage(world)
    answer = await ask(api, stage.performance_id, **contact)
    assert refusal(answer) == (400, "INVALID_CONTACT")
    assert [problem["field"] for problem in answer.error["validation_errors"]] == wrong


@pytest.mark.parametrize("phone", ["left out", None, "", "  "])
async def test_a_phone_number_may_be_left_out(api: Api, world: World, phone: Any) -> None:
    stage = await add_stage(world)
    answer, token = await requested(api, stage.performance_id, phone=phone)
    assert (await confirm(api, token)).status == 200
    assert (await read_booking_row(api.hub.database, "phone", id=answer.data["booking_id"]))["phone"] is None


async def test_notes_are_kept_and_their_length_is_bounded(api: Api, world: World) -> None:
    stage = await add_stage(world)
    answer, _ = await requested(api, stage.performance_id, notes="A wheelchair\r\n\r\nand a pram ")
    row = await read_booking_row(api.hub.database, "notes", id=answer.data["booking_id"])
    assert row["notes"] == "A wheelchair\n\nand a pram"
    assert fields(await ask(api, stage.performance_id, notes="x" * 1001)) == ["notes"]


async def test_the_words_that_were_agreed_to_are_kept(api: Api, world: World) -> None:
    words = "You may take pictures of me."
    stage = await add_stage(world, show={"consent": words, "translations": '{"zh_Hans": {"consent": "可以拍照"}}'})
    assert fields(await ask(api, stage.performance_id)) == ["consent"]
    assert fields(await ask(api, stage.performance_id, consent=False)) == ["consent"]
    answer, _ = await requested(api, stage.performance_id, consent=True)
    await change_show(api.hub.database, stage.show_id, consent="Something else")
    assert (await read_booking_row(api.hub.database, id=answer.data["booking_id"]))["consent"] == words
    chinese = await api.post(
        "/api/bookings", asking(stage.performance_id, consent=True), headers={"Accept-Language": "zh"}
    )
    row = await read_booking_row(api.hub.database, id=chinese.data["booking_id"])
    assert (row["consent"], row["language"]) == ("可以拍照", "zh_Hans")


async def test_a_show_that_asks_for_nothing_keeps_no_words(api: Api, world: World) -> None:
    stage = await add_stage(world)
    answer, _ = await requested(api, stage.performance_id, consent=True)
    assert (await read_booking_row(api.hub.database, id=answer.data["booking_id"]))["consent"] == ""


# ---- the request


async def test_the_same_key_and_body_give_the_first_answer_and_one_e_mail(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=5)
    answers = await asyncio.gather(*(ask(api, stage.performance_id, key="one") for _ in range(10)))
    await add_booking(world, stage.performance_id, 5)
    answers.append(await ask(api, stage.performance_id, key="one", name=" Ada  Lovelace "))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    assert await count_bookings(api.hub.database, status="PENDING") == 1
    assert await count_outbox(api.hub.database, kind="booking.requested", recipient="ada@example.com") == 1


async def test_the_same_key_with_another_body_is_refused(api: Api, world: World) -> None:
    stage = await add_stage(world)
    assert (await ask(api, stage.performance_id, key="one")).status == 201
    for other in ({"party_size": 2}, {"email": "bob@example.com"}, {"notes": "x"}):
        again = await ask(api, stage.performance_id, key="one", **other)
        assert refusal(again) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await count_bookings(api.hub.database) == 1


async def test_an_address_has_a_few_requests_open_for_a_performance(api: Api, world: World, clock: Clock) -> None:
    await world.policy(pending_per_address=2)
    stage = await add_stage(world, day=LATER)
    other = await add_performance(world, stage.show_id, stage.room_id, LATER, "15:00", "17:00")
    first, token = await requested(api, stage.performance_id)
    assert (await ask(api, stage.performance_id, email="ADA@EXAMPLE.com")).status == 201
    third = await ask(api, stage.performance_id)
    assert refusal(third) == (409, "TOO_MANY_PENDING")
    assert (third.error["limit"], third.error["pending_until"]) == (2, first.data["expires_at"])
    assert (await ask(api, other)).status == 201
    assert (await ask(api, stage.performance_id, email="bob@example.com")).status == 201
    # A confirmed one is open no more, and neither is one whose link is too old.
    assert (await confirm(api, token)).status == 200
    assert (await ask(api, stage.performance_id)).status == 201
    assert (await ask(api, stage.performance_id)).status == 409
    clock.set(NOON + timedelta(hours=25))
    assert (await ask(api, stage.performance_id)).status == 201


async def test_twenty_requests_of_one_address_at_once_leave_no_more_than_the_limit(api: Api, world: World) -> None:
    stage = await add_stage(world)
    answers = await asyncio.gather(*(ask(api, stage.performance_id) for _ in range(20)))
    assert Counter(answer.status for answer in answers) == {201: 3, 409: 17}
    assert await count_bookings(api.hub.database) == 3


async def test_a_request_stands_for_the_hours_of_the_venue_but_no_longer_than_booking(api: Api, world: World) -> None:
    await world.policy(booking_expiry_hours=48)
    stage = await add_stage(world, day=TODAY + timedelta(days=9))
    tonight = await add_performance(world, stage.show_id, stage.room_id)
    soon = await add_performance(
        world, stage.show_id, stage.room_id, LATER, booking_closes_at=NOON + timedelta(hours=5)
    )
    for performance_id, until in (
        (stage.performance_id, NOON + timedelta(hours=48)),
        (tonight, NOON + timedelta(hours=10)),
        (soon, NOON + timedelta(hours=5)),
    ):
        answer, _ = await requested(api, performance_id)
        row = await read_booking_row(api.hub.database, "expires_at", id=answer.data["booking_id"])
        assert abs(row["expires_at"] - until) < timedelta(minutes=1)


async def test_the_request_is_limited_by_the_address_of_the_client_and_typing_errors_are_not(
    open_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await open_hub(rate_reservations=Rate(2, 60))
    world = await World(hub).found()
    api, stage = Api(hub), await add_stage(world)
    assert (await ask(api, stage.performance_id, email="ada")).status == 400
    assert (await ask(api, stage.performance_id)).status == 201
    assert (await ask(api, stage.performance_id)).status == 201
    limited = await ask(api, stage.performance_id)
    assert refusal(limited) == (429, "RATE_LIMITED")
    assert int(limited.headers["Retry-After"]) > 0


async def test_with_two_organisations_the_performance_says_which(api: Api, world: World) -> None:
    other = await World(api.hub).found()
    stage = await add_stage(other)
    assert (await ask(api, stage.performance_id)).status == 201
    assert (await ask(api, stage.performance_id, orq=other.org_id)).status == 201
    assert refusal(await ask(api, stage.performance_id, orq=world.org_id)) == (404, "PERFORMANCE_NOT_FOUND")
    assert fields(await ask(api, stage.performance_id, orq=world.org_id + 999)) == ["orq"]


# ---- the confirmation


async def test_a_double_click_gets_the_first_answer_twice(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=3)
    _, token = await requested(api, stage.performance_id)
    answers = await asyncio.gather(*(confirm(api, token, key="this-page") for _ in range(5)))
    answers.append(await confirm(api, token, key="this-page"))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1
    assert await world.booked_count(stage.performance_id) == 3
    assert await count_outbox(api.hub.database, kind="booking.confirmed") == 1
    another = await confirm(api, token, key="another-device")
    assert refusal(another) == (409, "CONFIRMATION_USED")
    assert another.error["page_url"] == answers[0].data["page_url"]
    assert refusal(await confirm(api, token, key="this-page", party_size=2)) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_two_devices_confirm_once(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=3)
    _, token = await requested(api, stage.performance_id)
    answers = await asyncio.gather(*(confirm(api, token, key=str(n)) for n in range(6)))
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 5}
    assert {answer.code for answer in answers if answer.status == 409} == {"CONFIRMATION_USED"}
    assert await world.booked_count(stage.performance_id) == 3


async def test_a_party_that_no_longer_fits_may_take_fewer(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=5)
    answer, token = await requested(api, stage.performance_id, party_size=4)
    await add_booking(world, stage.performance_id, 3)
    await revise_slot(api.hub.database, stage.performance_id)
    full = await confirm(api, token)
    assert (refusal(full), full.error["available_count"], full.error["party_size"]) == ((409, "NO_CAPACITY"), 2, 4)
    assert fields(await confirm(api, token, party_size=5)) == ["party_size"]
    fewer = await confirm(api, token, party_size=2)
    assert (fewer.status, fewer.data["party_size"]) == (200, 2)
    assert (await read_booking_row(api.hub.database, id=answer.data["booking_id"]))["party_size"] == 2
    assert await world.booked_count(stage.performance_id) == 5


async def test_places_held_for_the_waiting_list_are_not_free(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=5)
    _, token = await requested(api, stage.performance_id)
    await hold_places(api.hub.database, stage.performance_id, 4)
    full = await confirm(api, token)
    assert (refusal(full), full.error["available_count"]) == ((409, "NO_CAPACITY"), 1)
    await hold_places(api.hub.database, stage.performance_id, -4)


async def test_a_performance_that_shrank_below_what_is_booked_has_no_seats(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=5)
    _, token = await requested(api, stage.performance_id)
    await add_booking(world, stage.performance_id, 2)
    await revise_slot(api.hub.database, stage.performance_id, total_capacity=2, occupied_seats=3)
    full = await confirm(api, token)
    assert (refusal(full), full.error["available_count"]) == ((409, "NO_CAPACITY"), 0)


async def test_a_moved_performance_is_confirmed_at_its_new_time(api: Api, world: World) -> None:
    stage = await add_stage(world)
    answer, token = await requested(api, stage.performance_id)
    room_id = await add_room(world, "The other stage")
    starts = NOON + timedelta(days=2)
    await revise_slot(
        api.hub.database, stage.performance_id, room_id=room_id, starts_at=starts, ends_at=starts + timedelta(hours=2),
        date=TODAY + timedelta(days=2),
    )  # fmt: skip
    confirmed = await confirm(api, token)
    assert confirmed.data["performance"]["date"] == "2026-11-22"
    assert confirmed.data["performance"]["room"] == "The other stage"
    assert confirmed.data["performance"] != answer.data["performance"]


async def test_a_link_is_good_until_its_last_moment_whether_or_not_the_job_ran(
    api: Api, world: World, clock: Clock
) -> None:
    stage = await add_stage(world, day=LATER)
    early, late = [await add_booking(world, stage.performance_id, 1, "PENDING") for _ in range(2)]
    clock.set(NOON + timedelta(hours=24, seconds=-5))
    assert (await confirm(api, early.confirm_token)).status == 200
    clock.set(NOON + timedelta(hours=24))
    answer = await confirm(api, late.confirm_token)
    assert refusal(answer) == (410, "CONFIRMATION_EXPIRED")
    assert answer.error["expires_at"] == "2026-11-21T11:00:00Z"


@pytest.mark.parametrize(
    "of", ["the second e-mail", "the QR code", "a ticket's link", "half of it", "it twice", "its hash"]
)
async def test_a_token_of_another_purpose_or_a_damaged_one_confirms_nothing(api: Api, world: World, of: str) -> None:
    stage = await add_stage(world)
    pending = await add_booking(world, stage.performance_id, 2, "PENDING")
    confirmed = await add_booking(world, stage.performance_id, 2)
    token = {
        "the second e-mail": confirmed.manage_token,
        "the QR code": pending.code,
        "a ticket's link": (await world.reserved(await world.slot())).token,
        "half of it": pending.confirm_token[:16],
        "it twice": pending.confirm_token * 2,
        "its hash": (await read_booking_row(api.hub.database, id=pending.id))["confirm_hash"].hex(),
    }[of]
    assert refusal(await confirm(api, token)) == (404, "CONFIRMATION_NOT_FOUND")
    assert (await read_booking_row(api.hub.database, id=pending.id))["status"] == "PENDING"


@pytest.mark.parametrize("token", ["", "x" * 201, "A\x00", 7, None, ["x"]])
async def test_what_is_no_token_is_a_bad_request(api: Api, world: World, token: Any) -> None:
    assert fields(await confirm(api, token)) == ["token"]


@pytest.mark.parametrize("token", [" ", "\u4e2d\u6587", "\U0001f3ad", "../../etc", "' OR 1=1 --", "x"])
async def test_any_other_text_is_an_unknown_link(api: Api, world: World, token: str) -> None:
    assert refusal(await confirm(api, token)) == (404, "CONFIRMATION_NOT_FOUND")


async def test_a_request_that_was_moved_is_confirmed_where_it_is_now(api: Api, world: World) -> None:
    stage = await add_stage(world)
    later = await add_performance(world, stage.show_id, stage.room_id, LATER)
    pending = await add_booking(world, stage.performance_id, 2, "PENDING")
    await change_booking(api.hub.database, pending.id, slot_id=later)
    answer = await confirm(api, pending.confirm_token)
    assert answer.data["performance"]["performance_id"] == later
    assert await world.booked_count(later) == 2


async def test_the_link_is_good_for_any_organisation_of_the_hub(api: Api, world: World) -> None:
    other = await World(api.hub).found()
    link = await add_booking(other, (await add_stage(other)).performance_id, 2, "PENDING")
    assert (await confirm(api, link.confirm_token)).status == 200
    assert (await read_booking_row(api.hub.database, org_id=other.org_id, id=link.id))["status"] == "CONFIRMED"


async def test_guessing_links_is_limited_and_asking_for_seats_is_counted_apart(open_hub: Any) -> None:
    hub = await open_hub(rate_reservations=Rate(2, 60))
    world = await World(hub).found()
    api, stage = Api(hub), await add_stage(world)
    for _ in range(2):
        assert (await confirm(api, "guess")).status == 404
    assert refusal(await confirm(api, "guess")) == (429, "RATE_LIMITED")
    assert (await ask(api, stage.performance_id)).status == 201


async def test_the_log_counts_a_booking_once_and_has_nobodys_name_or_link(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=3)
    with captured() as events:
        _, token = await requested(api, stage.performance_id, name="Ada Lovelace", phone="+12025551234")
        for _ in range(2):
            assert (await confirm(api, token, key="page")).status == 200
        assert (await ask(api, stage.performance_id, email="bob@example.com")).status == 409
    named = Counter(event["event"] for event in events if event["event"].startswith("booking."))
    assert named == {"booking.created": 1, "booking.confirmed": 1, "booking.refused": 1}
    assert not any(secret in str(events) for secret in ("Ada", "ada@", "bob@", "+1202", token))


# ---- the door of the tickets


async def test_the_ticket_of_a_booking_is_unknown_to_the_endpoints_of_tickets(api: Api, world: World) -> None:
    stage = await add_stage(world)
    slot_id = await world.slot()
    for one in [await add_booking(world, stage.performance_id, 2, status) for status in ("PENDING", "CONFIRMED")]:
        for answer in (
            await api.post("/api/reservations/create", booking(one, slot_id)),
            await api.post("/api/reservations/create", {**booking(one, stage.performance_id)}),
            await api.post("/api/reservations", {
                "ticket_codes": [one.code], "slot_id": slot_id, "customer_email": "a@example.com",
                "customer_phone": "+12025551234",
            }),
            await api.post("/api/tickets/validate", {"ticket_code": one.code}),
            await api.post(f"/api/tickets/{one.id}/activate", headers={"X-Ticket-Code": one.code}),
            await api.get(f"/api/tickets/{one.id}/status", headers={"X-Ticket-Code": one.code}),
            await api.get(f"/api/tickets/{one.id}/availability", headers={"X-Ticket-Code": one.code}),
        ):  # fmt: skip
            assert answer.code in ("TICKET_NOT_FOUND", "SLOT_NOT_FOUND"), (answer.path, answer.body)
        assert (await read_ticket(api.hub.database, "version", id=one.id))["version"] == 1


async def test_a_ticket_cannot_be_booked_into_a_performance(api: Api, world: World) -> None:
    stage = await add_stage(world)
    ticket = await world.ticket()
    answer = await api.post("/api/reservations/create", booking(ticket, stage.performance_id))
    assert refusal(answer) == (404, "SLOT_NOT_FOUND")
    family = await world.tickets(2)
    answer = await api.post("/api/reservations", {
        "ticket_codes": [one.code for one in family], "slot_id": stage.performance_id, "customer_email": "a@example.com",
        "customer_phone": "+12025551234",
    })  # fmt: skip
    assert refusal(answer) == (404, "SLOT_NOT_FOUND")
    assert await world.booked_count(stage.performance_id) == 0


async def test_two_shows_in_one_room_keep_their_bookings_apart(api: Api, world: World) -> None:
    stage = await add_stage(world, capacity=3)
    show_id = await add_show(world, "Another play")
    matinee = await add_performance(world, show_id, stage.room_id, TODAY, "15:00", "17:00")
    _, evening = await requested(api, stage.performance_id)
    _, afternoon = await requested(api, matinee)
    assert (await confirm(api, evening)).data["performance"]["title"] == "The Tempest"
    assert (await confirm(api, afternoon)).data["performance"]["title"] == "Another play"
    full = await ask(api, matinee)
    assert (refusal(full), full.error["alternatives"]) == ((409, "NO_CAPACITY"), [])

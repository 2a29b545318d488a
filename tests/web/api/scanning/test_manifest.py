"""The manifest of a day: enough to decide offline, and useless for somebody who finds the device."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from hub.actions.scanning import manifest
from hub.actions.scanning.manifest import FRESH_SECONDS, READING_SHARE, STALEST_SECONDS, Manifests, seconds_fresh
from hub.actions.venues.venues import change_venue
from hub.rules.timestamps import rfc3339
from tests.support.api_client import Api
from tests.support.movements import read_absence
from tests.support.parties import book_together
from tests.support.products import add_product, overwrite_product, reserved_of
from tests.support.reservations import change_reservation
from tests.support.shows import add_booking, add_stage
from tests.support.world import TODAY, World
from web import keys

LIST = "/api/operator/manifest"


def name_of(listed: dict[str, Any], code: str) -> str:
    """Return the name of a code in the list, as a browser computes it."""
    return hmac.new(bytes.fromhex(listed["salt"]), code.encode(), hashlib.sha256).hexdigest()[:16]


def grow_stale(world: World, seconds: float = STALEST_SECONDS + 0.1) -> None:
    """Let so many seconds pass for the lists that were read."""
    for listed in world.hub.app[keys.MANIFESTS]._lists.values():
        listed.fresh_until -= seconds


async def test_a_scanner_finds_the_codes_of_its_day(api: Api, world: World) -> None:
    token, slot_id = await world.staff(), await world.slot()
    waiting, inside, gone = [await world.reserved(slot_id) for _ in range(3)]
    tomorrow = await world.reserved(await world.slot(TODAY + timedelta(days=1)))
    elsewhere = await world.reserved(await world.slot(venue_id=await world.venue()))
    scan = {"code": inside.code, "mode": "verify", "gate": "A"}
    entered_at = (await api.post("/venue/scan", scan, token=token)).data["verified"]["verified_at"]
    await api.post("/venue/scan", scan | {"code": gone.code}, token=token)
    left = (await api.post("/api/operator/exit", {"code": gone.code}, token=token)).data
    left_at = (await read_absence(world.hub.database))["left_at"]
    listed = (await api.get(LIST, token=token)).data
    assert {row[0]: row[1:] for row in listed["tickets"]} == {
        name_of(listed, waiting.code): ["RESERVED", slot_id, 0, None, "direct", None, None, None],
        name_of(listed, inside.code): ["VERIFIED", slot_id, 1, None, "direct", entered_at, "A", None],
        name_of(listed, gone.code): [
            "VERIFIED",
            slot_id,
            1,
            None,
            "direct",
            left["verified"]["verified_at"],
            "A",
            rfc3339(left_at),
        ],
    }
    [slot] = listed["slots"]
    assert slot == {
        "slot_id": slot_id, "date": str(TODAY), "start": "12:00:00", "end": "14:00:00",
        "starts_at": "2026-11-20T11:00:00Z", "ends_at": "2026-11-20T13:00:00Z",
        "opens_at": "2026-11-19T23:00:00Z", "closes_at": "2026-11-20T13:00:00Z",
    }  # fmt: skip
    next_day = (await api.get(f"{LIST}?date={TODAY + timedelta(days=1)}", token=token)).data
    assert [row[0] for row in next_day["tickets"]] == [name_of(next_day, tomorrow.code)]
    assert next_day["salt"] != listed["salt"], "what was learnt of one day is no use on another"
    assert name_of(listed, elsewhere.code) not in {row[0] for row in listed["tickets"]}


async def test_no_code_and_no_person_is_in_it(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot())
    body = (await api.get(LIST, token=await world.staff())).body.decode()
    for secret in (ticket.code, ticket.code.replace("-", ""), str(ticket.id), "john", "example.com", "2025551234"):
        assert secret not in body


async def test_what_has_not_changed_is_not_sent_again(api: Api, world: World) -> None:
    token = await world.staff()
    ticket = await world.reserved(await world.slot())
    first = await api.get(LIST, token=token)
    etag = first.headers["ETag"]
    assert etag == f'"{first.data["edition"]}"'
    grow_stale(world)
    assert (await api.get(LIST, token=token, headers={"If-None-Match": etag})).status == 304
    await api.post("/venue/scan", {"code": ticket.code, "mode": "verify"}, token=token)
    grow_stale(world)
    second = await api.get(LIST, token=token, headers={"If-None-Match": etag})
    assert (second.status, second.headers["ETag"] != etag) == (200, True)


def test_a_list_serves_the_longer_the_longer_it_takes_to_read_and_never_for_long() -> None:
    assert [seconds_fresh(reading) for reading in (0.01, 0.5, 60.0)] == [
        FRESH_SECONDS,
        0.5 / READING_SHARE,
        STALEST_SECONDS,
    ]


@pytest.mark.parametrize("reading", [0.0, 0.3])
async def test_a_list_that_takes_long_to_read_serves_for_longer(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch, reading: float
) -> None:
    """With a quick reading, the control, the next scanner has the new state after two seconds."""
    read = Manifests._read_tickets

    async def read_slowly(*facts: Any) -> list[Any]:
        await asyncio.sleep(reading)
        return await read(*facts)

    monkeypatch.setattr(Manifests, "_read_tickets", read_slowly)
    monkeypatch.setattr(manifest, "FRESH_SECONDS", 4.0)  # a busy machine may take a tenth of a second to read the list
    monkeypatch.setattr(manifest, "STALEST_SECONDS", 8.0)
    token, ticket = await world.staff(), await world.reserved(await world.slot())
    first = (await api.get(LIST, token=token)).data["edition"]
    await api.post("/venue/scan", {"code": ticket.code, "mode": "verify"}, token=token)
    grow_stale(world, 4.0)
    assert ((await api.get(LIST, token=token)).data["edition"] == first) == (reading > 0)
    grow_stale(world, 8.0)
    assert (await api.get(LIST, token=token)).data["edition"] != first


async def test_it_is_packed_for_who_can_unpack_it(api: Api, world: World) -> None:
    token = await world.staff()
    await world.fill(await world.slot(), 200)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    async with world.hub.client.get(LIST, headers=headers, auto_decompress=False) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        raw = await packed.read()
    plain = await api.get(LIST, token=token, headers={"Accept-Encoding": "identity"})
    assert orjson.loads(gzip.decompress(raw)) == plain.json
    assert len(raw) < len(plain.body)


async def test_changes_bring_an_old_list_to_what_a_new_one_says(api: Api, world: World) -> None:
    token, slot_id = await world.staff(), await world.slot()
    stays, enters, leaves = [await world.reserved(slot_id) for _ in range(3)]
    old = (await api.get(LIST, token=token)).data
    await api.post("/venue/scan", {"code": enters.code, "mode": "verify"}, token=token)
    assert (
        await api.ask("DELETE", f"/api/reservations/{leaves.reservation_id}", token=await world.staff("MANAGER"))
    ).status == 200
    comes = await world.reserved(slot_id)
    await change_venue(world.hub.services, world.venue_id, {"late_entry_minutes": 20})
    grow_stale(world)
    news = (await api.get(f"{LIST}/changes?since={old['edition']}", token=token)).data
    assert news["whole"] is False
    assert {row[0] for row in news["tickets"]} == {name_of(old, enters.code), name_of(old, comes.code)}
    assert news["gone"] == [name_of(old, leaves.code)]
    tickets = {row[0]: row for row in old["tickets"]} | {row[0]: row for row in news["tickets"]}
    new = (await api.get(LIST, token=token)).data
    assert sorted(row for name, row in tickets.items() if name not in news["gone"]) == sorted(new["tickets"])
    assert sorted(news["tickets"]) == sorted(row for row in new["tickets"] if row[0] in {t[0] for t in news["tickets"]})
    assert (news["edition"], news["slots"], news["policy"]) == (new["edition"], new["slots"], new["policy"])
    assert new["policy"]["late_entry_minutes"] == 20
    assert new["slots"][0]["closes_at"] == "2026-11-20T13:20:00Z"
    assert name_of(new, stays.code) in {row[0] for row in new["tickets"]}


async def test_who_was_away_for_several_editions_gets_all_their_changes_and_who_has_the_newest_none(
    api: Api, world: World
) -> None:
    token, slot_id = await world.staff(), await world.slot()
    tickets = [await world.reserved(slot_id) for _ in range(4)]
    old = (await api.get(LIST, token=token)).data
    for ticket in tickets[:3]:
        await api.post("/venue/scan", {"code": ticket.code, "mode": "verify"}, token=token)
        grow_stale(world)
        newest = (await api.get(LIST, token=token)).data["edition"]
    news = (await api.get(f"{LIST}/changes?since={old['edition']}", token=token)).data
    assert {row[0] for row in news["tickets"]} == {name_of(old, ticket.code) for ticket in tickets[:3]}
    nothing = (await api.get(f"{LIST}/changes?since={newest}", token=token)).data
    assert (nothing["tickets"], nothing["gone"], nothing["edition"]) == ([], [], newest)


async def test_an_edition_nobody_remembers_is_answered_with_all_of_it(api: Api, world: World) -> None:
    token = await world.staff()
    await world.fill(await world.slot(), 3)
    listed = (await api.get(LIST, token=token)).data
    world.hub.app[keys.MANIFESTS]._lists.clear()
    news = (await api.get(f"{LIST}/changes?since={'0' * 24}", token=token)).data
    assert news["whole"] is True
    assert news["tickets"] == listed["tickets"]


async def test_another_hub_gives_the_same_state_the_same_name(api: Api, world: World) -> None:
    await world.fill(await world.slot(), 3)
    services = world.hub.services
    venue = await services.venues.read(world.org_id, world.venue_id)
    one, other = await Manifests(services).edition(venue, TODAY), await Manifests(services).edition(venue, TODAY)
    assert one == other


async def test_a_day_read_in_shares_is_the_list_that_it_is_in_one(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots = [await world.slot(), await world.slot(TODAY, "16:00", "18:00")]
    for slot_id in slots:
        for _ in range(3):
            await world.reserved(slot_id)
    token = await world.staff()
    whole = (await api.get(LIST, token=token)).data
    for most in (2, 3):
        monkeypatch.setattr(manifest, "READ_AT_ONCE", most)
        grow_stale(world)
        shared = (await api.get(LIST, token=token)).data
        assert (shared["edition"], shared["tickets"]) == (whole["edition"], whole["tickets"])
    assert len(whole["tickets"]) == 6


@pytest.mark.parametrize("at_one_moment", [True, False])
async def test_a_visit_moved_while_a_day_is_read_in_shares_stays_in_the_list(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch, at_one_moment: bool
) -> None:
    """The negative control leaves out what makes all shares be of one moment."""
    first, second = await world.slot(), await world.slot(TODAY, "16:00", "18:00")
    await world.reserved(first)
    visit = await world.reserved(second)
    database = world.hub.services.database
    transaction = database.transaction

    @asynccontextmanager
    async def moving_between_shares() -> AsyncIterator[Any]:
        async with transaction() as connection:

            async def execute(sql: str) -> None:
                if at_one_moment:
                    await connection.execute(sql)

            async def fetch(*asked: Any) -> list[Any]:
                rows = await connection.fetch(*asked)
                await change_reservation(world.hub.database, visit.reservation_id, slot_id=first)
                return list(rows)

            yield SimpleNamespace(execute=execute, fetch=fetch)

    monkeypatch.setattr(manifest, "READ_AT_ONCE", 1)
    monkeypatch.setattr(database, "transaction", moving_between_shares)
    venue = await world.hub.services.venues.read(world.org_id, world.venue_id)
    _, packed = await world.hub.app[keys.MANIFESTS].whole(venue, TODAY)
    assert len(orjson.loads(gzip.decompress(packed))["data"]["tickets"]) == (2 if at_one_moment else 1)
    await change_reservation(world.hub.database, visit.reservation_id, slot_id=second)  # as the counts have it


async def test_a_slot_whose_entry_is_open_over_midnight_is_in_the_lists_of_both_days(api: Api, world: World) -> None:
    token = await world.staff()
    late = await world.slot(start="22:00", end="02:00")
    await world.slot()
    listed = (await api.get(f"{LIST}?date={TODAY + timedelta(days=1)}", token=token)).data
    assert [(slot["slot_id"], slot["date"]) for slot in listed["slots"]] == [(late, str(TODAY))]
    ticket = await world.reserved(late)
    grow_stale(world)
    listed = (await api.get(f"{LIST}?date={TODAY + timedelta(days=1)}", token=token)).data
    assert [row[0] for row in listed["tickets"]] == [name_of(listed, ticket.code)]


@pytest.mark.parametrize("query", ["?date=tomorrow", "?date=2026-13-01", "?date=2028-01-01", "?date=20261120"])
async def test_a_day_that_is_none_or_far_away_is_refused(api: Api, world: World, query: str) -> None:
    assert (await api.get(f"{LIST}{query}", token=await world.staff())).code == "INVALID_REQUEST"


async def test_it_is_for_staff(api: Api, world: World) -> None:
    assert (await api.get(LIST)).status == 401
    assert (await api.get(f"{LIST}/changes?since=x")).status == 401
    assert (await api.get(f"{LIST}/changes", token=await world.staff())).code == "INVALID_REQUEST"


async def test_a_party_is_listed_with_its_places_and_a_family_with_a_name_of_its_own(api: Api, world: World) -> None:
    token = await world.staff()
    stage = await add_stage(world, start="10:00", end="14:00", check_in_opens_minutes=30, check_in_closes_minutes=240)
    booking, alone = [await add_booking(world, stage.performance_id, size) for size in (5, 1)]
    pending = await add_booking(world, stage.performance_id, 2, "PENDING")
    family, others = [await book_together(world, await world.slot(start=start), 2) for start in ("12:00", "12:30")]
    await api.post("/venue/scan", {"code": booking.code, "mode": "verify", "count": 3}, token=token)
    await api.post("/venue/scan", {"code": family[0].code, "mode": "verify"}, token=token)
    listed = (await api.get(LIST, token=token)).data
    rows = {row[0]: row for row in listed["tickets"]}

    def row_of(code: str) -> list[Any]:
        return list(rows[name_of(listed, code)])

    assert (row_of(booking.code)[1:4], row_of(booking.code)[5], row_of(booking.code)[9:]) == (
        ["VERIFIED", stage.performance_id, 1], "booking", [5, 3],
    )  # fmt: skip
    assert len(row_of(alone.code)) == 9
    assert name_of(listed, pending.code) not in rows
    names = [row_of(ticket.code)[9:] for ticket in (*family, *others)]
    assert [name[:2] for name in names] == [[1, 1], [1, 0], [1, 0], [1, 0]]
    assert names[0][2] == names[1][2] != names[2][2] == names[3][2]
    [slot] = [slot for slot in listed["slots"] if slot["slot_id"] == stage.performance_id]
    assert (slot["opens_at"], slot["closes_at"]) == ("2026-11-20T08:30:00Z", "2026-11-20T13:00:00Z")
    await api.post("/api/operator/exit", {"code": booking.code, "count": 2}, token=token)
    grow_stale(world)
    still = {row[0]: row for row in (await api.get(LIST, token=token)).data["tickets"]}
    assert still[name_of(listed, booking.code)][8] is None, "one of them is inside"
    await api.post("/api/operator/exit", {"code": booking.code}, token=token)
    grow_stale(world)
    gone = {row[0]: row for row in (await api.get(LIST, token=token)).data["tickets"]}
    assert gone[name_of(listed, booking.code)][8] is not None


async def test_a_ticket_names_its_product_while_that_has_something_to_say(api: Api, world: World) -> None:
    token, slot_id = await world.staff(), await world.slot()
    student = await add_product(world, "Student", gates=["A", "Main"], note="Audio guide", question="Card shown?")
    await add_product(world, "Child")
    ticket, plain = await reserved_of(world, slot_id, student), await world.reserved(slot_id)
    listed = (await api.get(LIST, token=token)).data
    assert listed["products"] == [{
        "product_id": student, "name": "Student", "name_zh": "", "note": "Audio guide", "note_zh": "", "attention": False,
        "question": "Card shown?", "question_zh": "", "gates": ["A", "Main"],
    }]  # fmt: skip
    rows = {row[0]: row[9:] for row in listed["tickets"]}
    assert rows == {name_of(listed, ticket.code): [1, 0, None, student], name_of(listed, plain.code): []}
    await overwrite_product(world, world.product_id, attention=True)
    grow_stale(world)
    changes = (await api.get(f"{LIST}/changes?since={listed['edition']}", token=token)).data
    assert [(row[0], row[9:]) for row in changes["tickets"]] == [
        (name_of(listed, plain.code), [1, 0, None, world.product_id])
    ]
    assert [one["product_id"] for one in changes["products"]] == [world.product_id, student]


def test_changes_are_kept_as_far_back_as_an_edition_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "NAMES_KEPT", 3)
    listed, editions = manifest.DayList(b"salt"), []
    head: dict[str, Any] = {"products": []}
    for reading in range(6):
        listed.update({**head, "slots": [reading]}, [row_of(code) for code in range(reading, reading + 3)], "")
        editions.append(listed.edition)
    names = [manifest.hash_of(b"salt", f"TKT-{code}") for code in range(9)]
    assert [listed.since(edition) for edition in editions[:3]] == [None] * 3
    oldest = listed.since(editions[3])
    assert oldest is not None
    assert {row[0] for row in oldest["tickets"]} == {names[6], names[7]}
    assert set(oldest["gone"]) == {names[3], names[4]}
    assert len(listed.changes) == 2, "those after the oldest edition that is known"
    newest = listed.since(editions[5])
    assert newest is not None
    assert (newest["tickets"], newest["gone"]) == ([], [])


def row_of(code: int) -> Any:
    class Row(tuple[Any, ...]):
        __slots__ = ()

        def __getitem__(self, name: Any) -> Any:
            return super().__getitem__(0 if name == "code" else name)

    return Row((f"TKT-{code}", "RESERVED", 1, None, "direct", None, None, None, 1, 0, None, None))

"""Parties and shows in the records: people are counted where people are meant, scans where scans are, and shows are named."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.reporting.replay import COLUMNS
from hub.actions.shows.close_performance import cancel_performance
from hub.live.channels import statistics as statistics_channels
from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.shows import Stage, add_booking, add_performance, add_stage, change_show
from tests.support.world import NOON, TODAY, World
from tests.web.api.reporting.test_day_figures import replay_of

ENTERED, LEFT = 3, 4


@pytest.fixture(autouse=True)
def read_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics_channels, "READ_SECONDS", 0.05)


@pytest.fixture
async def stage(world: World) -> Stage:
    return await add_stage(world, capacity=20, start="12:00", end="14:00")


@pytest.fixture
async def evening(hub: Hub, world: World, stage: Stage) -> Stage:
    """An evening: 3 of 5 come at A and 2 at B, and those at B are undone. A pair comes and leaves, and one of them comes back.

    A party of four never comes, and a ticket enters.
    """
    await world.policy(re_entry="allow")
    a, b = [await hub.socket(await world.staff("MANAGER"), gate=gate) for gate in "AB"]
    five, pair = [await add_booking(world, stage.performance_id, size) for size in (5, 2)]
    await add_booking(world, stage.performance_id, 4, name="Late Party")
    ticket = await world.reserved(await world.slot())
    assert (await a.verify(five.code, count=3))["party"]["admitted"] == 3
    two = await b.verify(five.code, count=2)
    assert (await b.command("undo", scan_id=two["scan_id"], reason="wrong party"))["success"]
    await a.verify(pair.code)
    assert (await a.leave(pair.code))["reason"] == "EXIT_RECORDED"
    assert (await a.verify(pair.code, count=1))["reason"] == "RE_ENTRY"
    await a.verify(ticket.code)
    return stage


async def test_the_log_says_how_many_came_and_to_what(api: Api, world: World, evening: Stage) -> None:
    manager = await world.staff("MANAGER")
    answer = await api.get("/api/operators/scan-history?limit=50", token=manager)
    scans = answer.data["scans"]
    of_booking = [scan for scan in scans if scan["booking_id"]]
    assert [scan["people"] for scan in reversed(of_booking)] == [3, 2, 2, 2, 2, 1]
    assert {(scan["show_id"], scan["show"]) for scan in of_booking} == {(evening.show_id, "The Tempest")}
    assert all(scan["room"] for scan in of_booking)
    (ticket,) = [scan for scan in scans if not scan["booking_id"]]
    assert (ticket["people"], ticket["show_id"], ticket["show"], ticket["room"]) == (1, None, None, None)
    async with api.hub.client.get(
        "/api/operators/scan-history?format=csv", headers={"Authorization": f"Bearer {manager}"}
    ) as table:
        rows = list(csv.DictReader(io.StringIO((await table.read()).decode("utf-8-sig"))))
    assert [(row["people"], row["show"], row["room"]) for row in rows] == [
        (str(scan["people"]), scan["show"] or "", scan["room"] or "") for scan in scans
    ]


async def test_the_replay_counts_people_and_names_what_plays(api: Api, world: World, evening: Stage) -> None:
    head, events = await replay_of(api, await world.staff("MANAGER"))
    assert head["columns"] == list(COLUMNS)
    (slot,) = [slot for slot in head["slots"] if slot["slot_id"] == evening.performance_id]
    assert (slot["show_id"], slot["show"], slot["booked"]) == (evening.show_id, "The Tempest", 11)
    assert sum("show" in one for one in head["slots"]) == 1, "a slot for tickets has no show"
    mine = [event for event in events if event["slot_id"] == evening.performance_id]
    assert sum(event["entered"] for event in mine) == 5
    assert [event["entered"] for event in mine if event["entered"]] == [3, 2, -2, 2]
    assert [event["left"] for event in mine if event["left"]] == [2, -1]
    assert sum(event["scans"] for event in mine) == 5, "an undo is no scan, and a party's scan is one"


async def test_the_live_figures_and_counts_are_people(hub: Hub, world: World, evening: Stage) -> None:
    manager = await hub.socket(await world.staff("MANAGER"))
    figures = (await manager.command("subscribe", topic="figures"))["data"]
    counts = (await manager.command("subscribe", topic="counts"))["data"]
    minutes = [row for gate in figures["gates"] for row in gate["minutes"]]
    assert sum(row[1 + ENTERED] for row in minutes) == counts["verified"] == 6
    assert sum(row[1 + LEFT] for row in minutes) == counts["verified"] - counts["inside"] == 1
    (slot,) = [slot for slot in counts["slots"] if slot["slot_id"] == evening.performance_id]
    assert (slot["booked"], slot["verified"], slot["show"]) == (11, 5, "The Tempest")
    assert slot["room"]
    assert not slot["is_cancelled"]
    assert [slot.get("show") for slot in counts["slots"]].count(None) == 1, "a slot for tickets has no show"


async def test_what_is_read_of_the_log_later_is_what_was_counted_live(
    hub: Hub, world: World, stage: Stage, open_hub: Any
) -> None:
    """The live figures add what is logged, part by part; those of a new process are read at once."""
    manager = await hub.socket(await world.staff("MANAGER"))
    begun = (await manager.command("subscribe", topic="figures"))["data"]
    assert [gate["minutes"] for gate in begun["gates"]] in ([], [[]])
    gate = await hub.socket(await world.staff("MANAGER"), gate="A")
    party = await add_booking(world, stage.performance_id, 6)
    first = await gate.verify(party.code, count=4)
    await gate.verify(party.code, count=1)
    await gate.command("undo", scan_id=first["scan_id"], reason="wrong party")

    def entered(gates: list[dict[str, Any]]) -> int:
        return sum(row[1 + ENTERED] for one in gates for row in one["minutes"])

    newest: dict[int, list[int]] = {}
    while sum(row[1 + ENTERED] for row in newest.values()) != 1:
        for one in (await manager.event())["data"]["gates"]:
            newest |= {row[0]: row for row in one["minutes"]}
    other = await open_hub()
    again = await (await other.socket(await world.staff("MANAGER"))).command("subscribe", topic="figures")
    assert entered(again["data"]["gates"]) == 1


async def test_the_figures_of_a_show_are_the_sums_of_its_performances(
    api: Api, hub: Hub, world: World, stage: Stage
) -> None:
    second = await add_performance(world, stage.show_id, stage.room_id, start="15:00", end="16:00")
    other = await add_stage(world, title="Emma", capacity=10, start="12:00", end="13:00")
    gate = await hub.socket(await world.staff("MANAGER"), gate="A")
    five, four = [await add_booking(world, stage.performance_id, size) for size in (5, 4)]
    three = await add_booking(world, second, 3)
    await gate.verify(five.code, count=2)
    assert (await gate.verify(five.code, count=4))["reason"] == "PARTY_TOO_LARGE"
    manager = await world.staff("MANAGER")
    cancelled = await api.delete(f"/api/reservations/{four.reservation_id}", token=manager)
    assert cancelled.status == 200, cancelled.body
    hub.clock.set(NOON + timedelta(hours=2, minutes=30))  # the first is over, the second is to come
    answer = await api.get(f"/api/analytics?date={TODAY}", token=manager)
    (day,) = answer.data["days"]
    first = next(slot for slot in day["slots"] if slot["slot_id"] == stage.performance_id)
    assert (first["booked"], first["verified"], first["made"], first["cancelled"]) == (5, 2, 9, 4)
    assert (first["due"], first["no_show"], first["kept"]) == (5, 3, round(2 / 9, 4))
    tempest, emma = answer.data["shows"]
    assert (tempest["show_id"], tempest["show"], tempest["performances"]) == (stage.show_id, "The Tempest", 2)
    assert (emma["show_id"], emma["booked"], emma["no_show"]) == (other.show_id, 0, None)
    assert (tempest["capacity"], tempest["booked"], tempest["verified"]) == (40, 8, 2)
    assert (tempest["no_show"], tempest["no_show_rate"]) == (3, 0.6)
    assert (tempest["scans"], tempest["red"]) == (2, 1)
    assert tempest["reasons"] == [{"result": "RED", "reason": "PARTY_TOO_LARGE", "scans": 1}]
    assert answer.data["total"]["booked"] == 8
    assert three.reservation_id


async def test_a_cancelled_performance_counts_no_capacity_and_is_called_so(
    api: Api, hub: Hub, world: World, stage: Stage
) -> None:
    await add_booking(world, stage.performance_id, 3)
    tonight = await add_performance(world, stage.show_id, stage.room_id, start="20:00", end="22:00")
    watcher = await hub.socket(await world.staff("MANAGER"))
    before = (await watcher.command("subscribe", topic="counts"))["data"]
    assert before["capacity"] == 40
    await cancel_performance(hub.services, Actor(world.org_id, world.venue_id), tonight)
    seen: dict[str, Any] = {}
    while not (seen.get("is_cancelled") and seen["capacity_of_day"] == 20):
        event = (await watcher.event())["data"]
        for slot in event["slots"]:
            if slot["slot_id"] == tonight:
                seen = {**slot, "capacity_of_day": event["capacity"]}
    answer = await api.get(f"/api/analytics?date={TODAY}", token=await world.staff("MANAGER"))
    (day,) = answer.data["days"]
    called = {slot["slot_id"]: (slot["is_cancelled"], slot["capacity"]) for slot in day["slots"]}
    assert called == {stage.performance_id: (False, 20), tonight: (True, 0)}
    assert (day["capacity"], answer.data["shows"][0]["performances"]) == (20, 1)


async def test_a_new_title_reaches_an_open_board(hub: Hub, world: World, stage: Stage) -> None:
    """A title has no revision. Control: nothing else of the slot changes."""
    watcher = await hub.socket(await world.staff("MANAGER"))
    before = (await watcher.command("subscribe", topic="counts"))["data"]
    await change_show(hub.database, stage.show_id, title="The Storm")
    event = await watcher.event()
    (slot,) = event["data"]["slots"]
    assert slot["show"] == "The Storm"
    assert (event["revision"], slot["revision"]) == (before["revision"], before["slots"][0]["revision"])


async def test_the_feed_says_how_many_and_which_booking(hub: Hub, world: World, stage: Stage) -> None:
    gate = await hub.socket(await world.staff("MANAGER"), gate="A")
    watcher = await hub.socket(await world.staff("MANAGER"))
    await watcher.command("subscribe", topic="scans")
    party = await add_booking(world, stage.performance_id, 5)
    came = await gate.verify(party.code, count=3)
    await gate.command("undo", scan_id=came["scan_id"], reason="wrong party")
    rows: list[dict[str, Any]] = []
    while len(rows) < 2:
        rows += (await watcher.event())["data"]["scans"]
    snapshot = (await (await hub.socket(await world.staff("MANAGER"))).command("subscribe", topic="scans"))["data"][
        "scans"
    ]
    for entry, undo in (rows, snapshot):
        assert (entry["people"], entry["slot_id"], entry["booking_id"]) == (3, stage.performance_id, party.id)
        assert (undo["mode"], undo["people"], undo["slot_id"]) == ("undo", 3, stage.performance_id)

"""Day figures per slot and day, and the replay of a day: both equal the tables."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from hub.actions.reporting import replay as read_replay
from hub.rules.timestamps import rfc3339
from tests.support.api_client import Api
from tests.support.reservations import cancel_visit, count_reservations
from tests.support.scan_log import count_scan_ids, count_scans, read_scans
from tests.support.slots import read_slot
from tests.support.tickets import read_ticket
from tests.support.venue_day import PLAN, live_through
from tests.support.world import NOON, TODAY, World

AFTERNOON = NOON + timedelta(hours=2, minutes=20)


async def a_day(world: World) -> list[int]:
    world.hub.clock.set(AFTERNOON)
    return await live_through(world, until=AFTERNOON, plan=PLAN)


async def test_slots_and_days_are_what_the_tables_say(api: Api, world: World) -> None:
    slots = await a_day(world)
    database = world.hub.database
    given_back = (await world.fill(slots[5], 2))[0]
    reservation = await api.delete(f"/api/reservations/{given_back.reservation_id}", token=await world.staff("MANAGER"))
    assert reservation.status == 200
    scanner = await world.hub.socket(await world.staff("MANAGER"), gate="North")
    revoked = (await read_ticket(database, status="RESERVED"))["code"]
    await cancel_visit(database, revoked)
    await scanner.validate(revoked)
    answer = await api.get(f"/api/analytics?from={TODAY}&to={TODAY}", token=await world.staff("MANAGER"))
    (day,) = answer.data["days"]
    assert [slot["slot_id"] for slot in day["slots"]] == slots
    for slot in day["slots"]:
        row = await read_slot(database, id=slot["slot_id"])
        made = await count_reservations(database, slot_id=row["id"])
        assert (slot["capacity"], slot["booked"], slot["verified"]) == (
            row["total_capacity"], row["booked_count"], row["verified_count"],
        )  # fmt: skip
        assert slot["made"] == made
        assert slot["utilisation"] == round(row["booked_count"] / row["total_capacity"], 4)
        over = row["ends_at"] <= AFTERNOON
        assert slot["kept"] == (round(row["verified_count"] / made, 4) if over else None)
        missing = row["booked_count"] - row["verified_count"]
        assert slot["no_show"] == (missing if over else None)
        logged = await read_scans(database, "scan_id", "mode", slot_id=row["id"])
        assert slot["scans"] == len({scan["scan_id"] for scan in logged if scan["mode"] != "undo"})
    late = [slot for slot in day["slots"] if slot["no_show"] is not None]
    assert len(late) == 3
    assert day["no_show"] == sum(slot["no_show"] for slot in late)
    assert day["no_show_rate"] == round(day["no_show"] / sum(slot["booked"] for slot in late), 4)
    assert day["kept"] == round(sum(s["verified"] for s in late) / sum(s["made"] for s in late), 4)
    assert day["made"] == day["booked"] + day["cancelled"]
    red = await count_scans(database, result="RED")
    scans = await count_scan_ids(database)
    assert (day["red"], day["scans"], day["rejection"]) == (red, scans, round(red / scans, 4))
    assert sum(one["scans"] for one in day["reasons"]) == day["red"] + day["yellow"]
    assert {name: day[name] for name in answer.data["total"]} == answer.data["total"]


async def test_the_table_has_a_line_for_every_slot(api: Api, world: World) -> None:
    await a_day(world)
    manager = await world.staff("MANAGER")
    (day,) = (await api.get(f"/api/analytics?date={TODAY}", token=manager)).data["days"]
    async with api.hub.client.get(
        f"/api/analytics?date={TODAY}&format=csv", headers={"Authorization": f"Bearer {manager}"}
    ) as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert len(rows) == len(PLAN)
    for row, slot in zip(rows, day["slots"], strict=True):
        assert row["date"] == str(TODAY)
        assert not {"checked", "converted", "conversion"} & set(slot), "nobody checks a ticket for a slot"
        for name in set(row) - {"date", "checked", "converted", "conversion"}:
            assert row[name] == ("" if slot[name] is None else str(slot[name])), name


async def test_figures_and_replay_are_for_managers_and_have_bounds(api: Api, world: World) -> None:
    operator, manager = await world.staff(), await world.staff("MANAGER")
    for path in ("/api/analytics", "/api/replay"):
        assert (await api.get(path)).code == "UNAUTHENTICATED"
        assert (await api.get(path, token=operator)).code == "FORBIDDEN"
    long = f"/api/analytics?from={TODAY - timedelta(days=92)}&to={TODAY}"
    assert (await api.get(long, token=manager)).code == "INVALID_REQUEST"
    assert (
        await api.get(f"/api/replay?from={TODAY - timedelta(days=1)}&to={TODAY}", token=manager)
    ).code == "INVALID_REQUEST"
    days = (await api.get("/api/analytics", token=manager)).data["days"]
    assert (len(days), days[-1]["date"]) == (30, str(TODAY))
    assert days[0]["utilisation"] is days[0]["no_show"] is days[0]["rejection"] is None


async def replay_of(api: Api, token: str, day: date = TODAY) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    async with api.hub.client.get(f"/api/replay?date={day}", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 200
        head, *events, end = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert end == {"end": True}
    return head, [dict(zip(head["columns"], event, strict=True)) for event in events]


@pytest.mark.parametrize("page", [2000, 7])
async def test_a_replayed_day_ends_where_the_day_did(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(read_replay, "PAGE", page)
    slots = await a_day(world)
    await world.policy(re_entry="allow")
    manager = await world.staff("MANAGER")
    scanner = await world.hub.socket(manager, gate="South")
    tickets = await world.fill(slots[4], 4)
    entered = [(await scanner.verify(ticket.code))["scan_id"] for ticket in tickets[:3]]
    await scanner.command("undo", scan_id=entered[0], reason="not them")
    await scanner.command("exit", code=tickets[1].code, scan_id=str(uuid4()))
    # A supervisor lets the visitor back in twice, and undoes the first return.
    await scanner.command("exit", code=tickets[2].code, scan_id=str(uuid4()))
    for undo in (True, False):
        scan_id = (await scanner.validate(tickets[2].code))["scan_id"]
        back = await scanner.command("override", scan_id=scan_id, reason="went to the car")
        assert back["data"]["recorded"] == "RE_ENTRY", back
        if undo:
            assert (await scanner.command("undo", scan_id=scan_id, reason="not them"))["success"]
    scan = {"scan_id": str(uuid4()), "code": tickets[3].code, "offline_result": "GREEN", "gate": "Garden",
            "scanned_at": rfc3339(AFTERNOON - timedelta(minutes=40))}  # fmt: skip
    assert (await scanner.command("sync", scans=[scan]))["data"]["results"][0]["outcome"] == "accepted"
    head, events = await replay_of(api, manager)
    moments = [event["at"] for event in events]
    assert moments == sorted(moments)
    counts = (await scanner.command("subscribe", topic="counts"))["data"]
    assert sum(event["entered"] for event in events) == counts["verified"]
    assert sum(event["entered"] - event["left"] for event in events) == counts["inside"] == counts["verified"] - 1
    for slot in counts["slots"]:
        assert sum(event["entered"] for event in events if event["slot_id"] == slot["slot_id"]) == slot["verified"]
    planned = [(slot["slot_id"], slot["booked"], slot["capacity"]) for slot in head["slots"]]
    assert planned == [(slot["slot_id"], slot["booked"], slot["capacity"]) for slot in counts["slots"]]
    figures = (await scanner.command("subscribe", topic="figures"))["data"]
    for gate in figures["gates"]:
        own = [event for event in events if event["gate"] == gate["gate"]]
        assert sum(event["scans"] for event in own) == sum(row[1] for row in gate["minutes"])
        for result, reason, count in gate["reasons"]:
            assert sum(e["scans"] for e in own if (e["result"], e["reason"]) == (result, reason)) == count
    _, tomorrow = await replay_of(api, manager, TODAY + timedelta(days=1))
    assert tomorrow == []

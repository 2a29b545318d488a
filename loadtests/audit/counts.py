"""Counts: those of the slots, of a fresh subscriber and of the dashboards of the run are the ones of the tables."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import asyncpg
import orjson

from loadtests.audit.audit import Audit
from loadtests.faults.checker import broken_in_tables
from loadtests.wire.socket_client import SocketClient, open_socket

SETTLES_WITHIN = 10.0


async def check(audit: Audit) -> None:
    audit.problems += await broken_in_tables(audit.connection, audit.org_id)
    token = audit.ground["manager token"]
    socket = await open_socket(audit.ground["hub"], token=token)
    try:
        await _ready(socket)
        counts = await _agreement(audit.connection, audit.org_id, socket)
    finally:
        socket.close()
    audit.problems += counts.pop("problems")
    dashboards = audit.facts.get("dashboards", ())
    totals = {name: counts[name] for name in ("verified", "booked", "capacity", "inside", "exited", "reentered")}
    audit.expect_none(
        f"dashboards that differ at revision {counts['revision']} from {totals}",
        [
            one for one in dashboards
            if one["revision"] > counts["revision"]
            or (one["revision"] == counts["revision"] and any(one[name] != value for name, value in totals.items()))
        ],
    )  # fmt: skip
    newest = sum(one["revision"] == counts["revision"] for one in dashboards)
    audit.notes.append(
        f"today {counts['verified']:,} entries in the tables, the counts and the figures; "
        f"{newest} of {len(dashboards)} dashboards stayed for the last revision and showed the same"
    )


async def _agreement(connection: asyncpg.Connection, org_id: int, socket: SocketClient) -> dict[str, Any]:
    """Return a snapshot of the counts, and what differs after at most `SETTLES_WITHIN` seconds: the figures come a tick later."""
    deadline = time.monotonic() + SETTLES_WITHIN
    number = 0
    while True:
        number += 2
        counts = await _subscribe(socket, number, "counts")
        figures = await _subscribe(socket, number + 1, "figures")
        entered = sum(row[4] for gate in figures["gates"] for row in gate["minutes"])
        tables = await connection.fetchrow(
            "SELECT coalesce(sum(verified_count), 0)::int AS verified, coalesce(sum(booked_count), 0)::int AS booked"
            " FROM reservation_slots WHERE org_id = $1 AND venue_id = $2 AND date = $3::text::date",
            org_id, counts["venue_id"], counts["date"],
        )  # fmt: skip
        shown = {name: sum(slot[name] for slot in counts["slots"]) for name in ("verified", "booked")}
        problems = [
            f"the live counts have {shown[name]} {name}, the tables {tables[name]}"
            for name in shown
            if shown[name] != tables[name]
        ]
        if entered != counts["verified"]:
            problems.append(f"the figures have {entered} entries, the live counts {counts['verified']}")
        if not problems or time.monotonic() > deadline:
            return {**counts, "problems": problems}
        await asyncio.sleep(0.3)


async def _ready(socket: SocketClient) -> None:
    while orjson.loads(await socket.next_text(15)).get("type") != "ready":
        pass


async def _subscribe(socket: SocketClient, number: int, topic: str) -> dict[str, Any]:
    """Return the snapshot of a topic, and end the subscription."""
    snapshot = await _ask(socket, {"id": number * 2, "type": "subscribe", "topic": topic})
    await _ask(socket, {"id": number * 2 + 1, "type": "unsubscribe", "subscription": snapshot["subscription"]})
    return snapshot


async def _ask(socket: SocketClient, command: dict[str, Any]) -> dict[str, Any]:
    socket.send(orjson.dumps(command))
    while (frame := orjson.loads(await socket.next_text(15))).get("id") != command["id"]:
        pass
    if not frame.get("success"):
        raise RuntimeError(f"{command['type']} was refused: {frame}")
    data: dict[str, Any] = frame["data"]
    return data

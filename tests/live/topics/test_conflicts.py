"""Conflicts: on the managers' boards and at the operator's gate while the visitors are still inside."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.actions.scanning.conflicts import MOST_IN_NOTICE, MOST_SHOWN
from tests.live.topics.test_notices import connected
from tests.support.hub import Hub
from tests.support.negative_controls import sabotage
from tests.support.notices import count_notices
from tests.support.offline_queue import queued, sync
from tests.support.websocket_client import Socket
from tests.support.world import World


async def watching(hub: Hub, token: str, topic: str, **fields: Any) -> tuple[Socket, dict[str, Any]]:
    socket = await hub.socket(token, gate=None)
    reply = await socket.command("subscribe", topic=topic, **fields)
    assert reply["success"], reply
    return socket, reply["data"]


async def entered_twice(world: World, gate: Socket, count: int = 1) -> list[dict[str, Any]]:
    """Return the second scans of some tickets in one queue. Each of them becomes a conflict."""
    tickets = await world.fill(await world.slot(), count)
    await sync(gate, *(queued(ticket.code, -20) for ticket in tickets))
    return [queued(ticket.code, -10) for ticket in tickets]


async def silent(socket: Socket) -> None:
    await asyncio.sleep(0.3)
    await socket.command("ping")
    assert socket.events == []


async def test_a_conflict_reaches_managers_and_who_let_them_in_at_every_process(
    hub: Hub, world: World, open_hub: Any
) -> None:
    other = await open_hub()
    await connected(hub, other)
    token = await world.staff(name="Jane Smith")
    gate = await hub.socket(token, gate="A")
    [scan] = await entered_twice(world, gate)
    manager, before = await watching(other, await world.staff("MANAGER"), "conflicts")
    assert (before["open"], before["conflicts"]) == (0, [])
    hers, _ = await watching(other, token, "notices")
    colleague, _ = await watching(other, await world.staff(), "notices")
    [result] = await sync(gate, scan)
    received = (await manager.event(3))["data"]
    assert received["open"] == 1
    conflict = received["conflict"]
    assert (conflict["conflict_id"], conflict["kind"]) == (result["conflict_id"], "already_verified")
    assert (conflict["operator"]["name"], conflict["gate"], conflict["decision"]) == ("Jane Smith", "A", None)
    notice = (await hers.event(3))["data"]
    assert (notice["kind"], notice["data"]) == ("conflicts", {"count": 1, "conflicts": [conflict]})
    await silent(colleague)
    # A later subscriber gets the conflict in the reply.
    _, after = await watching(hub, await world.staff("MANAGER"), "conflicts")
    assert (after["open"], after["conflicts"]) == (1, [conflict])


async def test_a_conflict_sent_again_is_not_published_again(hub: Hub, world: World) -> None:
    token = await world.staff()
    gate = await hub.socket(token, gate="A")
    [scan] = await entered_twice(world, gate)
    manager, _ = await watching(hub, await world.staff("MANAGER"), "conflicts")
    hers, _ = await watching(hub, token, "notices")
    for _ in range(3):
        await sync(gate, scan)
    await manager.event(3), await hers.event(3)
    await silent(manager)
    await silent(hers)
    assert await count_notices(hub.database) == 1


async def test_a_replay_is_published_again_if_known_conflicts_count_as_new(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: if known conflicts count as new, a replay that writes nothing publishes them again."""
    gate = await hub.socket(await world.staff(), gate="A")
    [scan] = await entered_twice(world, gate)
    sabotage(
        monkeypatch, "scanning/conflicts", "note_conflicts",
        ("DO NOTHING\nRETURNING", "DO UPDATE SET kind = EXCLUDED.kind\nRETURNING"),
    )  # fmt: skip
    for _ in range(3):
        await sync(gate, scan)
    assert await count_notices(hub.database) == 3


async def test_a_queue_full_of_conflicts_is_one_notice(hub: Hub, world: World) -> None:
    token = await world.staff()
    gate = await hub.socket(token, gate="A")
    scans = await entered_twice(world, gate, 80)
    manager, _ = await watching(hub, await world.staff("MANAGER"), "conflicts")
    hers, _ = await watching(hub, token, "notices")
    await sync(gate, *scans)
    notice = (await hers.event(3))["data"]["data"]
    assert (notice["count"], len(notice["conflicts"])) == (80, MOST_IN_NOTICE)
    await silent(hers)
    # The conflicts exceed what a channel keeps. Subscribers get `missed`, and the reply has the newest ones and the
    # total.
    assert (await manager.event(3))["data"] == {"missed": True}
    _, after = await watching(hub, await world.staff("MANAGER"), "conflicts")
    assert (after["open"], len(after["conflicts"])) == (80, MOST_SHOWN)


async def test_a_decision_reaches_the_boards_and_who_let_them_in(hub: Hub, world: World) -> None:
    token, chief = await world.staff(), await world.staff("MANAGER", name="Ann Lee")
    gate = await hub.socket(token, gate="A")
    [scan] = await entered_twice(world, gate)
    [result] = await sync(gate, scan)
    manager, before = await watching(hub, await world.staff("MANAGER"), "conflicts")
    hers, _ = await watching(hub, token, "notices")
    address = f"/api/operator/conflicts/{result['conflict_id']}/decision"
    for _ in range(2):
        status, _ = await hub.post(address, {"decision": "leaves", "note": "no second ticket"}, token=chief)
        assert status == 200
    received = (await manager.event(3))["data"]
    assert (before["open"], received["open"]) == (1, 0)
    assert (received["conflict"]["decision"], received["conflict"]["decided_by"]) == ("leaves", "Ann Lee")
    notice = (await hers.event(3))["data"]
    assert (notice["kind"], notice["data"]["conflict"]) == ("conflict_decided", received["conflict"])
    await silent(manager)  # the repeated decision is none
    await silent(hers)


async def test_it_is_for_managers_and_keeps_to_its_venue(hub: Hub, world: World) -> None:
    gate = await hub.socket(await world.staff(), gate="A")
    reply = await gate.command("subscribe", topic="conflicts")
    assert reply["error"]["code"] == "FORBIDDEN"
    elsewhere = await world.venue()
    manager = await world.staff("MANAGER")
    away, before = await watching(hub, manager, "conflicts", venue_id=elsewhere)
    here, _ = await watching(hub, manager, "conflicts")
    await sync(gate, *await entered_twice(world, gate))
    assert (await here.event(3))["data"]["open"] == 1
    await silent(away)
    assert before["open"] == 0
    _, after = await watching(hub, manager, "conflicts", venue_id=elsewhere)
    assert (after["open"], after["conflicts"]) == (0, [])


async def test_the_history_of_the_ticket_shows_the_conflict_and_the_decision(hub: Hub, world: World) -> None:
    token, chief = await world.staff(name="Tom Brown"), await world.staff("MANAGER", name="Ann Lee")
    gate = await hub.socket(token, gate="A")
    [scan] = await entered_twice(world, gate)
    [result] = await sync(gate, scan)
    decided = {"decision": "stays", "note": "lost the child"}
    await hub.post(f"/api/operator/conflicts/{result['conflict_id']}/decision", decided, token=chief)
    ticket_id = result["decision"]["ticket"]["ticket_id"]
    _, body = await hub.get(f"/api/tickets/{ticket_id}/life", token=chief)
    # The world's tickets are issued by the machine's clock, not by the test's.
    received = [event for event in body["data"]["events"] if event["kind"] in ("scan", "conflict", "conflict_decided")]
    first, second, conflict, decision = received
    assert (first["entered"], second["entered"]) == (True, False)
    assert (conflict["kind"], conflict["cause"], conflict["operator_name"]) == (
        "conflict",
        "already_verified",
        "Tom Brown",
    )
    assert conflict["scan_id"] == second["scan_id"] == scan["scan_id"]
    assert (decision["kind"], decision["outcome"], decision["operator_name"], decision["note"]) == (
        "conflict_decided", "stays", "Ann Lee", "lost the child",
    )  # fmt: skip

"""The topic `disputes`: open disputes in the reply, then every question and decision, from any process."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support.hub import Hub
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, World


async def ask(gate: Socket, code: str, **note: str) -> str:
    scan_id = str((await gate.validate(code))["scan_id"])
    reply = await gate.command("ask_supervisor", scan_id=scan_id, **note)
    assert reply["success"], reply
    return scan_id


async def watch(socket: Socket, **query: Any) -> list[dict[str, Any]]:
    reply = await socket.command("subscribe", topic="disputes", **query)
    assert reply["success"], reply
    found: list[dict[str, Any]] = reply["data"]["disputes"]
    return found


async def received(socket: Socket) -> dict[str, Any]:
    dispute: dict[str, Any] = (await socket.event())["data"]["dispute"]
    return dispute


async def test_a_question_and_its_answer_are_seen_by_every_supervisor_of_every_process(
    hub: Hub, world: World, open_hub: Any
):
    other = await open_hub()
    gate = await hub.socket(await world.staff(name="Jane Smith"), gate="A")
    here, there = [await one.socket(await world.staff("MANAGER", name="Sue Lee")) for one in (hub, other)]
    assert [await watch(here), await watch(there)] == [[], []]
    scan_id = await ask(gate, (await world.ticket()).code, note="lost the mail")
    for manager in (here, there):
        asked = await received(manager)
        assert (asked["scan_id"], asked["decision"], asked["note"]) == (scan_id, None, "lost the mail")
    await there.command("decline", scan_id=scan_id, reason="sold out")
    for manager in (here, there):
        assert (await received(manager))["decision"] == "declined"


async def test_the_answer_holds_what_is_open_and_what_was_decided_lately(hub: Hub, world: World, clock: Any):
    gate = await hub.socket(await world.staff(), gate="A")
    sue = await hub.socket(await world.staff("MANAGER"))
    old, recent, waits = [await ask(gate, (await world.ticket()).code) for _ in range(3)]
    await sue.command("decline", scan_id=old, reason="no")
    clock.advance(16 * 60)
    await sue.command("decline", scan_id=recent, reason="no")
    assert [one["scan_id"] for one in await watch(sue)] == [waits, recent]


async def test_operators_may_not_subscribe_and_another_venue_gets_nothing(hub: Hub, world: World):
    gate = await hub.socket(await world.staff(), gate="A")
    refused = await gate.command("subscribe", topic="disputes")
    assert refused["error"]["code"] == "FORBIDDEN"
    elsewhere = await hub.socket(await world.staff("MANAGER", venue_id=await world.venue()))
    here = await hub.socket(await world.staff("MANAGER"))
    assert [await watch(elsewhere), await watch(here)] == [[], []]
    ticket = await world.reserved(await world.slot(TODAY + timedelta(days=1)))
    await ask(gate, ticket.code)
    assert (await received(here))["decision"] is None
    assert (await elsewhere.command("ping"))["success"]
    assert elsewhere.events == []

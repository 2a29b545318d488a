"""Messages to the gates: pushed, kept for whoever was offline, and confirmed by who read them; and the ring of one scanner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.hub import Hub
from tests.support.websocket_client import Socket
from tests.support.world import NOON, World


async def gate(hub: Hub, world: World, name: str, where: str, device: str) -> tuple[Socket, list[dict[str, Any]]]:
    """Return a scanner with its notices, those of the reply second."""
    socket = await hub.socket(await world.staff(name=name))
    await socket.command("device", device={"id": device, "gate": where})
    reply = await socket.command("subscribe", topic="notices")
    assert reply["success"], reply
    return socket, reply["data"]["notices"]


async def control_room(hub: Hub, world: World) -> Socket:
    socket = await hub.socket(await world.staff("MANAGER", name="Sue Lee"))
    reply = await socket.command("subscribe", topic="messages")
    assert (reply["success"], reply["data"]["messages"]) == (True, [])
    return socket


async def data_of(socket: Socket) -> dict[str, Any]:
    data: dict[str, Any] = (await socket.event(5))["data"]
    return data


async def send(socket: Socket, text: str, **fields: Any) -> dict[str, Any]:
    reply = await socket.command("send_message", text=text, **fields)
    assert reply["success"], reply
    sent: dict[str, Any] = reply["data"]
    return sent


async def test_a_message_reaches_its_gate_and_no_other_and_says_who_has_read_it(hub: Hub, world: World) -> None:
    sue = await control_room(hub, world)
    (jane, _), (tom, _) = (
        await gate(hub, world, "Jane Smith", "A", "one"),
        await gate(hub, world, "Tom Brown", "B", "two"),
    )
    sent = await send(sue, "Close at six", gate="A")
    assert (sent["gate"], sent["by"]["name"], sent["read"]) == ("A", "Sue Lee", [])
    notice = await data_of(jane)
    assert (notice["kind"], notice["data"]["text"], notice["data"]["by"]) == ("message", "Close at six", "Sue Lee")
    everybody = await send(sue, "Tea is ready")
    assert (await data_of(tom))["data"]["message_id"] == everybody["message_id"], "the first was not for gate B"
    assert (await data_of(jane))["data"]["message_id"] == everybody["message_id"]
    assert [(await data_of(sue))["message"]["text"] for _ in range(2)] == ["Close at six", "Tea is ready"]
    for _ in range(2):
        reply = await jane.command("read_message", message_id=sent["message_id"])
        assert reply["data"] == {"message_id": sent["message_id"]}
        read = (await data_of(sue))["message"]["read"]
        assert [(one["name"], one["gate"]) for one in read] == [("Jane Smith", "A")]


async def test_a_scanner_that_was_offline_gets_the_message_and_a_later_manager_sees_the_readers(
    hub: Hub, world: World
) -> None:
    sue = await control_room(hub, world)
    to_all, to_gate = await send(sue, "Storm is coming"), await send(sue, "Open the side door", gate="A")
    await send(sue, "Not for gate A", gate="B")
    jane, missed = await gate(hub, world, "Jane Smith", "A", "one")
    assert [one["data"]["message_id"] for one in missed] == [to_all["message_id"], to_gate["message_id"]]
    await jane.command("read_message", message_id=to_all["message_id"])
    late = await hub.socket(await world.staff("MANAGER", name="Ann Lee"))
    shown = (await late.command("subscribe", topic="messages"))["data"]["messages"]
    assert [(one["text"], len(one["read"])) for one in shown] == [
        ("Not for gate A", 0), ("Open the side door", 0), ("Storm is coming", 1),
    ]  # fmt: skip


async def test_a_message_is_delivered_until_the_business_day_ends_and_not_to_whoever_has_read_it(
    hub: Hub, world: World, clock: Any
) -> None:
    """The last slot of the day runs over midnight."""
    await world.slot(start="22:30", end="02:30")
    hub.services.venues.forget()
    sue = await control_room(hub, world)
    sent = await send(sue, "Storm is coming")
    assert sent["valid_until"] == "2026-11-21T01:30:00Z"
    clock.set(NOON + timedelta(hours=13))
    jane, missed = await gate(hub, world, "Jane Smith", "A", "one")
    assert [(one["data"]["text"], one["data"]["sent_at"]) for one in missed] == [("Storm is coming", sent["sent_at"])]
    await jane.command("read_message", message_id=sent["message_id"])
    again = await jane.command("subscribe", topic="notices")
    assert again["data"]["notices"] == [], "read"
    _, missed = await gate(hub, world, "Tom Brown", "B", "two")
    assert len(missed) == 1, "each person reads it"
    clock.set(datetime(2026, 11, 21, 1, 30, tzinfo=UTC))
    _, missed = await gate(hub, world, "Ann Lee", "A", "three")
    assert missed == [], "another day"


async def test_one_scanner_rings_and_no_other(hub: Hub, world: World) -> None:
    sue = await control_room(hub, world)
    (jane, _), (tom, _) = (
        await gate(hub, world, "Jane Smith", "A", "one"),
        await gate(hub, world, "Tom Brown", "A", "two"),
    )
    assert (await sue.command("ring", device_id="two"))["success"]
    ring = await data_of(tom)
    assert (ring["kind"], ring["data"]["by"]) == ("ring", "Sue Lee")
    await jane.command("ping")
    assert jane.events == []


async def test_only_managers_send_and_nobody_reads_the_message_of_another_venue(hub: Hub, world: World) -> None:
    sue = await control_room(hub, world)
    sent = await send(sue, "Hello")
    jane = await hub.socket(await world.staff())
    for name, fields in (("send_message", {"text": "Hi"}), ("ring", {"device_id": "one"})):
        assert (await jane.command(name, **fields))["error"]["code"] == "FORBIDDEN"
    other = World(hub)
    await other.found()
    stranger = await hub.socket(await other.staff())
    reply = await stranger.command("read_message", message_id=sent["message_id"])
    assert reply["error"]["code"] == "NOT_FOUND"
    for wrong in ({"text": ""}, {"text": "x" * 301}, {"text": "x", "gate": "y" * 65}, {}):
        assert (await sue.command("send_message", **wrong))["error"]["code"] == "INVALID_REQUEST"

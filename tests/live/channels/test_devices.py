"""The devices topic: managers see all scanners of all processes, what each reports, and quiet gates."""

import asyncio
from typing import Any

import pytest

from hub.app import LIVE
from hub.live.channels.devices import READ_SECONDS, DeviceChannels
from hub.live.channels.shared_devices import STALE
from hub.rules.quiet_gate import BUSY_BEFORE, BUSY_ELSEWHERE, STILL_EXPECTED, GateActivity, quiet_gates
from tests.support.hub import Hub
from tests.support.world import World


@pytest.fixture(autouse=True)
def read_seconds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """Read more often than in production, to keep the tests short. A test may set the real interval."""
    seconds: float = getattr(request, "param", 0.02)
    monkeypatch.setitem(DeviceChannels.__init__.__kwdefaults__, "read_seconds", seconds)
    return seconds


RECEIVED = {"battery": 71, "charging": False, "queue": 3, "version": "abc123", "round_trip_ms": 41, "skew_ms": -1500}


async def scanner(hub: Hub, world: World, name: str, operator: str = "Jane Smith", **says: Any) -> Any:
    socket = await hub.socket(await world.staff(name=operator))
    device = {"id": f"dev-{name}", "name": f"Handheld {name}", "gate": name, **says}
    assert (await socket.command("device", device=device))["success"]
    vars(world).setdefault("held", []).append(socket)  # an unreferenced socket is closed
    return socket


class Board:
    """A manager's view of the scanners, kept as the page keeps it."""

    def __init__(self, socket: Any, answer: dict[str, Any]) -> None:
        self.socket = socket
        self.devices = {row["device_id"]: row for row in answer["devices"]}
        self.gates = answer["gates"]
        self.complete = answer["complete"]

    async def receive(self) -> None:
        data = (await self.socket.event(30))["data"]
        self.devices |= {row["device_id"]: row for row in data["devices"]}
        for name in data["removed"]:
            del self.devices[name]
        self.gates, self.complete = data["gates"], data["complete"]

    async def until(self, true: Any, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not true(self):
                await self.receive()


async def board(hub: Hub, world: World) -> Board:
    socket = await hub.socket(await world.staff("MANAGER"))
    reply = await socket.command("subscribe", topic="devices")
    assert reply["success"], reply
    return Board(socket, reply["data"])


async def test_a_scanner_is_seen_with_all_it_says_its_last_scan_and_its_going(hub: Hub, world: World) -> None:
    watch = await board(hub, world)
    assert (watch.devices, watch.gates, watch.complete) == ({}, [], True)
    gate = await scanner(hub, world, "A", **RECEIVED)
    await watch.until(lambda b: b.devices)
    row = watch.devices["dev-A"]
    assert row == {
        "device_id": "dev-A", "name": "Handheld A", "gate": "A", "venue_id": world.venue_id, "live": True,
        "operator": {"id": row["operator"]["id"], "name": "Jane Smith", "role": "OPERATOR"}, "since": row["since"],
        "last_scan": None, **RECEIVED,
    }  # fmt: skip
    await gate.validate("TKT-2026-NOSUCH-TICKET")
    await watch.until(lambda b: b.devices["dev-A"]["last_scan"])
    assert watch.devices["dev-A"]["last_scan"]["reason"] == "TICKET_NOT_FOUND"
    await gate.command("device", device={"id": "dev-A", "gate": "B", "queue": 0})
    await watch.until(lambda b: b.devices["dev-A"]["gate"] == "B")
    assert watch.devices["dev-A"]["battery"] is None, "what it no longer says is not known"
    began = watch.devices["dev-A"]["since"]
    await gate.close()
    await watch.until(lambda b: not b.devices["dev-A"]["live"])
    assert watch.devices["dev-A"]["since"] >= began
    assert watch.devices["dev-A"]["last_scan"]["reason"] == "TICKET_NOT_FOUND"
    await scanner(hub, world, "A", "Tom Brown")
    await watch.until(lambda b: b.devices["dev-A"]["live"])
    assert watch.devices["dev-A"]["operator"]["name"] == "Tom Brown"
    later = await board(hub, world)
    assert later.devices == watch.devices


@pytest.mark.parametrize("read_seconds", [READ_SECONDS], indirect=True)
async def test_the_scanners_are_read_once_a_second(hub: Hub, world: World) -> None:
    assert READ_SECONDS == 1
    watch = await board(hub, world)
    began = asyncio.get_running_loop().time()
    await scanner(hub, world, "A")
    await watch.until(lambda b: b.devices)
    await scanner(hub, world, "B")
    await watch.until(lambda b: "dev-B" in b.devices)
    assert asyncio.get_running_loop().time() - began > READ_SECONDS - 0.01


async def test_a_scanner_that_is_back_on_another_socket_is_not_gone(hub: Hub, world: World) -> None:
    old = await scanner(hub, world, "A")
    new = await scanner(hub, world, "A", queue=7)
    await old.close()
    await asyncio.sleep(0.2)
    watch = await board(hub, world)
    assert (watch.devices["dev-A"]["live"], watch.devices["dev-A"]["queue"]) == (True, 7)
    await new.command("device", device={"id": "dev-other"})
    await watch.until(lambda b: "dev-other" in b.devices)
    assert not watch.devices["dev-A"]["live"], "under another name it is another device"


async def test_wrong_words_are_refused_field_by_field_and_the_topic_is_for_managers(hub: Hub, world: World) -> None:
    socket = await hub.socket(await world.staff())
    for field, wrong in (("battery", 101), ("battery", 0.5), ("charging", 1), ("queue", -1), ("version", ""),
                         ("round_trip_ms", -1), ("skew_ms", 2**53), ("version", "x" * 65)):  # fmt: skip
        refused = await socket.command("device", device={"id": "x", field: wrong})
        assert refused["error"]["errors"][0]["field"] == field
    assert (await socket.command("subscribe", topic="devices"))["error"]["code"] == "FORBIDDEN"
    assert (await socket.command("device", device={"battery": 5}))["success"]
    stranger = await World(hub).found()
    await scanner(hub, stranger, "Z")
    elsewhere = await world.venue()
    assert (await board(hub, world)).devices == {}, "without an id it is no scanner; strangers are not shown"
    manager = await hub.socket(await world.staff("MANAGER"))
    reply = await manager.command("subscribe", topic="devices", venue_id=elsewhere)
    assert reply["data"]["venue_id"] == elsewhere


async def test_scanners_at_every_process_are_seen_from_each(hub: Hub, world: World, open_hub: Any) -> None:
    other = await open_hub()
    here, there = await board(hub, world), await board(other, world)
    a, b = await scanner(hub, world, "A"), await scanner(other, world, "B")
    for watch in (here, there):
        await watch.until(lambda one: len(one.devices) == 2)
    await b.validate("TKT-2026-NOSUCH-TICKET")
    await here.until(lambda one: one.devices["dev-B"]["last_scan"])
    # The scanner reconnects to the other process: it is listed once, as live.
    await b.close()
    await scanner(hub, world, "B", "Tom Brown")
    for watch in (here, there):
        await watch.until(lambda one: one.devices["dev-B"]["operator"]["name"] == "Tom Brown")
        assert watch.devices["dev-B"]["live"]
    await a.close()
    await there.until(lambda one: not one.devices["dev-A"]["live"])
    assert (await board(other, world)).devices == there.devices


async def test_what_a_dead_process_left_behind_is_off_line(hub: Hub, world: World, open_hub: Any) -> None:
    other = await open_hub()
    await scanner(other, world, "B")
    watch = await board(hub, world)
    await watch.until(lambda one: one.devices)
    other.app[LIVE].channels.devices._shared.publish = lambda: asyncio.sleep(0)  # type: ignore[method-assign]
    await asyncio.sleep(0.2)
    hub.clock.advance(STALE.total_seconds() + 1)
    await watch.until(lambda one: not one.devices["dev-B"]["live"])
    hub.clock.advance(3600)
    await watch.until(lambda one: not one.devices)


async def test_without_redis_the_own_scanners_are_seen_and_it_is_said(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = await board(hub, world)

    async def away(*given: Any) -> Any:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(hub.app[LIVE].channels.devices._shared._redis, "hgetall", away)
        await scanner(hub, world, "A")
        await watch.until(lambda one: one.devices and not one.complete)
    await watch.until(lambda one: one.complete)


async def test_a_gate_that_has_gone_quiet_at_peak_is_marked(hub: Hub, world: World) -> None:
    a, b = await scanner(hub, world, "A"), await scanner(hub, world, "B")
    for _ in range(BUSY_BEFORE):
        await a.validate("TKT-2026-NOSUCH-TICKET")
        await b.validate("TKT-2026-NOSUCH-TICKET")
    hub.clock.advance(6 * 60)
    for _ in range(BUSY_ELSEWHERE):
        await b.validate("TKT-2026-NOSUCH-TICKET")
    watch = await board(hub, world)
    assert [(gate["gate"], gate["scans"], gate["quiet"]) for gate in watch.gates] == [
        ("A", 0, True), ("B", BUSY_ELSEWHERE, False),
    ]  # fmt: skip
    assert watch.gates[0]["last_scan_at"] < watch.gates[1]["last_scan_at"]


def test_quiet_is_only_what_was_busy_and_only_at_peak() -> None:
    at: Any = None

    def marked(lately: int, before: int, elsewhere: int, expected: int) -> bool:
        gates = [GateActivity("A", lately, before, at), GateActivity("B", elsewhere, 0, at)]
        return "A" in quiet_gates(gates, expected)

    assert marked(0, BUSY_BEFORE, BUSY_ELSEWHERE, 0)
    assert marked(0, BUSY_BEFORE, 0, STILL_EXPECTED)
    assert not marked(1, BUSY_BEFORE, BUSY_ELSEWHERE, STILL_EXPECTED), "it scans"
    assert not marked(0, BUSY_BEFORE - 1, BUSY_ELSEWHERE, STILL_EXPECTED), "it never was busy"
    assert not marked(0, BUSY_BEFORE, BUSY_ELSEWHERE - 1, STILL_EXPECTED - 1), "no peak"

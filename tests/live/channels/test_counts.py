"""Live counts: exact after any sequence, coalesced, and corrected after a lost message."""

import asyncio
import random
from datetime import time, timedelta
from typing import Any

from hub.actions.reporting.counts import DayCounts
from hub.app import LIVE
from hub.events.announcements import SlotChanged, WalkInsChanged
from hub.live.channels.counts import CountChannels, DayKey
from hub.rules.scan_requests import ScanRequest
from hub.rules.slot_capacity import SlotCount
from tests.support.hub import Hub
from tests.support.slots import revise_slot, sum_verified
from tests.support.world import TODAY, World


class Mirror:
    """A client's state: the snapshot with every later event applied."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.revision = snapshot["revision"]
        self.slots = {slot["slot_id"]: slot for slot in snapshot["slots"]}
        self.totals = {name: snapshot[name] for name in ("verified", "booked", "capacity")}

    def take(self, event: dict[str, Any]) -> None:
        assert event["revision"] > self.revision, "an event is always newer than what was sent before"
        self.revision = event["revision"]
        self.slots |= {slot["slot_id"]: slot for slot in event["data"]["slots"]}
        self.totals = {name: event["data"][name] for name in self.totals}

    async def follow(self, socket: Any, revision: int) -> int:
        """Apply events until `revision` is reached. Return their number."""
        events = 0
        async with asyncio.timeout(5):
            while self.revision < revision:
                self.take(await socket.event())
                events += 1
        return events

    def assert_equals(self, snapshot: dict[str, Any]) -> None:
        other = Mirror(snapshot)
        assert (self.revision, self.slots, self.totals) == (other.revision, other.slots, other.totals)


async def watch(socket: Any, **fields: Any) -> dict[str, Any]:
    reply = await socket.command("subscribe", topic="counts", **fields)
    assert reply["success"], reply
    return reply["data"]


async def test_a_subscription_holds_the_whole_day_and_events_follow(hub: Hub, world: World) -> None:
    noon, later = await world.slot(), await world.slot(start="14:00", end="16:00", capacity=50)
    ticket = await world.reserved(noon)
    socket = await hub.socket(await world.staff())
    data = await watch(socket)
    assert data["topic"] == "counts"
    assert (data["date"], data["venue_id"]) == (str(TODAY), world.venue_id)
    assert (data["verified"], data["booked"], data["capacity"]) == (0, 1, 250)
    assert [slot["slot_id"] for slot in data["slots"]] == [noon, later]
    assert data["revision"] == sum(slot["revision"] for slot in data["slots"])
    await socket.verify(ticket.code)
    event = await socket.event()
    assert (event["topic"], event["subscription"]) == ("counts", data["subscription"])
    assert (event["data"]["verified"], event["data"]["booked"], event["data"]["capacity"]) == (1, 1, 250)
    assert [slot["slot_id"] for slot in event["data"]["slots"]] == [noon], "only what has changed"


async def test_old_snapshot_and_events_make_the_new_snapshot_whatever_happens(hub: Hub, world: World) -> None:
    await world.policy(unreserved_entry="allow")
    slots = [await world.slot(start=f"{hour}:00", end=f"{hour + 2}:00") for hour in (12, 14, 16)]
    manager, scanner = await hub.socket(await world.staff("MANAGER")), await hub.socket(await world.staff("MANAGER"))
    booked = await watch(manager)
    mirror = Mirror(booked)
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    reserved, entered = [], []
    for _ in range(60):
        match chance.choice(["book", "book", "verify", "walk in", "undo"]):
            case "book":
                reserved.append(await world.reserved(chance.choice(slots)))
            case "verify" if reserved:
                decision = await scanner.verify(reserved.pop(chance.randrange(len(reserved))).code)
                entered.append(decision["scan_id"])
            case "walk in":
                entered.append((await scanner.verify((await world.ticket()).code))["scan_id"])
            case "undo" if entered:
                await scanner.command("undo", scan_id=entered.pop(chance.randrange(len(entered))), reason="test")
        if chance.random() < 0.1:
            await asyncio.sleep(0.12)
    new = await watch(await hub.socket(await world.staff()))
    await mirror.follow(manager, new["revision"])
    mirror.assert_equals(new)
    fresh = await sum_verified(hub.database)
    assert sum(slot["verified"] for slot in mirror.slots.values()) == fresh, seed


async def test_any_order_repetition_and_loss_of_announcements_ends_in_the_newest_state() -> None:
    chance = random.Random(20261120)
    for _ in range(100):
        facts: list[Any] = []
        for slot_id in range(1, 4):
            for revision in range(1, chance.randrange(2, 9)):
                count = SlotCount(slot_id, time(12), time(14), 100, revision * 2, revision, revision)
                facts.append(SlotChanged(1, 1, TODAY, count))
        facts += [WalkInsChanged(1, 1, TODAY, n * 3, n) for n in range(1, 5)]
        newest = {fact.slot.slot_id: fact.slot for fact in facts if isinstance(fact, SlotChanged)}
        heard = facts + chance.choices(facts, k=10)
        chance.shuffle(heard)

        async def read(_: Any) -> Any:
            return DayCounts(list(newest.values())[:2], 0, 0)  # noqa: B023 - used within the loop

        channels = CountChannels(read)
        channel = await channels.open(DayKey(1, 1, TODAY))
        for fact in heard:
            channels.receive(fact)
        snapshot = channel.state.snapshot()
        assert {s["slot_id"]: s["revision"] for s in snapshot["slots"]} == {k: v.revision for k, v in newest.items()}
        assert snapshot["verified"] == sum(c.verified for c in newest.values()) + 12
        assert channel.state.revision == sum(c.revision for c in newest.values()) + 4


async def test_a_burst_of_scans_is_a_handful_of_events(hub: Hub, world: World) -> None:
    tickets = await world.fill(await world.slot(), 100)
    manager, scanner = await hub.socket(await world.staff("MANAGER")), await hub.socket(await world.staff())
    mirror = Mirror(await watch(manager))
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(hub.app[LIVE].scans.entry_scans.submit(p) for p in scan_requests_of(world, tickets)))
    events = await mirror.follow(manager, mirror.revision + 1)
    while mirror.totals["verified"] < 100:
        mirror.take(await manager.event())
        events += 1
    took = asyncio.get_running_loop().time() - began
    assert events <= took / 0.1 + 2
    assert (await scanner.command("ping"))["success"]


def scan_requests_of(world: World, tickets: list[Any]) -> list[Any]:
    return [ScanRequest(world.org_id, world.venue_id, 1, "Jane", "verify", ticket.code) for ticket in tickets]


async def test_two_processes_see_each_others_counts(hub: Hub, world: World, open_hub) -> None:
    other = await open_hub()
    async with asyncio.timeout(5):
        while not (hub.app[LIVE].relay.connected and other.app[LIVE].relay.connected):
            await asyncio.sleep(0.02)
    for live in (hub.app[LIVE], other.app[LIVE]):
        live.channels.counts_resync.hurry = lambda: None  # every event of this test arrives through Redis
        live.channels.counts_resync._every = 60
    slot = await world.slot()
    tickets = await world.fill(slot, 2)
    here, there = await hub.socket(await world.staff("MANAGER")), await other.socket(await world.staff("MANAGER"))
    await watch(here)
    await watch(there)
    scanner_here, scanner_there = await hub.socket(await world.staff()), await other.socket(await world.staff())
    await scanner_here.verify(tickets[0].code)
    assert (await there.event(1))["data"]["verified"] == 1
    await here.event(1)
    await scanner_there.verify(tickets[1].code)
    assert (await here.event(1))["data"]["verified"] == 2
    assert (await watch(here))["revision"] == (await watch(there))["revision"], "equal state, equal revision"


async def test_a_lost_message_is_healed_by_the_resync(hub: Hub, world: World) -> None:
    slot = await world.slot()
    manager = await hub.socket(await world.staff("MANAGER"))
    await watch(manager)
    await revise_slot(hub.database, slot, verified_count=0, booked_count=0, total_capacity=150)
    event = await manager.event(4)
    assert event["data"]["capacity"] == 150
    assert hub.app[LIVE].channels.counts_resync.healed >= 1


async def test_a_redis_subscriber_that_was_cut_off_is_replaced_and_the_gap_is_reported(hub: Hub, world: World) -> None:
    live = hub.app[LIVE]
    async with asyncio.timeout(5):
        while not live.relay.connected:
            await asyncio.sleep(0.02)
    hurried = asyncio.Event()
    live.relay._on_gap = hurried.set
    await hub.services.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    await asyncio.wait_for(hurried.wait(), 5)
    assert live.relay.connected


async def test_unsubscribing_ends_the_events(hub: Hub, world: World) -> None:
    tickets = await world.fill(await world.slot(), 2)
    manager, scanner = await hub.socket(await world.staff("MANAGER")), await hub.socket(await world.staff())
    one, two = await watch(manager), await watch(manager)
    reply = await manager.command("unsubscribe", subscription=one["subscription"])
    assert reply["data"] == {"subscriptions": [one["subscription"]]}
    await scanner.verify(tickets[0].code)
    assert (await manager.event())["subscription"] == two["subscription"]
    reply = await manager.command("unsubscribe", topic="counts", date=str(TODAY), venue_id=world.venue_id)
    assert reply["data"] == {"subscriptions": [two["subscription"]]}
    await scanner.verify(tickets[1].code)
    await asyncio.sleep(0.3)
    assert (await manager.command("ping"))["success"]
    assert manager.events == []
    assert (await manager.command("unsubscribe", topic="counts"))["error"]["code"] == "NOT_FOUND"


async def test_sixteen_subscriptions_are_enough_for_one_socket(hub: Hub, world: World) -> None:
    manager = await hub.socket(await world.staff("MANAGER"))
    for days in range(16):
        await watch(manager, date=str(TODAY + timedelta(days=days)))
    assert (await manager.command("subscribe", topic="counts"))["error"]["code"] == "BUSY"


async def test_a_board_nobody_subscribes_to_is_dropped_after_a_while(hub: Hub, world: World) -> None:
    live = hub.app[LIVE]
    manager = await hub.socket(await world.staff("MANAGER"))
    await watch(manager)
    assert len(live.channels.counts) == 1
    await manager.close()
    await asyncio.sleep(0.05)
    (channel,) = live.channels.counts._channels.values()
    assert not channel.subscribers
    channel.left_at -= 31
    assert live.channels.counts.subscribed() == []
    assert len(live.channels.counts) == 0


async def test_a_thousand_dashboards_that_come_back_read_postgres_once(hub: Hub, world: World) -> None:
    live = hub.app[LIVE]
    await world.slot()
    readings = 0
    read = live.channels.counts._read_counts

    async def counted(key: Any) -> Any:
        nonlocal readings
        readings += 1
        return await read(key)

    live.channels.counts._read_counts = counted
    await asyncio.gather(*(live.channels.counts.open(DayKey(world.org_id, world.venue_id, TODAY)) for _ in range(1000)))
    assert readings == 1

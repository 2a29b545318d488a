"""Notices: staff get those for them or their gate, at once or after reconnecting, and nobody else gets them."""

import asyncio
from typing import Any

import orjson
import pytest

from hub.access.tokens import Identity
from hub.actions.messaging.notices import KEPT, MOST, REPEATED_FOR, Notice, drop_old_notices, give_notices
from hub.app import LIVE
from hub.events.announcements import TopicEvent
from hub.live.channels.events import KEPT_EVENTS, EventLog
from hub.live.topics.events import open_venue_events
from hub.live.topics.table import TOPICS, Topic
from tests.support.hub import Hub
from tests.support.notices import count_notices
from tests.support.world import World


async def scanner(hub: Hub, token: str, gate: str | None = None) -> tuple[Any, list[Any]]:
    """Return a signed-in scanner at a gate, subscribed to its notices, and the notices of the reply."""
    socket = await hub.socket(token)
    if gate:
        await socket.command("device", device={"gate": gate})
    reply = await socket.command("subscribe", topic="notices")
    assert reply["data"]["topic"] == "notices", reply
    return socket, reply["data"]["notices"]


def identity(hub: Hub, token: str) -> Identity:
    return hub.services.sessions.read(token)


async def heard(socket: Any) -> dict[str, Any]:
    event = await socket.event(3)
    assert event["topic"] == "notices", event
    data: dict[str, Any] = event["data"]
    return data


async def silent(*sockets: Any) -> None:
    await asyncio.sleep(0.3)
    for socket in sockets:
        await socket.command("ping")
        assert socket.events == []


async def connected(*hubs: Hub) -> None:
    async with asyncio.timeout(5):
        while not all(hub.app[LIVE].relay.connected for hub in hubs):
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)


async def test_a_notice_reaches_one_operator_at_another_process_and_nobody_else(
    hub: Hub, world: World, open_hub: Any
) -> None:
    other = await open_hub()
    await connected(hub, other)
    token, colleague = await world.staff(), await world.staff()
    (mine, before), (other_one, _) = await scanner(other, token, "A"), await scanner(other, colleague, "A")
    assert before == []
    who = identity(hub, token)
    ids = await give_notices(
        hub.services, world.org_id, [Notice("override", {"by": "Ann"}, world.venue_id, staff_id=who.staff_id)]
    )
    received = await heard(mine)
    assert received == {"notice_id": ids[0], "kind": "override", "told_at": received["told_at"], "data": {"by": "Ann"}}
    await silent(other_one)


async def test_a_notice_to_a_gate_reaches_who_stands_there_then(hub: Hub, world: World) -> None:
    elsewhere = await world.venue()
    token = await world.staff()
    walker, _ = await scanner(hub, token, "A")
    at_b, _ = await scanner(hub, await world.staff(), "B")
    namesake, _ = await scanner(hub, await world.staff(venue_id=elsewhere), "A")
    await give_notices(hub.services, world.org_id, [Notice("alarm", {"n": 1}, world.venue_id, gate="A")])
    assert (await heard(walker))["data"] == {"n": 1}
    await walker.command("device", device={"gate": "B"})
    await give_notices(hub.services, world.org_id, [Notice("alarm", {"n": 2}, world.venue_id, gate="B")])
    assert (await heard(walker))["data"] == {"n": 2}
    assert (await heard(at_b))["data"] == {"n": 2}
    await silent(walker, at_b, namesake)


async def test_who_was_offline_gets_the_notices_on_coming_back_but_not_for_ever(hub: Hub, world: World) -> None:
    token = await world.staff()
    who = identity(hub, token)
    to_me = [Notice("override", {"n": n}, world.venue_id, staff_id=who.staff_id) for n in range(MOST + 2)]
    await give_notices(hub.services, world.org_id, to_me)
    hub.clock.advance(60)
    await give_notices(hub.services, world.org_id, [Notice("alarm", {"n": "gate"}, world.venue_id, gate="A")])
    _, at_gate = await scanner(hub, token, "A")
    assert [one["data"]["n"] for one in at_gate] == [*range(3, MOST + 2), "gate"], "the newest of them, oldest first"
    _, no_gate = await scanner(hub, token)
    assert [one["data"]["n"] for one in no_gate] == list(range(2, MOST + 2))
    hub.clock.advance(REPEATED_FOR.total_seconds())
    _, late = await scanner(hub, token, "A")
    assert late == []
    assert await count_notices(hub.database) == MOST + 3
    hub.clock.advance(KEPT.total_seconds())
    await drop_old_notices(hub.services)
    assert await count_notices(hub.database) == 0


async def test_what_happens_while_the_answer_is_read_comes_after_it(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event between the read and the subscription is sent after the reply that names the subscription."""

    async def read(_: int | None) -> dict[str, Any]:
        hub.services.announcer.publish([TopicEvent.of(world.org_id, "matters", {"n": 1}, venue_id=world.venue_id)])
        await asyncio.sleep(0.2)
        return {"open": []}

    monkeypatch.setitem(TOPICS, "matters", Topic(TOPICS["counts"].role, lambda context, request: open_venue_events(
        context, request, "matters", read)))  # fmt: skip
    socket = await hub.socket(await world.staff())
    reply = await socket.command("subscribe", topic="matters")
    assert reply["data"]["open"] == []
    assert socket.events == [], "nothing of a subscription that has no name yet"
    event = await socket.event(2)
    assert (event["data"], event["revision"]) == ({"n": 1}, reply["data"]["revision"] + 1)


async def test_a_topic_of_managers_is_no_operators_and_keeps_to_its_venue(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(venue_id: int | None) -> dict[str, Any]:
        return {"read_for": venue_id}

    monkeypatch.setitem(TOPICS, "matters", Topic(type(TOPICS["counts"].role)("MANAGER"),
                        lambda context, request: open_venue_events(context, request, "matters", read)))  # fmt: skip
    second, stranger = await world.venue(), await World(hub).found()
    operator, manager = await hub.socket(await world.staff()), await hub.socket(await world.staff("MANAGER"))
    refused = await operator.command("subscribe", topic="matters")
    assert refused["error"]["code"] == "FORBIDDEN"
    own = await manager.command("subscribe", topic="matters")
    assert own["data"]["read_for"] == world.venue_id
    foreign = await manager.command("subscribe", topic="matters", venue_id=stranger.venue_id)
    assert foreign["error"]["code"] == "NOT_FOUND"
    away = await manager.command("subscribe", topic="matters", venue_id=second)
    hub.services.announcer.publish([
        TopicEvent.of(world.org_id, "matters", {"n": 1}, venue_id=second),
        TopicEvent.of(stranger.org_id, "matters", {"n": 2}),
        TopicEvent.of(world.org_id, "matters", {"n": 3}, venue_id=world.venue_id),
        TopicEvent.of(world.org_id, "matters", {"n": 4}),
    ])  # fmt: skip
    events = [await manager.event(2) for _ in range(4)]
    received = [(event["subscription"], event["data"]["n"]) for event in events]
    assert sorted(received) == sorted([(own["data"]["subscription"], 3), (own["data"]["subscription"], 4),
                                   (away["data"]["subscription"], 1), (away["data"]["subscription"], 4)])  # fmt: skip
    reply = await manager.command("unsubscribe", topic="matters", venue_id=second)
    assert reply["data"] == {"subscriptions": [away["data"]["subscription"]]}


async def test_who_may_have_missed_something_gets_a_marker(hub: Hub, world: World) -> None:
    await connected(hub)
    socket, _ = await scanner(hub, await world.staff(), "A")
    await hub.services.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    assert await heard(socket) == {"missed": True}


def test_who_reads_too_slowly_gets_every_event_in_order_or_a_marker() -> None:
    def follow(events: int) -> list[Any]:
        log, seen, read = EventLog({"missed": True}), 0, []
        for n in range(events):
            received = TopicEvent.of(1, "matters", {"n": n}, gate="A" if n % 2 else "B")
            log.add(orjson.Fragment(received.body), received)
        while seen != log.version:
            seen, tail = log.next_after(seen, lambda received: received.gate == "A")
            if tail is not None:
                read.append(orjson.loads(b'{"x":0' + tail)["data"])
        return read

    assert follow(KEPT_EVENTS) == [{"n": n} for n in range(1, KEPT_EVENTS, 2)]
    assert follow(KEPT_EVENTS + 1) == [{"missed": True}]


async def test_two_notices_that_say_the_same_are_two(hub: Hub, world: World, open_hub: Any) -> None:
    """A message to other processes keeps only the newest state of a slot, but every event."""
    other = await open_hub()
    await connected(hub, other)
    socket, _ = await scanner(other, await world.staff(), "A")
    same = TopicEvent.of(world.org_id, "notices", {"n": 1}, venue_id=world.venue_id, gate="A")
    hub.services.announcer.publish(
        [same, TopicEvent.of(world.org_id, "notices", {"n": 1}, venue_id=world.venue_id, gate="A")]
    )
    assert [await heard(socket), await heard(socket)] == [{"n": 1}, {"n": 1}]

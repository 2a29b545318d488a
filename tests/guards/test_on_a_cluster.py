"""The guards on a Redis Cluster: all keys of a script are in one hash slot, and the calls of a batch are sent apart."""

from __future__ import annotations

import asyncio

import pytest

from db.redis_client import RedisClient, cluster_troubles, connect
from hub.events.announcements import Announcement, SlotsEdited
from hub.events.announcer import CHANNEL, Announcer
from hub.guards import rate_limit, seat_admission
from hub.guards.rate_limit import TAGS, RateLimit
from hub.guards.seat_admission import Admission, SeatAdmission, SeatRequest
from hub.guards.seat_states import slot_keys
from hub.guards.waiting_room import RoomTerms, WaitingRoomGuard
from hub.live.relay import Relay
from hub.settings import Rate
from tests.support.redis_tampering import settled
from tests.support.valkey_cluster import ValkeyCluster

pytestmark = pytest.mark.usefixtures("slow_servers")


async def test_seat_admission_decides_many_slots_in_one_batch(cluster: RedisClient) -> None:
    gate = SeatAdmission(cluster)
    for slot in range(20):
        gate.settle(1, slot, free=slot % 2, revision=1)
    await settled(gate)
    answers = await asyncio.gather(*(gate.ask(SeatRequest(1, slot, f"h{slot}")) for slot in range(21)))
    assert answers == [Admission.FULL, Admission.GO] * 10 + [Admission.UNKNOWN]
    standings = await gate.read_states([(1, 1), (1, 99)])
    assert standings == [{"free": 1, "revision": 1, "keys_known": True, "held": 1, "asked": 1}, None]
    assert await gate.forget(1, 1)
    assert await gate.read_state(1, 1) is None
    assert not gate.is_away
    await gate.close()


async def test_the_rate_limit_counts_many_buckets_in_one_batch(cluster: RedisClient) -> None:
    limit = RateLimit(cluster)
    waits = await asyncio.gather(*(limit.admit(f"ip:{n % 5}", Rate(10, 60)) for n in range(100)))
    assert waits.count(0.0) == 50
    assert not limit.is_away
    await limit.close()


@pytest.mark.parametrize("tags", [TAGS, 1])
async def test_the_nodes_of_a_cluster_share_the_buckets_of_the_rate_limit(
    three_nodes: ValkeyCluster, monkeypatch: pytest.MonkeyPatch, tags: int
) -> None:
    """The control gives all buckets one hash tag, and one node has them all."""
    monkeypatch.setattr(rate_limit, "TAGS", tags)
    redis = connect(three_nodes.url)
    limit = RateLimit(redis)
    await asyncio.gather(*(limit.admit(f"ip:{n}", Rate(10, 60)) for n in range(150)))
    assert not limit.is_away
    kept = [await redis.dbsize(target_nodes=node) for node in redis.get_primaries()]
    assert sum(kept) == 150
    assert (min(kept) > 20) == (tags > 1)
    await limit.close()
    await redis.aclose()


async def test_the_rate_holds_also_for_the_buckets_of_a_dead_node(three_nodes: ValkeyCluster) -> None:
    redis = connect(three_nodes.url)
    limit = RateLimit(redis)
    buckets = [f"ip:{n}" for n in range(30)]
    first = await asyncio.gather(*(limit.admit(bucket, Rate(10, 60)) for bucket in buckets for _ in range(4)))
    three_nodes.nodes[0].kill()
    later = await asyncio.gather(*(limit.admit(bucket, Rate(10, 60)) for bucket in buckets for _ in range(12)))
    assert first.count(0.0) == 4 * 30
    assert later.count(0.0) == 6 * 30
    await limit.close()
    await redis.aclose()


@pytest.mark.parametrize("sent_again", [True, False])
async def test_what_a_dead_node_missed_is_written_when_it_is_back(
    three_nodes: ValkeyCluster, monkeypatch: pytest.MonkeyPatch, sent_again: bool
) -> None:
    """The control sends nothing again, and the dead node misses what the others were told in the same batch."""
    if not sent_again:
        monkeypatch.setattr(seat_admission, "was_not_run", lambda _: False)
    redis = connect(three_nodes.url)
    gate = SeatAdmission(redis)
    for slot in range(30):
        gate.settle(1, slot, free=1, revision=1)
    await settled(gate)
    dead = await three_nodes.node_of(slot_keys((1, 0))[0])
    dead.kill()
    for slot in range(30):
        gate.settle(1, slot, free=2, revision=2)
    while gate.unsettled > 20:  # those of the two that live are written
        await asyncio.sleep(0.01)
    dead.start()
    await three_nodes.until_whole()
    await settled(gate)
    states = await gate.read_states([(1, slot) for slot in range(30)])
    written = [state is not None and state["revision"] == 2 for state in states]
    assert all(written) == sent_again
    assert any(written)
    await gate.close()
    await redis.aclose()


async def test_peers_hear_of_each_other_while_the_node_of_their_channel_is_dead(three_nodes: ValkeyCluster) -> None:
    redis, other = connect(three_nodes.url), connect(three_nodes.url)
    (trouble,) = await cluster_troubles(redis)
    assert all(f"127.0.0.1:{node.port}" in trouble for node in three_nodes.nodes)  # none has a replica
    (await three_nodes.node_of(CHANNEL)).kill()
    received: list[Announcement] = []
    here, there = Announcer(redis), Announcer(other)
    here.listen(received.append)
    connected = asyncio.Event()
    relay = asyncio.ensure_future(Relay(redis, here, connected.set).run())
    await connected.wait()
    there.publish([SlotsEdited(1)])
    while not received:
        await asyncio.sleep(0.01)
    relay.cancel()
    await asyncio.wait([relay])
    await there.close()
    for client in (redis, other):
        await client.aclose()


async def test_waiting_rooms_answer_for_many_rooms_in_one_batch(cluster: RedisClient) -> None:
    guard = WaitingRoomGuard(cluster)
    rooms = [RoomTerms(1, 2, f"slot:{n}", rate=1, turn_seconds=600, free=9) for n in range(20)]
    answers = await asyncio.gather(
        *(guard.ask(room, "join", f"v{n}", value="1") for n in range(3) for room in rooms)
    )  # fmt: skip
    assert [answer and (answer.state, answer.rank) for answer in answers] == (
        [("turn", 0)] * 20 + [("waiting", 0)] * 20 + [("waiting", 1)] * 20
    )
    await guard.close()
    assert sorted(await guard.rooms_in_use(1, 2)) == sorted(room.name for room in rooms)

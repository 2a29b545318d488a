"""Seat admission against a real Valkey: its answers, its expiry, and how fast a wrong state is corrected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from db.redis_client import PATIENCE, RedisClient, connect
from hub.guards.breaker import OPEN_SECONDS
from hub.guards.seat_admission import FULL_SECONDS, Admission, SeatAdmission, SeatRequest
from tests.support.redis_tampering import settled

if TYPE_CHECKING:
    from tests.support.valkey_server import OwnValkey

GO, FULL, CONTENDED, UNKNOWN = Admission.GO, Admission.FULL, Admission.CONTENDED, Admission.UNKNOWN
STATE, HOLDS, ASKED = (f"venuehub:gate:{{1:7}}:{part}" for part in ("state", "holds", "asked"))


@pytest.fixture
async def gate(redis: RedisClient) -> AsyncIterator[SeatAdmission]:
    gate = SeatAdmission(redis, slack=2)
    yield gate
    await gate.close()


async def ask(gate: SeatAdmission, *holds: str, places: int = 1, slot: int = 7) -> list[Admission]:
    return list(await asyncio.gather(*(gate.ask(SeatRequest(1, slot, hold, places)) for hold in holds)))


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_slot_without_a_state_is_unknown(gate: SeatAdmission) -> None:
    assert await ask(gate, "a", "b") == [UNKNOWN, UNKNOWN]


async def test_free_places_are_go_and_a_full_slot_is_full(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=5, revision=3)
    assert await ask(gate, "a", "b") == [GO, GO]
    await gate.write_state(1, 7, free=0, revision=4)
    assert await ask(gate, "c") == [FULL]


async def test_a_full_slot_is_remembered_until_a_place_comes_free_or_a_moment_has_passed(
    gate: SeatAdmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gate.write_state(1, 7, free=0, revision=4)
    assert not gate.was_full(1, 7)
    assert await ask(gate, "a") == [FULL]
    assert gate.was_full(1, 7)
    assert not gate.was_full(2, 7)
    gate.settle(1, 7, free=0, revision=5)
    assert gate.was_full(1, 7)
    gate.settle(1, 7, free=1, revision=6)
    assert not gate.was_full(1, 7)
    await settled(gate)
    await gate.write_state(1, 7, free=0, revision=7)
    assert await ask(gate, "b") == [FULL]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + FULL_SECONDS + 0.05)
    assert not gate.was_full(1, 7)


async def test_when_the_moment_has_passed_one_request_asks_and_the_crowd_is_refused_meanwhile(
    gate: SeatAdmission, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gate.write_state(1, 7, free=0, revision=4)
    assert await ask(gate, "a") == [FULL]
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + FULL_SECONDS + 0.01)
    assert [gate.was_full(1, 7) for _ in range(4)] == [False, True, True, True]
    monkeypatch.setattr(time, "monotonic", lambda: now + FULL_SECONDS + PATIENCE)
    assert [gate.was_full(1, 7) for _ in range(2)] == [False, False]  # whoever was to ask did not
    monkeypatch.undo()
    assert await ask(gate, "b") == [FULL]
    assert gate.was_full(1, 7)


async def test_a_place_that_another_process_gave_back_is_found_by_the_one_that_asks(
    gate: SeatAdmission, redis: RedisClient
) -> None:
    await gate.write_state(1, 7, free=0, revision=4)
    assert await ask(gate, "a") == [FULL]
    other = SeatAdmission(redis)
    assert await other.write_state(1, 7, free=1, revision=5)
    await asyncio.sleep(FULL_SECONDS + 0.01)  # the loop counts milliseconds, and may wake a task one early
    assert not gate.was_full(1, 7)
    assert await ask(gate, "b") == [GO]
    assert not gate.was_full(1, 7)


async def test_a_party_that_is_too_large_does_not_make_the_slot_full_for_one(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=0, revision=4)
    assert await ask(gate, "party", places=3) == [FULL]
    assert not gate.was_full(1, 7)


async def test_a_party_larger_than_free_and_slack_goes_on_at_once_and_holds_nothing(gate: SeatAdmission) -> None:
    """It would wait in vain for others to let go of their places. Postgres refuses it and says how many are free."""
    await gate.write_state(1, 7, free=3, revision=1)
    assert await ask(gate, "school", places=6) == [GO]
    assert await ask(gate, "a", "b", "c", "d", "e", "f") == [GO] * 5 + [CONTENDED]


async def test_settled_parties_of_any_size_give_back_all_they_held(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=500, revision=1)
    assert await ask(gate, "school", places=300) == [GO]
    assert await ask(gate, "a", "b", places=4) == [GO, GO]
    assert await redis.zcard(HOLDS) == 308
    gate.settle(1, 7, free=200, revision=2, booked=["school"], released=["a"])
    await settled(gate)
    assert await redis.zcard(HOLDS) == 4
    gate.settle(1, 7, free=196, revision=3, booked=["b"])
    await settled(gate)
    assert await redis.zcard(HOLDS) == 0


async def test_more_in_flight_than_free_is_contended_never_full(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=1, revision=1)
    assert await ask(gate, "a", "b", "c", "d") == [GO, GO, GO, CONTENDED]


async def test_contended_requests_get_in_once_the_others_were_refused(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=1, revision=1)
    assert await ask(gate, "a", "b", "c", "d") == [GO, GO, GO, CONTENDED]
    gate.settle(1, 7, free=1, revision=1, released=["a", "b", "c"])
    await settled(gate)
    assert await ask(gate, "d") == [GO]


async def test_the_last_place_booked_makes_it_full_for_the_others(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=1, revision=1)
    await ask(gate, "a", "b")
    gate.settle(1, 7, free=0, revision=2, booked=["a"], released=["b"])
    await settled(gate)
    assert await ask(gate, "b", "c") == [FULL, FULL]


async def test_a_retry_always_reaches_postgres_even_when_the_slot_is_full_now(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=1, revision=1)
    assert await ask(gate, "a") == [GO]
    gate.settle(1, 7, free=0, revision=2, booked=["a"])
    await settled(gate)
    assert await ask(gate, "a", "z") == [GO, FULL]


async def test_a_booking_made_while_redis_was_away_is_remembered_for_its_retry(gate: SeatAdmission) -> None:
    gate.settle(1, 7, free=0, revision=2, booked=["a"])
    await settled(gate)
    assert await ask(gate, "a", "z") == [GO, FULL]


async def test_the_same_hold_asked_twice_holds_once(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    assert await ask(gate, "a", "a") == [GO, GO]
    assert await ask(gate, "a") == [GO]
    assert await redis.zcard(HOLDS) == 1


async def test_a_hold_runs_out_by_itself(redis: RedisClient) -> None:
    gate = SeatAdmission(redis, slack=0, hold_seconds=0.3)
    await gate.write_state(1, 7, free=1, revision=1)
    assert await ask(gate, "a", "b") == [GO, CONTENDED]
    await asyncio.sleep(0.35)
    assert await ask(gate, "b") == [GO]
    await gate.close()


async def test_a_party_holds_as_many_places_as_it_has_heads(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    assert await ask(gate, "family", places=6) == [GO]
    assert await ask(gate, "couple", places=2) == [CONTENDED]
    gate.settle(1, 7, free=5, revision=1, released=["family"])
    await settled(gate)
    assert await redis.zcard(HOLDS) == 0
    assert await ask(gate, "couple", places=2) == [GO]


async def test_an_older_revision_never_overwrites_a_newer_one_unless_forced(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=0, revision=9)
    await gate.write_state(1, 7, free=5, revision=8)
    assert await ask(gate, "a") == [FULL]
    await gate.write_state(1, 7, free=5, revision=8, force=True)
    assert await ask(gate, "a") == [GO]


async def test_settlements_that_arrive_together_leave_the_newest_truth(gate: SeatAdmission) -> None:
    gate.settle(1, 7, free=2, revision=5)
    gate.settle(1, 7, free=9, revision=4)
    await settled(gate)
    standing = await gate.read_state(1, 7)
    assert standing is not None
    assert (standing["free"], standing["revision"]) == (2, 5)


async def test_a_settlement_without_a_slot_state_only_ends_holds(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await ask(gate, "a")
    gate.settle(1, 7, free=None, revision=0, released=["a"])
    await settled(gate)
    assert await redis.zcard(HOLDS) == await redis.zcard(ASKED) == 0
    assert (await gate.read_state(1, 7) or {})["free"] == 5


async def test_slots_of_one_batch_are_decided_apart(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=0, revision=1)
    await gate.write_state(1, 8, free=3, revision=1)
    requests = [SeatRequest(1, slot, f"{slot}-{n}") for n in range(2) for slot in (7, 8, 9)]
    assert await asyncio.gather(*map(gate.ask, requests)) == [FULL, GO, UNKNOWN] * 2


async def test_the_same_slot_id_of_another_organisation_is_another_slot(gate: SeatAdmission) -> None:
    await gate.write_state(2, 7, free=0, revision=1)
    assert await ask(gate, "a") == [UNKNOWN]


@pytest.mark.parametrize("field", ["free", "revision"])
@pytest.mark.parametrize("value", ["garbage", "", "1e400", "nan", "0x10", "9" * 40])
async def test_garbage_in_the_state_is_unknown_until_the_next_truth(
    gate: SeatAdmission, redis: RedisClient, field: str, value: str
) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await redis.hset(STATE, field, value)
    assert await ask(gate, "a") == [UNKNOWN]
    gate.settle(1, 7, free=5, revision=1, booked=["a"])
    await settled(gate)
    assert await ask(gate, "b") == [GO]


@pytest.mark.parametrize("key", [STATE, HOLDS, ASKED])
async def test_somebody_elses_value_under_our_key_is_unknown_and_then_thrown_away(
    gate: SeatAdmission, redis: RedisClient, key: str
) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await redis.set(key, "mine")
    assert await ask(gate, "a") == [UNKNOWN]
    gate.settle(1, 7, free=5, revision=1)
    await settled(gate)
    assert await ask(gate, "b") == [GO]


async def test_a_wrong_number_of_free_places_is_corrected_by_the_next_settlement_of_the_same_revision(
    gate: SeatAdmission, redis: RedisClient
) -> None:
    await gate.write_state(1, 7, free=0, revision=6)
    await redis.hset(STATE, "free", 1000)
    assert await ask(gate, "a") == [GO]
    gate.settle(1, 7, free=0, revision=6, released=["a"])
    await settled(gate)
    assert await ask(gate, "a") == [FULL]


async def test_a_deleted_state_and_flushall_are_unknown_and_heal(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=0, revision=6)
    await redis.delete(STATE)
    assert await ask(gate, "a") == [UNKNOWN]
    await gate.write_state(1, 7, free=0, revision=6)
    await redis.flushall()
    assert await ask(gate, "a") == [UNKNOWN]
    gate.settle(1, 7, free=0, revision=6, released=["a"])
    await settled(gate)
    assert await ask(gate, "a") == [FULL]


async def test_script_flush_is_not_noticed(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await gate.write_state(1, 8, free=0, revision=1)
    for _ in range(3):
        await redis.script_flush()
        assert await asyncio.gather(gate.ask(SeatRequest(1, 7, "a")), gate.ask(SeatRequest(1, 8, "b"))) == [GO, FULL]


async def test_after_a_loss_of_its_state_full_is_answered_only_once_booked_holds_are_settled(
    redis: RedisClient,
) -> None:
    received = asyncio.Event()

    async def booked_holds(org_id: int, slot_id: int) -> list[str]:
        await received.wait()
        return ["early bird"] if (org_id, slot_id) == (1, 7) else []

    gate = SeatAdmission(redis, booked_holds=booked_holds)
    gate.settle(1, 7, free=0, revision=6, booked=["late bird"])
    await settled(gate)
    assert await ask(gate, "z", "early bird", "late bird") == [UNKNOWN, UNKNOWN, GO]
    received.set()

    async def full() -> bool:
        return await ask(gate, "z") == [FULL]

    await until(full)
    assert await ask(gate, "early bird", "late bird", "z") == [GO, GO, FULL]
    await gate.close()


async def test_forgetting_a_slot_leaves_nothing(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await ask(gate, "a")
    assert await gate.forget(1, 7)
    assert await redis.dbsize() == 0
    assert await gate.read_state(1, 7) is None


async def test_every_key_of_seat_admission_expires(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await ask(gate, "a")
    assert [await redis.ttl(key) > 0 for key in (STATE, HOLDS, ASKED)] == [True] * 3


async def test_out_of_memory_is_no_absence(gate: SeatAdmission, redis: RedisClient) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await redis.config_set("maxmemory", 1)
    try:
        for n in range(5):
            assert (await ask(gate, f"h{n}"))[0] in {GO, UNKNOWN}
        assert not gate.is_away
    finally:
        await redis.config_set("maxmemory", 0)
    assert await ask(gate, "a") == [GO]


async def test_a_killed_redis_is_unknown_at_once_and_is_left_alone(
    gate: SeatAdmission, valkey_server: OwnValkey
) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    valkey_server.kill()
    started = time.monotonic()
    for n in range(5):
        assert await ask(gate, f"h{n}") == [UNKNOWN]
    assert time.monotonic() - started < 0.5
    assert gate.is_away


TURNS = 200
"""Turns of the loop that an answer may take with nothing to wait for. On a busy machine they are longer, not more."""


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def test_a_frozen_redis_costs_a_quarter_second_and_then_nothing(
    gate: SeatAdmission, valkey_server: OwnValkey
) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    valkey_server.freeze()
    started = time.monotonic()

    async def patience() -> None:
        # The 50 ms begin when the loop has reached the time limit. A late loop delays both.
        await asyncio.sleep(PATIENCE)
        await asyncio.sleep(0.05)
        await turns()

    async def comes_before(limit: Awaitable[None], n: int) -> bool:
        """Return whether the answer comes before a time limit that starts with the call."""
        running = asyncio.ensure_future(limit)
        asked = asyncio.ensure_future(gate.ask(SeatRequest(1, 7, f"h{n}")))
        await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
        in_time = asked.done()
        assert await asked == UNKNOWN
        running.cancel()
        return in_time

    async def one_after_another(n: int) -> bool:
        await asyncio.sleep(n * 0.01)
        return await comes_before(patience(), n)

    assert all(await asyncio.gather(*map(one_after_another, range(100))))
    assert gate.is_away
    at_once = await asyncio.gather(*(comes_before(turns(), n) for n in range(100, 150)))
    # The hub tries Redis again every two seconds. On a quiet machine this takes less, so no try falls into it.
    assert at_once.count(False) <= (time.monotonic() - started) // OPEN_SECONDS


async def test_what_was_settled_while_redis_was_away_is_written_when_it_is_back(
    gate: SeatAdmission, valkey_server: OwnValkey
) -> None:
    valkey_server.kill()
    await ask(gate, "a", "b")
    gate.settle(1, 7, free=3, revision=4, released=["b"])
    gate.settle(1, 7, free=2, revision=5, booked=["a"])
    gate.settle(1, 7, free=3, revision=4)
    await asyncio.sleep(0.3)
    assert gate.unsettled == 1
    valkey_server.start()
    await settled(gate)
    assert not gate.is_away
    standing = await gate.read_state(1, 7)
    assert standing == {"free": 2, "revision": 5, "keys_known": True, "held": 0, "asked": 1}


async def test_idle_seat_admission_finds_redis_again_by_one_probe(
    gate: SeatAdmission, valkey_server: OwnValkey
) -> None:
    valkey_server.kill()
    for n in range(4):
        await ask(gate, f"h{n}")
    valkey_server.start()
    other = connect(valkey_server.url)
    teller = SeatAdmission(other)
    await teller.write_state(1, 7, free=5, revision=1)
    await teller.close()
    await other.aclose()

    async def back() -> bool:
        return await ask(gate, "a") == [GO]

    await until(back, 3)


async def test_a_lost_reply_leaves_one_hold_that_the_settlement_ends(
    gate: SeatAdmission, redis: RedisClient, valkey_server: OwnValkey
) -> None:
    await gate.write_state(1, 7, free=5, revision=1)
    await ask(gate, "warm")
    valkey_server.freeze()
    assert await ask(gate, "a") == [UNKNOWN]
    valkey_server.thaw()

    async def ran() -> bool:
        return await redis.zscore(HOLDS, "a") is not None

    await until(ran)
    assert await ask(gate, "a") == [GO]
    assert await redis.zcard(HOLDS) == 2
    gate.settle(1, 7, free=4, revision=2, booked=["a"], released=["warm"])
    await settled(gate)
    assert await redis.zcard(HOLDS) == 0


async def test_a_rush_never_lets_more_through_than_free_and_slack(gate: SeatAdmission) -> None:
    await gate.write_state(1, 7, free=50, revision=1)
    answers = await ask(gate, *(f"h{n}" for n in range(1000)))
    assert (answers.count(GO), answers.count(CONTENDED)) == (52, 948)

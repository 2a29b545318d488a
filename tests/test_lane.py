"""The lane: who boards together, who waits for whom, and whose trouble is whose."""

from __future__ import annotations

import asyncio

import pytest

from db.pool import DatabaseDown
from hub.batching.batcher import Batcher
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable


class Flights:
    """A `fly` that keeps what it carried and can be held on the ground."""

    def __init__(self, *, held: bool = False) -> None:
        self.batches: list[list] = []
        self.gate = asyncio.Event()
        self.airborne = self.most_airborne = 0
        if not held:
            self.gate.set()

    async def __call__(self, requests: list) -> list:
        self.batches.append(list(requests))
        self.airborne += 1
        self.most_airborne = max(self.airborne, self.most_airborne)
        try:
            await self.gate.wait()
        finally:
            self.airborne -= 1
        return [request if isinstance(request, Exception) else f"done {request}" for request in requests]


async def test_what_arrives_in_one_turn_of_the_loop_leaves_together():
    flights = Flights()
    lane = Batcher("test", flights)
    assert await asyncio.gather(*map(lane.submit, range(5))) == [f"done {n}" for n in range(5)]
    assert flights.batches == [[0, 1, 2, 3, 4]]


async def test_what_arrives_during_the_flights_leaves_in_the_next_one():
    flights = Flights(held=True)
    lane = Batcher("test", flights, max_in_flight=1)
    first = lane.submit("a")
    await asyncio.sleep(0)
    later = [lane.submit(letter) for letter in "bcd"]
    await asyncio.sleep(0.01)
    assert lane.waiting == 3
    flights.gate.set()
    await asyncio.gather(first, *later)
    assert flights.batches == [["a"], ["b", "c", "d"]]


async def test_no_flight_is_larger_and_no_more_are_under_way_than_allowed():
    flights = Flights()
    lane = Batcher("test", flights, max_batch=10, max_in_flight=2)
    await asyncio.gather(*map(lane.submit, range(95)))
    assert max(map(len, flights.batches)) == 10
    assert flights.most_airborne <= 2
    assert sorted(n for batch in flights.batches for n in batch) == list(range(95))


async def test_two_requests_with_one_key_never_fly_at_the_same_time_and_keep_their_order():
    flights = Flights(held=True)
    lane = Batcher("test", flights, max_in_flight=4, key=lambda request: request[0])
    futures = [lane.submit(request) for request in ("a1", "a2", "b1", "a3")]
    await asyncio.sleep(0.01)
    assert flights.batches == [["a1", "b1"]]
    futures.append(lane.submit("b2"))
    await asyncio.sleep(0.01)
    flights.gate.set()
    await asyncio.gather(*futures)
    assert flights.batches[0] == ["a1", "b1"]
    carried = [request for batch in flights.batches for request in batch]
    assert [r for r in carried if r[0] == "a"] == ["a1", "a2", "a3"]
    assert [r for r in carried if r[0] == "b"] == ["b1", "b2"]
    assert all(len({r[0] for r in batch}) == len(batch) for batch in flights.batches)


async def test_an_answer_that_is_an_exception_is_raised_to_its_own_request_alone():
    lane = Batcher("test", Flights())
    full = Refused(Reason.SLOT_FULL)
    answers = await asyncio.gather(*map(lane.submit, ["a", full, "b"]), return_exceptions=True)
    assert answers == ["done a", full, "done b"]


async def test_one_bad_request_spoils_only_itself():
    async def fly(requests):
        if "bad" in requests:
            raise ValueError("a bad request")
        return [f"done {request}" for request in requests]

    lane = Batcher("test", fly)
    answers = await asyncio.gather(*map(lane.submit, ["a", "bad", "b"]), return_exceptions=True)
    assert answers[0] == "done a"
    assert isinstance(answers[1], ValueError)
    assert answers[2] == "done b"


async def test_without_the_database_everybody_hears_that_it_is_unavailable_at_once():
    flown = []

    async def fly(requests):
        flown.append(len(requests))
        raise DatabaseDown("gone")

    lane = Batcher("test", fly)
    answers = await asyncio.gather(*map(lane.submit, range(4)), return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert flown == [4]


async def test_who_goes_away_does_not_take_the_others_along():
    flights = Flights(held=True)
    lane = Batcher("test", flights)
    gone, there = lane.submit("gone"), lane.submit("there")
    await asyncio.sleep(0.01)
    gone.cancel()
    flights.gate.set()
    assert await there == "done there"
    assert flights.batches == [["gone", "there"]]


async def test_a_flight_with_an_answer_too_few_leaves_nobody_waiting():
    async def fly(requests):
        return ["only one"]

    lane = Batcher("test", fly)
    answers = await asyncio.wait_for(asyncio.gather(*map(lane.submit, "abc"), return_exceptions=True), 1)
    assert any(isinstance(answer, Exception) for answer in answers)


async def test_the_lane_goes_on_after_a_flight_that_failed():
    flights = Flights()
    lane = Batcher("test", flights, max_in_flight=1)
    trouble = RuntimeError("once")
    first, second = lane.submit(trouble), lane.submit("b")
    assert await asyncio.gather(first, return_exceptions=True) == [trouble]
    assert await second == "done b"
    assert await lane.submit("c") == "done c"


async def test_draining_waits_for_everything_submitted():
    flights = Flights(held=True)
    lane = Batcher("test", flights, max_batch=2, max_in_flight=1)
    futures = [lane.submit(n) for n in range(5)]
    draining = asyncio.ensure_future(lane.drain())
    await asyncio.sleep(0.01)
    assert not draining.done()
    flights.gate.set()
    await asyncio.wait_for(draining, 1)
    assert all(future.done() for future in futures)


async def test_every_flight_is_observed_with_its_size():
    seen = []
    lane = Batcher(
        "test", Flights(), max_batch=3, max_in_flight=1, observe=lambda size, seconds: seen.append((size, seconds >= 0))
    )
    await asyncio.gather(*map(lane.submit, range(7)))
    assert seen == [(3, True), (3, True), (1, True)]


@pytest.mark.parametrize("waiters", [1, 3])
async def test_a_lane_cancelled_in_flight_answers_unavailable(waiters):
    flights = Flights(held=True)
    lane = Batcher("test", flights)
    futures = [lane.submit(n) for n in range(waiters)]
    await asyncio.sleep(0.01)
    for task in list(lane._flights):
        task.cancel()
    answers = await asyncio.gather(*futures, return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)

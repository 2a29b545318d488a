"""The batcher: which requests share a batch, which wait, and which request gets an error."""

from __future__ import annotations

import asyncio

import pytest

from db.pool import DatabaseDown
from hub.batching import batcher as batching
from hub.batching.batcher import Batcher, Locked
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable


class Batches:
    """A `run_batch` that records its batches and can be held back."""

    def __init__(self, *, held: bool = False) -> None:
        self.seen: list[list] = []
        self.go = asyncio.Event()
        self.in_flight = self.most_in_flight = 0
        if not held:
            self.go.set()

    async def __call__(self, requests: list) -> list:
        self.seen.append(list(requests))
        self.in_flight += 1
        self.most_in_flight = max(self.in_flight, self.most_in_flight)
        try:
            await self.go.wait()
        finally:
            self.in_flight -= 1
        return [request if isinstance(request, Exception) else f"done {request}" for request in requests]


async def test_requests_of_one_turn_of_the_loop_share_a_batch():
    batches = Batches()
    batcher = Batcher("test", batches)
    assert await asyncio.gather(*map(batcher.submit, range(5))) == [f"done {n}" for n in range(5)]
    assert batches.seen == [[0, 1, 2, 3, 4]]


async def test_requests_that_arrive_while_a_batch_is_in_flight_share_the_next_one():
    batches = Batches(held=True)
    batcher = Batcher("test", batches, max_in_flight=1)
    first = batcher.submit("a")
    await asyncio.sleep(0)
    later = [batcher.submit(letter) for letter in "bcd"]
    await asyncio.sleep(0.01)
    assert batcher.waiting == 3
    batches.go.set()
    await asyncio.gather(first, *later)
    assert batches.seen == [["a"], ["b", "c", "d"]]


async def test_no_batch_is_larger_and_no_more_are_in_flight_than_allowed():
    batches = Batches()
    batcher = Batcher("test", batches, max_batch=10, max_in_flight=2)
    await asyncio.gather(*map(batcher.submit, range(95)))
    assert max(map(len, batches.seen)) == 10
    assert batches.most_in_flight <= 2
    assert sorted(n for batch in batches.seen for n in batch) == list(range(95))


async def test_two_requests_with_one_key_are_never_in_flight_together_and_keep_their_order():
    batches = Batches(held=True)
    batcher = Batcher("test", batches, max_in_flight=4, key=lambda request: request[0])
    futures = [batcher.submit(request) for request in ("a1", "a2", "b1", "a3")]
    await asyncio.sleep(0.01)
    assert batches.seen == [["a1", "b1"]]
    futures.append(batcher.submit("b2"))
    await asyncio.sleep(0.01)
    batches.go.set()
    await asyncio.gather(*futures)
    assert batches.seen[0] == ["a1", "b1"]
    carried = [request for batch in batches.seen for request in batch]
    assert [r for r in carried if r[0] == "a"] == ["a1", "a2", "a3"]
    assert [r for r in carried if r[0] == "b"] == ["b1", "b2"]
    assert all(len({r[0] for r in batch}) == len(batch) for batch in batches.seen)


async def test_an_answer_that_is_an_exception_is_raised_to_its_own_request_alone():
    batcher = Batcher("test", Batches())
    full = Refused(Reason.SLOT_FULL)
    answers = await asyncio.gather(*map(batcher.submit, ["a", full, "b"]), return_exceptions=True)
    assert answers == ["done a", full, "done b"]


async def test_one_bad_request_fails_alone():
    async def run_batch(requests):
        if "bad" in requests:
            raise ValueError("a bad request")
        return [f"done {request}" for request in requests]

    batcher = Batcher("test", run_batch)
    answers = await asyncio.gather(*map(batcher.submit, ["a", "bad", "b"]), return_exceptions=True)
    assert answers[0] == "done a"
    assert isinstance(answers[1], ValueError)
    assert answers[2] == "done b"


async def test_without_the_database_every_request_is_unavailable_at_once():
    sizes = []

    async def run_batch(requests):
        sizes.append(len(requests))
        raise DatabaseDown("gone")

    batcher = Batcher("test", run_batch)
    answers = await asyncio.gather(*map(batcher.submit, range(4)), return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert sizes == [4]


async def test_a_caller_that_goes_away_does_not_stop_the_batch():
    batches = Batches(held=True)
    batcher = Batcher("test", batches)
    gone, there = batcher.submit("gone"), batcher.submit("there")
    await asyncio.sleep(0.01)
    gone.cancel()
    batches.go.set()
    assert await there == "done there"
    assert batches.seen == [["gone", "there"]]


async def test_a_batch_with_an_answer_too_few_leaves_no_request_waiting():
    async def run_batch(requests):
        return ["only one"]

    batcher = Batcher("test", run_batch)
    answers = await asyncio.wait_for(asyncio.gather(*map(batcher.submit, "abc"), return_exceptions=True), 1)
    assert any(isinstance(answer, Exception) for answer in answers)


async def test_the_batcher_goes_on_after_a_batch_that_failed():
    batches = Batches()
    batcher = Batcher("test", batches, max_in_flight=1)
    trouble = RuntimeError("once")
    first, second = batcher.submit(trouble), batcher.submit("b")
    assert await asyncio.gather(first, return_exceptions=True) == [trouble]
    assert await second == "done b"
    assert await batcher.submit("c") == "done c"


async def test_draining_waits_for_everything_submitted():
    batches = Batches(held=True)
    batcher = Batcher("test", batches, max_batch=2, max_in_flight=1)
    futures = [batcher.submit(n) for n in range(5)]
    draining = asyncio.ensure_future(batcher.drain())
    await asyncio.sleep(0.01)
    assert not draining.done()
    batches.go.set()
    await asyncio.wait_for(draining, 1)
    assert all(future.done() for future in futures)


async def test_every_batch_is_observed_with_its_size():
    seen = []
    batcher = Batcher(
        "test", Batches(), max_batch=3, max_in_flight=1, observe=lambda size, seconds: seen.append((size, seconds >= 0))
    )
    await asyncio.gather(*map(batcher.submit, range(7)))
    assert seen == [(3, True), (3, True), (1, True)]


@pytest.mark.parametrize("waiters", [1, 3])
async def test_a_batch_cancelled_in_flight_answers_unavailable(waiters):
    batches = Batches(held=True)
    batcher = Batcher("test", batches)
    futures = [batcher.submit(n) for n in range(waiters)]
    await asyncio.sleep(0.01)
    for task in list(batcher._batches):
        task.cancel()
    answers = await asyncio.gather(*futures, return_exceptions=True)
    assert all(isinstance(answer, Unavailable) for answer in answers)


def long_ago() -> float:
    """Return a time of the loop at which a request has waited longer than any may."""
    return asyncio.get_running_loop().time() - 100


async def test_nobody_waits_for_a_batch_that_is_not_answered():
    batches = Batches(held=True)
    batcher = Batcher("test", batches, max_in_flight=1)
    in_flight = batcher.submit("in flight", since=long_ago())
    await asyncio.sleep(0)
    waiting, fresh = batcher.submit("waiting", since=long_ago()), batcher.submit("fresh")
    async with asyncio.timeout(15):
        answers = await asyncio.gather(in_flight, waiting, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    assert not fresh.done()
    batches.go.set()
    assert await fresh == "done fresh"
    assert batches.seen == [["in flight"], ["fresh"]]


async def test_while_others_are_answered_a_request_keeps_its_place(monkeypatch):
    monkeypatch.setattr(batching, "SWEEP_SECONDS", 0.01)
    batches = Batches()
    batcher = Batcher("test", batches, max_in_flight=1)
    await batcher.submit("before")
    batches.go.clear()
    slow = batcher.submit("slow", since=asyncio.get_running_loop().time() - 100)
    await asyncio.sleep(0.1)
    assert not slow.done()
    batches.go.set()
    assert await slow == "done slow"


class Apart(Batches):
    """A `run_apart` that also says for a while that the row is locked."""

    def __init__(self, answers: int = 0, *, held: bool = False) -> None:
        super().__init__(held=held)
        self._locked_answers = answers

    async def __call__(self, requests: list) -> list:
        answers = await super().__call__(requests)
        self._locked_answers -= 1
        return [Locked() for _ in requests] if self._locked_answers >= 0 else answers


async def all_but_locked(requests: list) -> list:
    return [Locked() if request.startswith("locked") else f"done {request}" for request in requests]


async def test_a_request_that_meets_a_lock_is_run_apart_and_holds_up_nobody():
    apart = Apart(held=True)
    batcher = Batcher("test", all_but_locked, run_apart=apart)
    locked, free = batcher.submit("locked"), batcher.submit("free")
    assert await free == "done free"
    assert await asyncio.gather(*map(batcher.submit, "abc")) == ["done a", "done b", "done c"]
    apart.go.set()
    assert await locked == "done locked"
    assert apart.seen == [["locked"]]


async def test_a_locked_request_is_tried_again_until_its_lock_is_free(monkeypatch):
    monkeypatch.setattr(batching, "APART_EVERY", 0)
    monkeypatch.setattr(batching, "APART_SECONDS", 60)
    apart = Apart(answers=3)
    batcher = Batcher("test", all_but_locked, run_apart=apart)
    assert await batcher.submit("locked") == "done locked"
    assert len(apart.seen) == 4


async def test_a_locked_request_is_unavailable_after_its_time():
    batcher = Batcher("test", all_but_locked, run_apart=Apart(answers=1000))
    answers = await asyncio.gather(batcher.submit("locked", since=long_ago()), return_exceptions=True)
    assert isinstance(answers[0], Unavailable)


async def test_without_a_run_apart_a_locked_request_is_unavailable():
    answers = await asyncio.gather(Batcher("test", all_but_locked).submit("locked"), return_exceptions=True)
    assert isinstance(answers[0], Unavailable)


async def test_the_key_of_a_locked_request_stays_taken_and_draining_waits_for_it(monkeypatch):
    apart = Apart(held=True)
    batcher = Batcher("test", all_but_locked, run_apart=apart, key=lambda request: request[-1])
    locked, after = batcher.submit("locked 1"), batcher.submit("after 1")
    await asyncio.sleep(0.1)
    assert not locked.done()
    assert not after.done()
    draining = asyncio.ensure_future(batcher.drain())
    apart.go.set()
    await asyncio.wait_for(draining, 15)
    assert (locked.result(), after.result()) == ("done locked 1", "done after 1")


def test_a_booking_of_a_locked_slot_is_answered_within_a_second_and_a_half():
    """The limits at their true values: the last try begins within `APART_SECONDS`, rests and waits for the lock."""
    from hub.actions.booking.reserve import APART_LOCK_SECONDS

    assert batching.APART_SECONDS + batching.APART_EVERY + APART_LOCK_SECONDS < 1.5


async def test_requests_with_an_error_and_no_answer_are_reported_once_and_refused_ones_are_not():
    reported: list = []
    fault, no = RuntimeError("a fault"), Refused(Reason.NOT_FOUND)
    batches = Batches()
    batcher = Batcher("test", batches, failed=reported.append)
    results = await asyncio.gather(*map(batcher.submit, ["a", fault, no, "b"]), return_exceptions=True)
    assert results == ["done a", fault, no, "done b"]
    assert reported == [fault]

    async def away(_requests: list) -> list:
        raise DatabaseDown("gone")

    down = Batcher("test", away, failed=reported.append)
    assert [type(one) for one in await asyncio.gather(*map(down.submit, "cd"), return_exceptions=True)] == [
        Unavailable
    ] * 2
    assert reported == [fault, "c", "d"]

"""Patience: counted from the first wait without an answer, renewed by every answer, and a task's own."""

from __future__ import annotations

import asyncio

import pytest

from db import patience
from db.patience import PATIENCE_SECONDS, current_patience, have_patience


@pytest.fixture
def clock(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(patience, "monotonic", lambda: clock[0])
    return clock


async def test_it_runs_out_over_several_waits_and_every_answer_renews_it(clock):
    have_patience()
    mine = current_patience()
    assert mine is not None
    assert mine.left() == PATIENCE_SECONDS
    clock[0] += 2
    assert mine.left() == pytest.approx(PATIENCE_SECONDS - 2)
    mine.answered()
    clock[0] += 60
    assert mine.left() == PATIENCE_SECONDS
    assert not mine.is_lost


async def test_once_lost_it_stays_lost_for_a_while_and_then_begins_again(clock):
    have_patience()
    mine = current_patience()
    assert mine is not None
    mine.left()
    clock[0] += PATIENCE_SECONDS + 0.01
    assert mine.is_lost
    assert mine.left() < 0
    clock[0] += PATIENCE_SECONDS
    assert not mine.is_lost
    assert mine.left() == PATIENCE_SECONDS


async def test_a_task_that_is_started_has_none_of_it():
    async def of_the_child() -> object:
        return current_patience()

    have_patience()
    assert current_patience() is not None
    assert await asyncio.create_task(of_the_child()) is None


def test_a_request_that_is_not_answered_fails_within_three_seconds():
    """The limit at its true value: with the batcher's sweep, which comes every tenth of a second."""
    from hub.batching.batcher import SWEEP_SECONDS

    assert PATIENCE_SECONDS + SWEEP_SECONDS < 3

"""The batcher: requests that arrive while a statement runs wait here and leave together in the next batch.

Alone, each request pays a round trip and a commit; in a batch they share both. Each request still gets its own result.

A request that meets a lock is run again apart from the others, and no request waits for a server that says nothing at all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from db import patience
from db.pool import DatabaseDown
from hub.rules.refusals import Refused, Unavailable

_NO_REQUEST = Context()
"""An empty context for batches: a batch serves many requests, so its log lines must not carry the id of one."""

Request = TypeVar("Request")
Answer = TypeVar("Answer")

RunBatch = Callable[[list[Request]], Awaitable[Sequence[Answer | BaseException]]]

SWEEP_SECONDS = 0.1
"""Seconds between two looks for requests that have waited too long."""
APART_EVERY = 0.05
"""Seconds of rest between two tries of the requests that have met a lock."""
APART_SECONDS = 0.9
"""Seconds after its submission in which a request that has met a lock is tried again."""


class Locked(Exception):
    """The answer to a request that needs a row which another transaction holds. Nothing was written; it is run again apart."""


@dataclass(slots=True)
class _Waiting(Generic[Request, Answer]):
    request: Request
    future: asyncio.Future[Answer]
    since: float
    key: Hashable = None
    """As it was when its batch began: a run may change the request."""


class Batcher(Generic[Request, Answer]):
    """Runs requests in batches, at most `max_in_flight` batches at a time.

    `run_batch` gets a list and returns one answer each, in order. An answer that is an exception is raised to its request alone.
    `key` gives the key of a request. Two requests with one key never run at once: the second waits for a later batch.
    `run_apart` runs the requests whose answer was `Locked`, one list at a time beside the batches, for `APART_SECONDS`.
    `observe(size, seconds)` is called after every batch, and `failed(request)` for a request that gets an error and no answer.
    """

    def __init__(
        self,
        name: str,
        run_batch: RunBatch[Request, Answer],
        *,
        max_batch: int = 256,
        max_in_flight: int = 2,
        key: Callable[[Request], Hashable] | None = None,
        run_apart: RunBatch[Request, Answer] | None = None,
        observe: Callable[[int, float], None] | None = None,
        failed: Callable[[Request], None] | None = None,
    ) -> None:
        self.name = name
        self._failed = failed
        self._run_batch = run_batch
        self._run_apart = run_apart
        self._max_batch = max_batch
        self._max_in_flight = max_in_flight
        self._key = key
        self._observe = observe
        self._waiting: list[_Waiting[Request, Answer]] = []
        self._batches: dict[asyncio.Task[None], list[_Waiting[Request, Answer]]] = {}
        self._apart: list[_Waiting[Request, Answer]] = []
        self._apart_in_flight: list[_Waiting[Request, Answer]] = []
        self._apart_task: asyncio.Task[None] | None = None
        self._requests_in_flight = 0
        self._keys_in_flight: set[Hashable] = set()
        self._start_scheduled = False
        self._sweep_scheduled = False
        self._answered_at = 0.0

    def submit(self, request: Request, *, since: float | None = None) -> asyncio.Future[Answer]:
        """Queue `request`; the future gets its answer, or raises what the batch raised for it.

        It waits `since` then in the time of the loop, or else from now on.

        It raises Unavailable if no batch has had an answer for `PATIENCE_SECONDS`, in which the request may still take effect.
        A caller that goes away does not stop the batch: a booking that was requested is completed.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append(_Waiting(request, future, loop.time() if since is None else since))
        if not self._start_scheduled and self._may_start():
            # Start at the end of this turn of the loop, so that requests of the same turn share the batch.
            self._start_scheduled = True
            loop.call_soon(self._start_batch, context=_NO_REQUEST)
        if not self._sweep_scheduled:
            self._sweep_scheduled = True
            loop.call_later(SWEEP_SECONDS, self._sweep, context=_NO_REQUEST)
        return future

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def drain(self) -> None:
        """Wait until every request submitted so far has been answered."""
        while self._waiting or self._batches or self._apart_task is not None:
            running = {*self._batches, *([self._apart_task] if self._apart_task is not None else [])}
            if running:
                await asyncio.wait(running)
            await asyncio.sleep(0)

    def _may_start(self) -> bool:
        """Return whether the next batch may start. It waits until it is as large as what is in flight, or that has finished.

        Most of what a batch costs Postgres does not depend on its size: two even halves are cheaper than three parts.
        """
        if not self._batches:
            return True
        return len(self._batches) < self._max_in_flight and len(self._waiting) >= self._requests_in_flight

    def _start_batch(self) -> None:
        self._start_scheduled = False
        if not self._waiting or not self._may_start():
            return
        batch = self._choose_batch()
        if not batch:
            return
        task = asyncio.get_running_loop().create_task(
            self._answer_in_flight(batch), name=f"batch-{self.name}", context=_NO_REQUEST.copy()
        )
        self._batches[task] = batch
        self._requests_in_flight += len(batch)
        task.add_done_callback(self._batch_done)

    def _choose_batch(self) -> list[_Waiting[Request, Answer]]:
        """Remove the oldest waiting requests whose keys are free from the queue, and mark their keys as in flight."""
        if self._key is None:
            batch, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
            return batch
        batch, left, keys = [], [], set()
        for entry in self._waiting:
            key = self._key(entry.request)
            if len(batch) >= self._max_batch or key in keys or key in self._keys_in_flight:
                left.append(entry)
            else:
                entry.key = key
                keys.add(key)
                batch.append(entry)
        self._waiting = left
        self._keys_in_flight |= keys
        return batch

    def _batch_done(self, task: asyncio.Task[None]) -> None:
        del self._batches[task]
        if not task.cancelled():
            task.exception()  # marks it as retrieved; every request has its answer already
        if self._waiting and not self._start_scheduled:
            self._start_batch()

    def _sweep(self) -> None:
        """Answer the requests that have waited for `PATIENCE_SECONDS`, in which nobody of this batcher had an answer."""
        self._sweep_scheduled = bool(self._waiting or self._batches or self._apart_task is not None)
        if not self._sweep_scheduled:
            return
        loop = asyncio.get_running_loop()
        loop.call_later(SWEEP_SECONDS, self._sweep, context=_NO_REQUEST)
        limit = loop.time() - patience.PATIENCE_SECONDS
        if self._answered_at >= limit:
            return
        waiting, self._waiting = self._waiting, []
        for entry in waiting:
            if entry.since < limit:
                self._fail(entry, Unavailable(self.name))
            else:
                self._waiting.append(entry)
        for entry in chain(self._apart_in_flight, *self._batches.values()):
            if entry.since < limit:
                self._fail(entry, Unavailable(self.name))

    async def _answer_in_flight(self, batch: list[_Waiting[Request, Answer]]) -> None:
        try:
            await self._answer_batch(batch, self._run_batch)
        finally:
            self._requests_in_flight -= len(batch)

    async def _answer_batch(self, batch: list[_Waiting[Request, Answer]], run_batch: RunBatch[Request, Answer]) -> None:
        patience.have_patience()
        started = asyncio.get_running_loop().time()
        answers: Sequence[Answer | BaseException]
        try:
            answers = await self._answers([entry.request for entry in batch], run_batch)
            if len(answers) != len(batch):
                answers = [RuntimeError(f"{len(answers)} answers to {len(batch)} requests")] * len(batch)
        except BaseException as error:
            answers = [Unavailable(self.name)] * len(batch)
            if not isinstance(error, asyncio.CancelledError):
                raise
        finally:
            now = asyncio.get_running_loop().time()
            for entry, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Locked) and self._try_apart(entry, now):
                    continue
                self._keys_in_flight.discard(entry.key)
                future = entry.future
                if future.done():
                    continue
                if isinstance(answer, Locked):
                    self._fail(entry, Unavailable(self.name))
                elif isinstance(answer, BaseException):
                    self._fail(entry, answer)
                else:
                    future.set_result(answer)
            if self._observe is not None:
                self._observe(len(batch), now - started)

    def _try_apart(self, entry: _Waiting[Request, Answer], now: float) -> bool:
        """Queue a request to be run apart from the others, and return True; False if it has no more time for that."""
        if self._run_apart is None or now - entry.since > APART_SECONDS:
            return False
        self._apart.append(entry)
        if self._apart_task is None:
            self._apart_task = asyncio.get_running_loop().create_task(
                self._answer_apart(self._run_apart), name=f"apart-{self.name}", context=_NO_REQUEST.copy()
            )
        return True

    async def _answer_apart(self, run_apart: RunBatch[Request, Answer]) -> None:
        try:
            while self._apart:
                await asyncio.sleep(APART_EVERY)
                batch, self._apart = self._apart[: self._max_batch], self._apart[self._max_batch :]
                self._apart_in_flight = batch
                await self._answer_batch(batch, run_apart)
                self._apart_in_flight = []
                if self._waiting and not self._start_scheduled:
                    self._start_batch()  # a request with the key of one of these
        finally:
            self._apart_task, self._apart_in_flight = None, []
            left, self._apart = self._apart, []
            for entry in left:
                self._fail(entry, Unavailable(self.name))

    def _fail(self, entry: _Waiting[Request, Answer], error: BaseException) -> None:
        if entry.future.done():
            return
        entry.future.set_exception(error)
        if self._failed is not None and not isinstance(error, Refused):
            self._failed(entry.request)

    async def _answers(
        self, requests: list[Request], run_batch: RunBatch[Request, Answer]
    ) -> Sequence[Answer | BaseException]:
        """Run the batch. If the batch as a whole fails, run each request alone, so that one bad request fails alone."""
        try:
            answers = await run_batch(requests)
        except (DatabaseDown, Unavailable):
            return [Unavailable(self.name)] * len(requests)
        except Exception as error:  # noqa: BLE001 - returned to the request it belongs to
            if len(requests) == 1:
                return [error]
        else:
            self._answered_at = asyncio.get_running_loop().time()
            return answers
        one_by_one: list[Answer | BaseException] = []
        for request in requests:
            try:
                one_by_one.extend(await run_batch([request]))
            except (DatabaseDown, Unavailable):
                one_by_one.append(Unavailable(self.name))
            except Refused as refused:
                one_by_one.append(refused)
            except Exception as error:  # noqa: BLE001 - returned to the request it belongs to
                one_by_one.append(error)
            else:
                self._answered_at = asyncio.get_running_loop().time()
        return one_by_one

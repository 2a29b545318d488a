"""The batcher: requests that arrive while a statement runs wait here and leave together in the next batch.

Alone, each request pays a round trip and a commit; in a batch they share both. Each request still gets its own result.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from db.pool import DatabaseDown
from hub.rules.refusals import Refused, Unavailable

_NO_REQUEST = Context()
"""An empty context for batches: a batch serves many requests, so its log lines must not carry the id of one."""

Request = TypeVar("Request")
Answer = TypeVar("Answer")

RunBatch = Callable[[list[Request]], Awaitable[Sequence[Answer | BaseException]]]


class Batcher(Generic[Request, Answer]):
    """Runs requests in batches, at most `max_in_flight` batches at a time.

    `run_batch` gets a list and returns one answer each, in order. An answer that is an exception is raised to its request alone.
    `key` gives the key of a request. Two requests with one key never run at once: the second waits for a later batch.
    `observe(size, seconds)` is called after every batch.
    """

    def __init__(
        self,
        name: str,
        run_batch: RunBatch[Request, Answer],
        *,
        max_batch: int = 256,
        max_in_flight: int = 2,
        key: Callable[[Request], Hashable] | None = None,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self.name = name
        self._run_batch = run_batch
        self._max_batch = max_batch
        self._max_in_flight = max_in_flight
        self._key = key
        self._observe = observe
        self._waiting: list[tuple[Request, asyncio.Future[Answer]]] = []
        self._batches: set[asyncio.Task[None]] = set()
        self._requests_in_flight = 0
        self._keys_in_flight: set[Hashable] = set()
        self._start_scheduled = False

    def submit(self, request: Request) -> asyncio.Future[Answer]:
        """Queue `request`; the future gets its answer, or raises what the batch raised for it.

        A caller that goes away does not stop the batch: a booking that was requested is completed.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((request, future))
        if not self._start_scheduled and self._may_start():
            # Start at the end of this turn of the loop, so that requests of the same turn share the batch.
            self._start_scheduled = True
            loop.call_soon(self._start_batch, context=_NO_REQUEST)
        return future

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def drain(self) -> None:
        """Wait until every request submitted so far has been answered."""
        while self._waiting or self._batches:
            if self._batches:
                await asyncio.wait(set(self._batches))
            else:
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
        batch, keys = self._choose_batch()
        if not batch:
            return
        task = asyncio.get_running_loop().create_task(
            self._answer_batch(batch, keys), name=f"batch-{self.name}", context=_NO_REQUEST.copy()
        )
        self._batches.add(task)
        self._requests_in_flight += len(batch)
        task.add_done_callback(self._batch_done)

    def _choose_batch(self) -> tuple[list[tuple[Request, asyncio.Future[Answer]]], set[Hashable]]:
        """Remove the oldest waiting requests whose keys are free from the queue, and mark their keys as in flight."""
        if self._key is None:
            batch, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
            return batch, set()
        batch, left, keys = [], [], set()
        for entry in self._waiting:
            key = self._key(entry[0])
            if len(batch) >= self._max_batch or key in keys or key in self._keys_in_flight:
                left.append(entry)
            else:
                keys.add(key)
                batch.append(entry)
        self._waiting = left
        self._keys_in_flight |= keys
        return batch, keys

    def _batch_done(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        if not task.cancelled():
            task.exception()  # marks it as retrieved; every request has its answer already
        if self._waiting and not self._start_scheduled:
            self._start_batch()

    async def _answer_batch(self, batch: list[tuple[Request, asyncio.Future[Answer]]], keys: set[Hashable]) -> None:
        started = asyncio.get_running_loop().time()
        try:
            answers = await self._answers([request for request, _ in batch])
            if len(answers) != len(batch):
                answers = [RuntimeError(f"{len(answers)} answers to {len(batch)} requests")] * len(batch)
        except BaseException as error:
            answers = [Unavailable(self.name)] * len(batch)
            if not isinstance(error, asyncio.CancelledError):
                raise
        finally:
            self._requests_in_flight -= len(batch)
            self._keys_in_flight -= keys
            for (_, future), answer in zip(batch, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, BaseException):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
            if self._observe is not None:
                self._observe(len(batch), asyncio.get_running_loop().time() - started)

    async def _answers(self, requests: list[Request]) -> Sequence[Answer | BaseException]:
        """Run the batch. If the batch as a whole fails, run each request alone, so that one bad request fails alone."""
        try:
            return await self._run_batch(requests)
        except (DatabaseDown, Unavailable):
            return [Unavailable(self.name)] * len(requests)
        except Exception as error:  # noqa: BLE001 - returned to the request it belongs to
            if len(requests) == 1:
                return [error]
        answers: list[Answer | BaseException] = []
        for request in requests:
            try:
                answers.extend(await self._run_batch([request]))
            except (DatabaseDown, Unavailable):
                answers.append(Unavailable(self.name))
            except Refused as refused:
                answers.append(refused)
            except Exception as error:  # noqa: BLE001 - returned to the request it belongs to
                answers.append(error)
        return answers

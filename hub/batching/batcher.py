"""The lane: requests that arrive while a statement is under way wait here and leave together in the next one.

One at a time, each request pays a round trip and a commit; together they share both. Results stay per request.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from db.pool import DatabaseDown
from hub.rules.refusals import Refused, Unavailable

# A flight carries many requests: it must not run under the name (request id) of the one that happened to start it.
_NOBODYS = Context()

Request = TypeVar("Request")
Answer = TypeVar("Answer")

RunBatch = Callable[[list[Request]], Awaitable[Sequence[Answer | BaseException]]]


class Batcher(Generic[Request, Answer]):
    """Carries requests in batches, at most `max_in_flight` at a time.

    `fly` gets a list and gives one answer each, in order; an answer that is an exception is raised to that request alone.
    `key` names what two requests must not touch at the same moment: the second waits for a later flight.
    `observe(size, seconds)` hears of every flight.
    """

    def __init__(
        self,
        name: str,
        fly: RunBatch[Request, Answer],
        *,
        max_batch: int = 256,
        max_in_flight: int = 2,
        key: Callable[[Request], Hashable] | None = None,
        observe: Callable[[int, float], None] | None = None,
    ) -> None:
        self.name = name
        self._run_batch = fly
        self._max_batch = max_batch
        self._max_flights = max_in_flight
        self._key = key
        self._observe = observe
        self._waiting: list[tuple[Request, asyncio.Future[Answer]]] = []
        self._airborne: set[Hashable] = set()
        self._flights: set[asyncio.Task[None]] = set()
        self._aloft = 0
        self._called = False

    def submit(self, request: Request) -> asyncio.Future[Answer]:
        """Queue `request`; the future gets its answer, or raises what the flight raised for it.

        A caller that goes away does not stop the flight: a booking once asked for is finished.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((request, future))
        if not self._called and self._may_depart():
            # Leave at the end of this turn of the loop, so that what arrived with this request comes along.
            self._called = True
            loop.call_soon(self._depart, context=_NOBODYS)
        return future

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def drain(self) -> None:
        """Wait until everything submitted so far has been answered."""
        while self._waiting or self._flights:
            if self._flights:
                await asyncio.wait(set(self._flights))
            else:
                await asyncio.sleep(0)

    def _may_depart(self) -> bool:
        """A second flight waits until it is as large as what is in the air, or until that has landed.

        Most of what a flight costs Postgres does not depend on its size: two even halves are cheaper than three parts.
        """
        if not self._flights:
            return True
        return len(self._flights) < self._max_flights and len(self._waiting) >= self._aloft

    def _depart(self) -> None:
        self._called = False
        if not self._waiting or not self._may_depart():
            return
        batch, keys = self._board()
        if not batch:
            return
        flight = asyncio.get_running_loop().create_task(
            self._carry(batch, keys), name=f"lane-{self.name}", context=_NOBODYS.copy()
        )
        self._flights.add(flight)
        self._aloft += len(batch)
        flight.add_done_callback(self._landed)

    def _board(self) -> tuple[list[tuple[Request, asyncio.Future[Answer]]], set[Hashable]]:
        if self._key is None:
            batch, self._waiting = self._waiting[: self._max_batch], self._waiting[self._max_batch :]
            return batch, set()
        batch, left, keys = [], [], set()
        for entry in self._waiting:
            key = self._key(entry[0])
            if len(batch) >= self._max_batch or key in keys or key in self._airborne:
                left.append(entry)
            else:
                keys.add(key)
                batch.append(entry)
        self._waiting = left
        self._airborne |= keys
        return batch, keys

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        if not flight.cancelled():
            flight.exception()
        if self._waiting and not self._called:
            self._depart()

    async def _carry(self, batch: list[tuple[Request, asyncio.Future[Answer]]], keys: set[Hashable]) -> None:
        started = asyncio.get_running_loop().time()
        try:
            answers = await self._answers([request for request, _ in batch])
            if len(answers) != len(batch):
                answers = [RuntimeError(f"{len(answers)} answers to {len(batch)} requests")] * len(batch)
        except BaseException as trouble:
            answers = [Unavailable(self.name)] * len(batch)
            if not isinstance(trouble, asyncio.CancelledError):
                raise
        finally:
            self._aloft -= len(batch)
            self._airborne -= keys
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
        """Fly the batch; where the batch as a whole fails, fly each alone, so that one bad request fails alone."""
        try:
            return await self._run_batch(requests)
        except (DatabaseDown, Unavailable):
            return [Unavailable(self.name)] * len(requests)
        except Exception as trouble:  # noqa: BLE001 - handed to the request it belongs to
            if len(requests) == 1:
                return [trouble]
        answers: list[Answer | BaseException] = []
        for request in requests:
            try:
                answers.extend(await self._run_batch([request]))
            except (DatabaseDown, Unavailable):
                answers.append(Unavailable(self.name))
            except Refused as refused:
                answers.append(refused)
            except Exception as trouble:  # noqa: BLE001 - handed to the request it belongs to
                answers.append(trouble)
        return answers

"""The audit: every few seconds what is watched is compared with Postgres, so that no lost message stays lost."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from db.pool import DatabaseDown
from hub.rules.refusals import Unavailable

AUDIT_SECONDS = 2.0
AT_ONCE = 4
"""Boards read side by side: fewer than the connections of the pool they share with everybody else."""

RoomT = TypeVar("RoomT")

log = logging.getLogger(__name__)


class Watched(Protocol[RoomT]):
    def watched(self) -> Sequence[RoomT]:
        """The rooms somebody watches."""

    async def reread(self, room: RoomT) -> int:
        """Compare a room with Postgres; return how much was news."""


class Audit(Generic[RoomT]):
    """`healed` counts slots found newer in Postgres; a scan that commits during the reading counts as well."""

    def __init__(self, rooms: Watched[RoomT], *, every: float = AUDIT_SECONDS) -> None:
        self.healed = 0
        self._rooms = rooms
        self._every = every
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """Something may have been missed: look now."""
        self._hurry.set()

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._every):
                    await self._hurry.wait()
                # Whoever hurried us may do so again at once: a burst of edits is looked at once.
                await asyncio.sleep(self._every / 20)
            except TimeoutError:
                pass
            self._hurry.clear()
            rooms = self._rooms.watched()
            for start in range(0, len(rooms), AT_ONCE):
                await asyncio.gather(*(self._look(room) for room in rooms[start : start + AT_ONCE]))

    async def _look(self, room: RoomT) -> None:
        try:
            self.healed += await self._rooms.reread(room)
        except (DatabaseDown, Unavailable):
            pass  # the next round looks again
        except Exception:
            log.exception("audit.failed")

"""Resync: compares each channel that has subscribers with Postgres every few seconds, to correct lost messages."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from db.pool import DatabaseDown
from hub.rules.refusals import Unavailable

RESYNC_SECONDS = 2.0
AT_ONCE = 4
"""Channels read at the same time: fewer than the connections of the pool, which others use too."""

C = TypeVar("C")

log = logging.getLogger(__name__)


class Resynced(Protocol[C]):
    def subscribed(self) -> Sequence[C]:
        """Return the channels with subscribers."""

    async def resync(self, channel: C) -> int:
        """Compare a channel with Postgres; return how many parts were new."""


class Resync(Generic[C]):
    """The resync of one kind of channels. `healed` counts parts that were newer in Postgres, including concurrent scans.

    A hurried resync waits `settle_seconds`, so that a burst of edits is compared once. Failures are logged under the name
    `failed`, at level DEBUG if `quietly` is set.
    """

    def __init__(
        self,
        channels: Resynced[C],
        *,
        every: float = RESYNC_SECONDS,
        settle_seconds: float | None = None,
        failed: str = "audit.failed",
        quietly: bool = False,
    ) -> None:
        self.healed = 0
        self._channels = channels
        self._every = every
        self._settle_seconds = settle_seconds
        self._failed = failed
        self._quietly = quietly
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """Compare now, because something may have been lost."""
        self._hurry.set()

    async def run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._every):
                    await self._hurry.wait()
                await asyncio.sleep(self._every / 20 if self._settle_seconds is None else self._settle_seconds)
            except TimeoutError:
                pass
            self._hurry.clear()
            channels = self._channels.subscribed()
            for start in range(0, len(channels), AT_ONCE):
                await asyncio.gather(*(self._compare(channel) for channel in channels[start : start + AT_ONCE]))

    async def _compare(self, channel: C) -> None:
        try:
            self.healed += await self._channels.resync(channel)
        except Exception as trouble:
            # Postgres may be down; the next round compares again.
            if self._quietly:
                log.debug(self._failed, extra={"error": type(trouble).__name__})
            elif not isinstance(trouble, (DatabaseDown, Unavailable)):
                log.exception(self._failed)

"""Resync: every few seconds each channel that has subscribers is compared with Postgres, so that no lost message stays lost."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from db.pool import DatabaseDown
from hub.rules.refusals import Unavailable

RESYNC_SECONDS = 2.0
AT_ONCE = 4
"""Channels read side by side: fewer than the connections of the pool, which everybody else uses too."""

C = TypeVar("C")

log = logging.getLogger(__name__)


class Resynced(Protocol[C]):
    def subscribed(self) -> Sequence[C]:
        """The channels that have subscribers."""

    async def resync(self, channel: C) -> int:
        """Compare a channel with Postgres; return how much was news."""


class Resync(Generic[C]):
    """`healed` counts what was newer in Postgres; a scan that commits during the reading counts as well.

    `settle_seconds` is how long a hurried resync waits, so that a burst of edits is compared once. Failures are logged
    under the name `failed`, at level DEBUG where `quietly` is set.
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
        """Something may have been missed: compare now."""
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
            # Postgres may be away; the next round compares again.
            if self._quietly:
                log.debug(self._failed, extra={"error": type(trouble).__name__})
            elif not isinstance(trouble, (DatabaseDown, Unavailable)):
                log.exception(self._failed)

"""The hub of a scene: the states of one area share its venue, so that slow setup is done once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from hub.actions.scanning import manifest
from hub.clock import Clock
from hub.embedded.supervisor import ServerUrls
from hub.jobs import periodic_jobs
from hub.jobs.imports import ImportJob
from hub.jobs.outbox import OutboxJob
from hub.live.channels.counts import CountChannels
from tests.browser.axe import serve_axe
from tests.support.databases import copied_database
from tests.support.emptied_hub import empty_redis
from tests.support.hub import Hub, settings_for
from tests.support.invariants import broken_invariants
from tests.support.ports import free_port
from tests.support.world import NOON, World


@contextmanager
def only_people_change_pages() -> Iterator[None]:
    """Hubs that live inside send no mail, so one-time codes can be read in the outbox, and run no periodic job.

    A job would raise an alert or let a reservation lapse between two looks at one state. No page gets counts or a day's
    list from memory either: these serve for two seconds, and would lack what the next state has just written.
    """

    async def nothing(*_: object, **__: object) -> None:
        return

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OutboxJob, "run", nothing)
        patch.setattr(ImportJob, "run", nothing)
        patch.setattr(periodic_jobs, "run_periodically", nothing)
        patch.setattr(manifest, "FRESH_SECONDS", 0.0)
        patch.setattr(CountChannels, "_is_fresh", lambda *_: False)
        yield


@asynccontextmanager
async def scene_hub(servers: ServerUrls, folder: Path) -> AsyncIterator[World]:
    """A running hub at noon with its own database. At the end every invariant of the database must hold."""
    # Slots of another database have the same ids, so what Redis holds of them is deleted.
    await empty_redis(servers.redis_url)
    async with copied_database(servers.database_url, "scene") as database_url:
        clock = Clock()
        clock.set(NOON)
        hub = Hub(settings_for(database_url, servers.redis_url, folder, free_port()), clock)
        serve_axe(hub.app)
        with only_people_change_pages():
            await hub.open()
            try:
                yield await World(hub).found()
                broken = await broken_invariants(hub.database)
                assert not broken, broken
            finally:
                await hub.close()

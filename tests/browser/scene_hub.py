"""The hub of the scenes: the states of one area share a venue, so that slow setup is done once, and all areas a hub."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from hub.actions.scanning import manifest
from hub.embedded.supervisor import ServerUrls
from hub.jobs import periodic_jobs
from hub.jobs.imports import ImportJob
from hub.jobs.outbox import OutboxJob
from hub.live.channels.counts import CountChannels
from tests.browser.axe import serve_axe
from tests.support.emptied_hub import EmptiedHubs, emptied_hubs
from tests.support.kept_databases import DatabaseStock
from tests.support.world import World


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
        patch.setattr(manifest, "seconds_fresh", lambda _reading: 0.0)
        patch.setattr(CountChannels, "_is_fresh", lambda *_: False)
        yield


@asynccontextmanager
async def hub_of_scenes(servers: ServerUrls, folder: Path, port: int) -> AsyncIterator[EmptiedHubs]:
    """The hub of all scenes of a test process. It serves axe to its pages."""
    stock = DatabaseStock(servers.database_url)
    with only_people_change_pages():
        async with emptied_hubs(stock, servers.redis_url, folder, [port], prepare=serve_axe) as hubs:
            yield hubs
    await stock.close()


@asynccontextmanager
async def emptied_scene(of_scenes: EmptiedHubs) -> AsyncIterator[World]:
    """A venue of the emptied hub at noon. At the end every invariant of the database must hold."""
    (hub,) = await of_scenes.opened()
    yield await World(hub).found()
    broken = await of_scenes.broken_invariants()
    assert not broken, broken

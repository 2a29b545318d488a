"""Services for a command: find or start the servers, migrate the schema, open connections and close them again."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.settings import Settings

if TYPE_CHECKING:
    from hub.embedded.supervisor import Kind
    from hub.services import Services


@asynccontextmanager
async def with_servers(settings: Settings, kind: Kind = "command") -> AsyncIterator[Settings]:
    """Yield the settings with both server URLs: those from the environment, or those of the embedded servers."""
    if settings.database_url and settings.redis_url:
        yield settings
        return
    from hub.embedded.supervisor import find_or_start

    async with find_or_start(settings.data_dir, kind) as urls:
        yield replace(
            settings,
            database_url=settings.database_url or urls.database_url,
            redis_url=settings.redis_url or urls.redis_url,
        )


@asynccontextmanager
async def open_command_services(*, found_venue: bool = True) -> AsyncIterator[Services]:
    """Yield the services for one command. With `found_venue` a first venue is made if there is none."""
    settings = Settings.from_environment(os.environ, development=False, serving=False)
    async with with_servers(settings) as complete:
        from db.migrate import migrate
        from hub.app import open_services

        assert complete.database_url is not None
        await migrate(complete.database_url)
        async with open_services(complete) as services:
            if found_venue:
                from hub.actions.venues.venues import found_first_venue

                await found_first_venue(services)
            yield services

"""Services for a command: find or start the servers, migrate the schema, open connections and close them again."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.commands.command_result import CommandFailed
from hub.settings import Settings, data_folder

if TYPE_CHECKING:
    from hub.embedded.supervisor import Kind
    from hub.services import Services


@asynccontextmanager
async def with_servers(
    settings: Settings, kind: Kind = "command", *, behind_pooler: bool = False
) -> AsyncIterator[Settings]:
    """Yield the settings with both server URLs: those from the environment, or those of the embedded servers.

    Fails behind a pooler that shares connections, unless `behind_pooler` allows it.
    """
    if settings.database_url and not behind_pooler:
        await _refuse_pooler(settings.database_url)
    if settings.database_url and settings.redis_url:
        yield settings
        return
    from hub.embedded.running_hubs import listed_as_running
    from hub.embedded.supervisor import find_or_start

    listed = listed_as_running(settings.data_dir) if kind == "server" else nullcontext()
    async with find_or_start(settings.data_dir, kind) as urls:
        with listed:
            yield replace(
                settings,
                database_url=settings.database_url or urls.database_url,
                redis_url=settings.redis_url or urls.redis_url,
            )


async def _refuse_pooler(url: str) -> None:
    import asyncpg

    from db.pooler import ADVICE, shares_connections

    with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):  # whoever needs it now says so
        if await shares_connections(url):
            raise CommandFailed(ADVICE)


def find_data_folder(env: MutableMapping[str, str] = os.environ) -> str | None:
    """Choose the data folder of a command that names none, and return a line that says which, if it is not `./var`.

    That is the folder of the hub that runs on this machine. Without one a new folder is made. Fails if several hubs run.
    """
    named = env.get("HUB_DATA_DIR", "").strip() or (env.get("HUB_DATABASE_URL") and env.get("HUB_REDIS_URL"))
    if named or data_folder(env).exists():
        return None
    from hub.embedded.running_hubs import running_data_folders

    running = running_data_folders(env)
    if len(running) > 1:
        raise CommandFailed(f"several hubs run: set HUB_DATA_DIR to one of {', '.join(map(str, running))}")
    if running:
        env["HUB_DATA_DIR"] = str(running[0])
        return f"uses the data folder of the running hub, {running[0]}"
    return f"no hub runs here, so this makes a new data folder, {data_folder(env)} (HUB_DATA_DIR names another)"


@asynccontextmanager
async def open_command_services(*, found_venue: bool = True) -> AsyncIterator[Services]:
    """Yield the services for one command. With `found_venue` a first venue is made if there is none."""
    settings = Settings.from_environment(os.environ, development=False, serving=False)
    async with with_servers(settings) as complete:
        from db.migrate import migrate
        from hub.app import open_services

        assert complete.database_url is not None
        await migrate(complete.database_url)
        async with open_services(complete, on_demand=True) as services:
            if found_venue:
                from hub.actions.venues.venues import found_first_venue

                await found_first_venue(services)
            yield services

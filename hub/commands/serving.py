"""`hub run` and `hub serve`: the servers, the schema, the demo data, and then the serving loop."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from argparse import Namespace
from typing import Any

from hub.commands import demo_card
from hub.commands.outcome import CommandFailed
from hub.commands.visit import with_servers
from hub.settings import Settings


def run(args: Namespace) -> None:
    """Everything on this machine."""
    _serve(Settings.from_environment(os.environ, development=True), demo=not args.no_demo, as_json=args.json)


def serve(args: Namespace) -> None:
    """As in production: nothing is invented that a setting should say."""
    _serve(Settings.from_environment(os.environ, development=False), demo=False, as_json=args.json)


def worker(args: Namespace) -> None:
    """One process of several; started by `hub.workers` alone."""
    settings = Settings.from_environment(os.environ, development=args.development)
    if settings.database_url is None or settings.redis_url is None or "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        raise CommandFailed("this is started by hub run and hub serve with HUB_WORKERS above 1")
    from hub import logs
    from hub.serving import bind, run_loop, serve_here, stop_requested
    from hub.workers import READY

    async def main() -> None:
        stop = stop_requested()
        asyncio.get_running_loop().add_reader(0, _parent_is_gone, stop)
        listening = bind(settings.host, settings.port, shared=True)
        await serve_here(settings, stop, lambda: _say(READY.decode()), listening)

    logs.start()
    run_loop(main())


def _parent_is_gone(stop: asyncio.Event) -> None:
    if not os.read(0, 1):
        asyncio.get_running_loop().remove_reader(0)
        stop.set()


def _serve(settings: Settings, *, demo: bool, as_json: bool) -> None:
    from hub import logs
    from hub.serving import run_loop

    logs.start()
    run_loop(_main(settings, demo=demo, as_json=as_json))


async def _main(settings: Settings, *, demo: bool, as_json: bool) -> None:
    from hub.serving import bind, serve_here, stop_requested, with_port

    stop = stop_requested()
    # Before anything slow: a port in use is said at once. With workers it is bound again, for sharing.
    listening = bind(settings.host, settings.port)
    settings = with_port(settings, listening)
    async with with_servers(settings, "server") as complete:
        from db.migrate import migrate

        assert complete.database_url is not None
        await migrate(complete.database_url)
        card = await _demo(complete) if demo else {}

        def ready() -> None:
            _say(_told(complete, card, as_json))

        if complete.workers == 1:
            await serve_here(complete, stop, ready, listening)
        else:
            from hub.workers import serve_many

            listening.close()
            await serve_many(complete, stop, ready)


async def _demo(settings: Settings) -> dict[str, Any]:
    from hub.actions.demo import demo_card as read_card
    from hub.actions.demo import fill_demo
    from hub.app import open_house

    async with open_house(settings) as house:
        await fill_demo(house)
        card: dict[str, Any] = await read_card(house)
        return card


def _told(settings: Settings, card: dict[str, Any], as_json: bool) -> str:
    if as_json:
        return json.dumps({"url": settings.public_url, **card}, default=str, ensure_ascii=False) + "\n"
    lines = ["", f"Venue Hub is open at {settings.public_url}", "", *demo_card.pages(settings.public_url)]
    if card:
        lines += ["", *demo_card.lines(card)]
    if settings.development:
        lines += ["", f"  {'Mail':<17} {settings.public_url}/dev/mail"]
        lines += [f"  {'Data':<17} {settings.data_dir}", "", "Ctrl-C stops everything."]
    return "\n".join([*lines, "", ""])


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()

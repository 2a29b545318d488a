"""`hub run` and `hub serve`: start the servers, migrate the schema, add demo data, then run the serving loop."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hub.commands import demo_card
from hub.commands.command_result import CommandFailed
from hub.commands.command_services import with_servers
from hub.rules.urls import is_private
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.services import Services
    from hub.serving.watch import Lifeline


def run(args: Namespace) -> None:
    """`hub run`: run the hub with embedded Postgres and Valkey on this machine."""
    settings = Settings.from_environment(os.environ, development=True)
    if not args.no_demo and not is_private(settings.public_url):
        raise CommandFailed("everybody knows the demo logins: at a public address start with --no-demo")
    _serve(settings, demo=not args.no_demo, as_json=args.json)


def serve(args: Namespace) -> None:
    """`hub serve`: run the hub in production. Every required setting must be in the environment."""
    if args.role:
        os.environ["HUB_ROLE"] = args.role
    _serve(Settings.from_environment(os.environ, development=False), demo=False, as_json=args.json)


def worker(args: Namespace) -> None:
    """Run one of several hub processes. Only `hub.serving.workers` starts it."""
    settings = Settings.from_environment(os.environ, development=args.development)
    if settings.database_url is None or settings.redis_url is None or "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        raise CommandFailed("this is started by hub run and hub serve with HUB_WORKERS above 1")
    from hub.observability import logs
    from hub.serving.loop import bind, run_loop, serve_here, start_without_collector, stop_requested
    from hub.serving.watch import Lifeline, leave_without
    from hub.serving.workers import NICENESS

    lifeline = Lifeline(1)

    async def main() -> None:
        stop = stop_requested()
        leave_without(0)
        proving = asyncio.create_task(lifeline.prove_liveness(), name="liveness")

        def ready() -> None:
            lifeline.say_ready()
            if settings.role == "jobs":  # not before: on a machine that is full it would never be ready in time
                os.nice(NICENESS)

        listening = bind(settings.host, settings.port, shared=True) if settings.role == "web" else None
        try:
            await serve_here(settings, stop, ready, listening)
        finally:
            proving.cancel()

    start_without_collector()
    logs.start()
    run_loop(main())


def _serve(settings: Settings, *, demo: bool, as_json: bool) -> None:
    from hub.observability import logs
    from hub.serving import open_files
    from hub.serving.loop import run_loop, start_without_collector
    from hub.serving.watch import fork_watcher

    open_files.raise_limit()
    lifeline = fork_watcher()
    start_without_collector()
    logs.start()
    run_loop(_main(settings, lifeline, demo=demo, as_json=as_json))


async def _main(settings: Settings, lifeline: Lifeline, *, demo: bool, as_json: bool) -> None:
    from hub.serving.loop import stop_requested, with_port
    from hub.serving.watch import leave_without

    stop = stop_requested()
    leave_without(lifeline.file)
    proving = asyncio.create_task(lifeline.prove_liveness(), name="liveness")
    # Bind before anything slow, so that a port in use is reported at once. With workers it is bound again as a shared port.
    listening = await _bind_patiently(settings)
    settings = with_port(settings, listening)
    # In a thread, while the servers start: both take about half a second.
    importing = asyncio.create_task(asyncio.to_thread(import_module, "hub.app"))
    async with with_servers(settings, "server") as complete:
        await importing
        from db.migrate import migrate

        assert complete.database_url is not None
        await migrate(complete.database_url)
        card = await _furnish(complete, demo=demo)

        def ready() -> None:
            lifeline.say_ready()
            if not (as_json and lifeline.replaces):  # standard output is one document
                _say(_demo_lines(complete, card, as_json))

        await _serve_in_shape(complete, stop, ready, listening)
    proving.cancel()


async def _serve_in_shape(
    settings: Settings, stop: asyncio.Event, ready: Callable[[], None], listening: socket.socket
) -> None:
    """Serve in this process, in this one and another for the jobs, or through worker processes."""
    from hub.serving.loop import serve_here

    if settings.role == "jobs" or (settings.workers == 1 and not settings.jobs_apart):
        await serve_here(settings, stop, ready, listening)
        return
    from hub.serving.workers import empty_metrics_folder, jobs_beside, serve_many

    if settings.workers > 1:
        listening.close()
        await serve_many(settings, stop, ready)
        return
    from hub.observability import metrics_page

    metrics = empty_metrics_folder(settings)
    metrics_page.add_processes(metrics)
    async with jobs_beside(settings, metrics, stop) as begin:

        def both_ready() -> None:
            ready()
            begin()

        await serve_here(replace(settings, role="web"), stop, both_ready, listening)


async def _bind_patiently(settings: Settings) -> socket.socket:
    """Bind the port, and retry while the processes of a killed hub still hold it."""
    from hub.serving.loop import bind

    for _ in range(20):
        try:
            return bind(settings.host, settings.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
        await asyncio.sleep(0.05)
    return bind(settings.host, settings.port)


async def _furnish(settings: Settings, *, demo: bool) -> dict[str, Any]:
    """Create the demo venue and return its card, or create an empty first venue and return how to set it up."""
    from hub.actions.venues.venues import found_first_venue
    from hub.app import open_services
    from hub.commands.demo_venue import demo_card as read_card
    from hub.commands.demo_venue import fill_demo
    from hub.observability import logs

    async with open_services(settings, on_demand=True) as services:
        await _compare_connections(services)
        await _check_eviction(services)
        if settings.role == "jobs":
            return {}  # a new set-up code would end the one that a process that serves has shown
        if not demo:
            await found_first_venue(services)
            return await _invite_to_set_up(services)
        with logs.without_info():
            await fill_demo(services)
        card: dict[str, Any] = await read_card(services)
        return card


async def _compare_connections(services: Services) -> None:
    """Log it if Postgres allows fewer connections than the processes may open. Then some requests get 503 when it is busy."""
    from db.connection_limit import needed, read_allowed
    from hub.observability import telemetry

    async with services.database.jobs.connection() as connection:
        allowed = await read_allowed(connection)
    wanted = needed(services.settings.processes)
    if wanted > allowed:
        telemetry.event(telemetry.CONNECTIONS_FEW, "WARNING", needed=wanted, allowed=allowed)


async def _check_eviction(services: Services) -> None:
    """Log it if Redis drops keys when its memory is full. Then holds vanish, and bookings wait for Postgres to refuse them."""
    from db.redis_client import NO_EVICTION, REDIS_ERRORS, read_eviction_policy
    from hub.observability import telemetry

    try:
        policy = await read_eviction_policy(services.redis)
    except REDIS_ERRORS:  # `/readyz` says that it is away
        return
    if policy != NO_EVICTION:
        telemetry.event(telemetry.REDIS_EVICTS, "WARNING", policy=policy)


async def _invite_to_set_up(services: Services) -> dict[str, Any]:
    """Return the address of the first set-up and its code, which is also logged; {} for a hub that has staff."""
    from hub.actions.setup.setup_code import new_setup_code
    from hub.observability import telemetry

    code = await new_setup_code(services)
    if code is None:
        return {}
    url = f"{services.settings.public_url}/admin/setup?code={code}"
    telemetry.event(telemetry.SETUP_OPENED, "WARNING", url=url, code=code)
    return {"setup": {"url": url, "code": code}}


def _demo_lines(settings: Settings, card: dict[str, Any], as_json: bool) -> str:
    if as_json:
        document = {"url": settings.public_url, "processes": _processes(settings), **card}
        return json.dumps(document, default=str, ensure_ascii=False) + "\n"
    if settings.role == "jobs":
        return f"\nVenue Hub runs the jobs. Health: http://{settings.host}:{settings.port}/readyz\n\n"
    card_lines = ["", f"Venue Hub is open at {settings.public_url}", "", *demo_card.pages(settings.public_url)]
    if "setup" in card:
        card_lines += [
            "",
            f"  {'Set up this hub':<17} {card['setup']['url']}",
            f"  {'Set-up code':<17} {card['setup']['code']}",
        ]
    elif card:
        card_lines += ["", *demo_card.card_lines(card)]
    if settings.development:
        mail = "waits in the outbox until HUB_SMTP_URL is set" if settings.keeps_mail_back else "goes to HUB_SMTP_URL"
        card_lines += ["", f"  {'Mail':<17} {f'{settings.public_url}/dev/mail' if settings.shows_mailbox else mail}"]
        card_lines += [f"  {'Data':<17} {settings.data_dir}"]
    card_lines += [f"  {'Processes':<17} {_say_processes(settings)}"]
    if settings.development:
        card_lines += ["", "Ctrl-C stops everything."]
    return "\n".join([*card_lines, "", ""])


def _processes(settings: Settings) -> dict[str, int]:
    """Return how many processes serve, and how many there are for the jobs alone."""
    return {"web": 0 if settings.role == "jobs" else settings.workers, "jobs": settings.processes - settings.workers}


def _say_processes(settings: Settings) -> str:
    serving = "1 serves" if settings.workers == 1 else f"{settings.workers} serve"
    if settings.jobs_apart:
        return f"{serving}, 1 runs the jobs"
    return f"{serving} and runs the jobs" if settings.role == "all" else f"{serving}, the jobs run elsewhere"


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()

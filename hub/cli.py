"""The `hub` command: its subcommands, its exit codes, and the function behind each subcommand.

Exit codes: 0 done; 1 refused, with one line on standard error; 2 wrong usage. With `--json` standard output is one document.
Imports are inside the functions, so `hub --help` and the start of `hub run` load only what they need.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from hub.commands.audit_options import add_audit
from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.devices_options import add_devices
from hub.commands.guests_options import add_guests, add_privacy, add_reservations
from hub.commands.option_types import count, typed
from hub.commands.organisations_options import add_gates, add_organisations
from hub.commands.products_options import add_products, add_ticket_commands
from hub.commands.security_options import add_security
from hub.commands.shows_options import add_shows
from hub.commands.slots_options import add_slots
from hub.commands.staff_options import add_staff_commands
from hub.rules.venue_policies import POLICIES

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    module, function = args.leads_to.split(":")
    try:
        action = getattr(import_module(f"hub.commands.{module}"), function)
        result: CommandResult | None = (
            action(args) if args.own_loop else asyncio.run(_run_until_terminated(action(args)))
        )
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        print(f"hub: {reason}", file=sys.stderr)
        return REFUSED
    if result is not None:
        print(json.dumps(result.document, default=str, ensure_ascii=False) if args.json else result.text)
    return DONE


def _reason(error: Exception) -> str | None:
    """Return one line for an expected error, or None for a bug, which is shown with its traceback."""
    from hub.settings import SettingsError

    known: tuple[type[Exception], ...] = (CommandFailed, SettingsError, OSError)
    if not isinstance(error, known):
        import asyncpg
        import redis

        from db.migrate import MigrationError
        from db.pool import DatabaseDown
        from hub.embedded.launch import LaunchError
        from hub.rules.refusals import Refused, Unavailable
        from hub.text.messages import message

        if isinstance(error, Refused):
            wrong = error.details.get("errors", ())
            lines = [message(error.reason, error.details), *(f"{one['field']}: {one['message']}" for one in wrong)]
            return "; ".join([*lines, *_standing_in_the_way(error.details)])
        known = (
            MigrationError, DatabaseDown, Unavailable, LaunchError, redis.RedisError,
            asyncpg.PostgresConnectionError, asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError, asyncpg.CannotConnectNowError, TimeoutError,
        )  # fmt: skip
    if not isinstance(error, known):
        return None
    return "; ".join(line.strip() for line in str(error).splitlines() if line.strip()) or type(error).__name__


def _standing_in_the_way(details: Mapping[str, Any]) -> list[str]:
    """Return the performances that a refusal names, in a few words each."""
    named = [
        one
        for name in ("performances", "overlaps", "slots")
        if isinstance(details.get(name), list)
        for one in details[name]
    ]
    found = []
    for one in named[:10]:
        other = one.get("with") or one
        title = f" {other['title']}" if other.get("title") else ""
        found.append(f"{other['date']} {other['start_time'].isoformat('minutes')}{title}")
    return [*found, f"and {len(named) - 10} more"] if len(named) > 10 else found


async def _run_until_terminated(action: Any) -> Any:
    """Run `action` so that SIGTERM ends it as Ctrl-C does, and embedded servers it started are stopped."""
    task = asyncio.ensure_future(action)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hub", description="A real-time venue operations hub.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = _command(
        commands, "run", "serving:run", "everything on this machine: servers, demo data, the hub", own_loop=True
    )
    run.add_argument("--no-demo", action="store_true", help="leave the database as it is")
    _command(commands, "serve", "serving:serve", "serve, as in production", own_loop=True)
    worker = _command(commands, "_worker", "serving:worker", argparse.SUPPRESS, own_loop=True)
    worker.add_argument("--development", action="store_true")
    _command(commands, "migrate", "database:migrate", "bring the database schema up to date")
    _command(commands, "demo", "database:demo", "fill in demo data once and show it")
    reconcile = _command(commands, "reconcile", "database:reconcile", "compare gate, counts and reservations")
    reconcile.add_argument("--fix", action="store_true", help="put right what differs")
    _command(commands, "doctor", "doctor:doctor", "name the servers in use and what is wrong")
    add_slots(commands, _command)
    tickets = commands.add_parser("tickets", help="issue, import, list and cancel tickets", allow_abbrev=False)
    actions = tickets.add_subparsers(required=True, metavar="COMMAND")
    _tickets_issue(_command(actions, "issue", "tickets:issue", "issue tickets with new codes"))
    importing = _command(actions, "import", "tickets:import_file", "read tickets from a CSV file")
    importing.add_argument("file", metavar="FILE.csv")
    add_ticket_commands(actions, _command)
    importing.add_argument("--all-or-nothing", action="store_true", help="keep no row where one is wrong")
    venue = commands.add_parser("venue", help="add and configure venues", allow_abbrev=False).add_subparsers(
        required=True, metavar="COMMAND"
    )
    _command(venue, "list", "venue:show", "list venues and their policies")
    _venue_add(_command(venue, "add", "venue:add", "make a venue"))
    _venue_set(_command(venue, "set", "venue:change", "change a venue's name, time zone and policies"))
    deleting = _command(venue, "delete", "venue:delete", "delete a venue that nothing belongs to")
    deleting.add_argument("venue", type=count(1, 2**63 - 1), metavar="ID")
    add_products(commands, _command)
    add_staff_commands(commands, _command)
    add_organisations(commands, _command)
    add_gates(commands, _command)
    add_shows(commands, _command)
    add_audit(commands, _command)
    add_reservations(commands, _command)
    add_guests(commands, _command)
    add_privacy(commands, _command)
    add_security(commands, _command)
    add_devices(commands, _command)
    return parser


def _command(
    commands: Any, name: str, leads_to: str, summary: str, *, own_loop: bool = False
) -> argparse.ArgumentParser:
    hidden = summary is argparse.SUPPRESS
    extra = {} if hidden else {"help": summary, "description": summary}
    parser: argparse.ArgumentParser = commands.add_parser(name, allow_abbrev=False, **extra)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(leads_to=leads_to, own_loop=own_loop)
    return parser


def _tickets_issue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=count(1, 1_000_000), required=True, metavar="N")
    parser.add_argument("--status", choices=["ACTIVATED", "PENDING_PAYMENT", "INACTIVE"], default="ACTIVATED")
    parser.add_argument("--product", type=count(1, 2**63 - 1), metavar="ID")
    order = parser.add_mutually_exclusive_group()
    order.add_argument("--order", type=count(1, 2**63 - 1), metavar="ID", help="an order that stands")
    order.add_argument(
        "--email", metavar="ADDRESS", help="of the customer, for a new order: shows them all its tickets"
    )
    parser.add_argument("--channel", choices=["direct", "mini_program", "ota"], default="direct")


def _venue_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--timezone", required=True, metavar="ZONE", help="e.g. Europe/Rome")
    parser.add_argument("--organisation", type=count(1, 2**63 - 1), metavar="ID")


def _venue_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("venue", type=count(1, 2**63 - 1), metavar="ID")
    parser.add_argument("--name")
    parser.add_argument("--timezone", metavar="ZONE", help="only while the venue has no slots")
    for policy in POLICIES:
        kind = policy.type
        shown: dict[str, Any] = {"choices": kind.choices} if kind.choices else {"type": typed(kind.parse)}
        if kind.metavar:
            shown["metavar"] = kind.metavar
        parser.add_argument(
            policy.option,
            dest=policy.column,
            default=argparse.SUPPRESS,
            help=policy.sentence.replace("%", "%%"),
            **shown,
        )

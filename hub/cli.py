"""The `hub` command: its subcommands, its exit codes, and the function behind each subcommand.

Exit codes: 0 done; 1 refused or failed, with one line on standard error; 2 wrong usage. With `--json` standard output is one
document. No error shows a traceback or a secret (hub/commands/failures.py).
Imports are inside the functions, so `hub --help` and the start of `hub run` load only what they need.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from hub.commands.audit_options import add_audit
from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.command_services import find_data_folder
from hub.commands.devices_options import add_devices
from hub.commands.failures import LogLines, failure_line
from hub.commands.guests_options import add_guests, add_privacy, add_reservations
from hub.commands.imports_options import add_import_commands
from hub.commands.option_help import explain
from hub.commands.option_types import count, typed
from hub.commands.orders_options import add_keys, add_orders
from hub.commands.organisations_options import add_gates, add_organisations
from hub.commands.products_options import add_products, add_ticket_commands
from hub.commands.security_options import add_security
from hub.commands.shows_options import add_shows
from hub.commands.slots_options import add_slots
from hub.commands.staff_options import add_staff_commands
from hub.commands.webhooks_options import add_webhooks
from hub.rules.venue_policies import POLICIES

DONE, REFUSED, WRONG_USAGE = 0, 1, 2
_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name may have characters that the terminal's encoding has not
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if argv is None else argv
    args = _parser().parse_args(words)
    module, function = args.leads_to.split(":")
    try:
        _refuse_unreadable(words)
        # A backup is read into a folder of its own, not into that of a hub that runs.
        if not args.own_loop and args.leads_to != "backup:restore" and (folder := find_data_folder()):
            print(f"hub: {folder}", file=sys.stderr)
        action = getattr(import_module(f"hub.commands.{module}"), function)
        result = action(args) if args.own_loop else _run(action(args))
        if result is not None:
            _print(result, as_json=args.json)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a command says in one line what is wrong, and never shows a traceback
        print(f"hub: {failure_line(error)}", file=sys.stderr)
        return REFUSED
    return DONE


def _refuse_unreadable(words: Sequence[str]) -> None:
    """Refuse bytes that are no UTF-8: Postgres could not store them."""
    if any("\ud800" <= character <= "\udfff" for word in words for character in word):
        raise CommandFailed("an argument is not text in UTF-8")


def _run(action: Any) -> CommandResult | None:
    """Run a command that does not serve. Whatever is logged meanwhile is a line on standard error."""
    root, handler = logging.getLogger(), LogLines()
    root.addHandler(handler)
    try:
        result: CommandResult | None = asyncio.run(_run_until_terminated(action))
        return result
    finally:
        root.removeHandler(handler)


def _print(result: CommandResult, *, as_json: bool) -> None:
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(result.document, default=str, ensure_ascii=not is_utf8) if as_json else result.text
    try:
        print(text, flush=True)
    except BrokenPipeError:  # such as `hub staff list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    run.add_argument("--no-demo", action="store_true", help="without demo data")
    serve = _command(commands, "serve", "serving:serve", "serve, as in production", own_loop=True)
    serve.add_argument(
        "--role", choices=["all", "web", "jobs"], help="what this process is for (HUB_ROLE): serving, the jobs, or both"
    )
    worker = _command(commands, "_worker", "serving:worker", argparse.SUPPRESS, own_loop=True)
    worker.add_argument("--development", action="store_true", help=argparse.SUPPRESS)
    _command(commands, "migrate", "database:migrate", "bring the database schema up to date")
    _command(commands, "demo", "database:demo", "fill in demo data once and show it")
    reconcile = _command(commands, "reconcile", "database:reconcile", "compare gate, counts and reservations")
    reconcile.add_argument("--fix", action="store_true", help="correct what differs")
    _command(commands, "doctor", "doctor:doctor", "show the servers in use, and what is wrong")
    _backup(_command(commands, "backup", "backup:back_up", "write database and key into a new folder"))
    _restore(_command(commands, "restore", "backup:restore", "read a backup into an empty database"))
    add_slots(commands, _command)
    tickets = commands.add_parser("tickets", help="issue, import, list and cancel tickets", allow_abbrev=False)
    actions = tickets.add_subparsers(required=True, metavar="COMMAND")
    _tickets_issue(_command(actions, "issue", "tickets:issue", "issue tickets with new codes"))
    add_import_commands(actions, commands, _command)
    add_ticket_commands(actions, _command)
    venue = commands.add_parser("venue", help="add and configure venues", allow_abbrev=False).add_subparsers(
        required=True, metavar="COMMAND"
    )
    _command(venue, "list", "venue:show", "list venues and their policies")
    _venue_add(_command(venue, "add", "venue:add", "make a venue"))
    _venue_set(_command(venue, "set", "venue:change", "change a venue's name, time zone and policies"))
    deleting = _command(venue, "delete", "venue:delete", "delete a venue that nothing belongs to")
    deleting.add_argument("venue", type=count(1, 2**63 - 1), metavar="ID")
    add_products(commands, _command)
    add_orders(commands, _command)
    add_keys(commands, _command)
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
    add_webhooks(commands, _command)
    return explain(parser)


def _command(
    commands: Any, name: str, leads_to: str, summary: str, *, own_loop: bool = False
) -> argparse.ArgumentParser:
    hidden = summary is argparse.SUPPRESS
    extra = {} if hidden else {"help": summary, "description": summary}
    parser: argparse.ArgumentParser = commands.add_parser(name, allow_abbrev=False, **extra)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(leads_to=leads_to, own_loop=own_loop)
    return parser


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that does not exist yet")


def _restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="what `hub backup` has written")
    parser.add_argument("--other-key", action="store_true", help="also where the key of the backup is lost")


def _tickets_issue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=count(1, 1_000_000), required=True, metavar="N")
    parser.add_argument(
        "--status", choices=["ACTIVATED", "PENDING_PAYMENT", "INACTIVE"], default="ACTIVATED", help="of the new tickets"
    )
    parser.add_argument("--product", type=count(1, 2**63 - 1), metavar="ID")
    order = parser.add_mutually_exclusive_group()
    order.add_argument("--order", type=count(1, 2**63 - 1), metavar="ID", help="an existing order")
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
    logo = parser.add_mutually_exclusive_group()
    logo.add_argument("--logo", metavar="FILE", help="a PNG, JPEG or WebP image of at most 2 MB, for pages and emails")
    logo.add_argument("--no-logo", action="store_true", help="take the logo away")
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

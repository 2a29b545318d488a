"""The options of `hub staff`."""

from __future__ import annotations

import argparse
from typing import Any

from hub.commands.option_types import ID, clock_time, count, day, moment, several
from hub.commands.security_options import add_reset
from hub.commands.shows_options import Command

ROLES = ["operator", "manager", "admin", "owner"]


def add_staff_commands(commands: Any, command: Command) -> None:
    """Add `hub staff` with all of its commands to the parser."""
    staff = commands.add_parser("staff", help="staff: who may sign in, where and when", allow_abbrev=False)
    group = staff.add_subparsers(required=True, metavar="COMMAND")
    listing = _of_organisation(command(group, "list", "staff:list_people", "list staff"))
    listing.add_argument(
        "--search", default="", metavar="TEXT", help="beginnings of words of name, user name or address"
    )
    listing.add_argument("--role", choices=ROLES)
    listing.add_argument("--venue", type=ID, metavar="ID", help="who may work there")
    listing.add_argument("--status", choices=["active", "invited", "disabled"])
    add_reset(group, command)
    _add(command(group, "add", "staff:add", "add an operator, manager or administrator"))
    inviting = _changing(command(group, "invite", "staff:invite", "invite somebody by email, or invite them again"))
    inviting.add_argument("username", metavar="USERNAME")
    inviting.add_argument("--again", action="store_true", help="send a new link to somebody who is invited already")
    _fields(inviting)
    changing = _changing(command(group, "change", "staff:change", "change a role, a name, an address or a scope"))
    changing.add_argument("username", metavar="USERNAME")
    changing.add_argument("--new-username", metavar="USERNAME")
    changing.add_argument(
        "--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first"
    )
    _fields(changing)
    for name, summary in (
        ("disable", "end all sessions of somebody, and let them sign in no more"),
        ("enable", "let somebody sign in again"),
    ):
        _changing(command(group, name, f"staff:{name}", summary)).add_argument("username", metavar="USERNAME")
    resetting = _of_organisation(
        command(group, "reset", "staff:reset", "send a link to a new password, or make a new PIN")
    )
    resetting.add_argument("username", metavar="USERNAME")
    resetting.add_argument("--pin", action="store_true", help="make a new PIN for an operator and print it")
    setting = _changing(
        command(group, "secret", "staff:secret", "set somebody's password or PIN and end all of their sessions")
    )
    setting.add_argument("username", metavar="USERNAME")
    _secret(setting)
    sessions = _of_organisation(
        command(group, "sessions", "staff:sessions", "list the sessions of somebody, or end them")
    )
    sessions.add_argument("username", metavar="USERNAME")
    sessions.add_argument("--end", type=ID, metavar="ID", help="end this session")


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="USERNAME")
    parser.add_argument("--role", choices=ROLES, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--venue", type=count(1, 2**63 - 1), metavar="ID", help="where their sessions are")
    parser.add_argument("--organisation", metavar="NAME", help="short name or id; needed if there are several")
    _secret(parser)


def _secret(parser: argparse.ArgumentParser) -> None:
    secret = parser.add_mutually_exclusive_group(required=True)
    secret.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    secret.add_argument("--pin-stdin", action="store_true", help="read the PIN from standard input: 6 to 12 digits")
    parser.add_argument("--weak-pin", action="store_true", help="take 4 digits, or a PIN that is easy to guess")


def _fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name")
    parser.add_argument("--role", choices=ROLES)
    parser.add_argument("--email", metavar="ADDRESS")
    parser.add_argument("--venues", type=several(ID), metavar="ID,ID", help="the only venues; '' for all")
    parser.add_argument("--gates", type=several(ID), metavar="ID,ID", help="the only gates; '' for all")
    parser.add_argument(
        "--from", dest="valid_from", type=_or_never(moment), metavar="MOMENT", help="when the right begins, or never"
    )
    parser.add_argument(
        "--until", dest="valid_until", type=_or_never(moment), metavar="MOMENT", help="when the right ends, or never"
    )
    parser.add_argument(
        "--shifts", type=several(_shift), metavar="DATE/HH:MM-HH:MM,...", help="the only times; '' for all times"
    )


def _or_never(parse: Any) -> Any:
    return lambda text: "never" if text == "never" else parse(text)


def _shift(text: str) -> tuple[Any, Any, Any]:
    """Parse `2026-11-20/09:00-18:00`."""
    date, _, hours = text.partition("/")
    start, dash, end = hours.partition("-")
    if not dash:
        raise argparse.ArgumentTypeError(f"{text!r} is not a shift such as 2026-11-20/09:00-18:00")
    return day(date), clock_time(start), clock_time(end)


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return _of_organisation(parser)


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

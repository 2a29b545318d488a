"""The options of `hub slots`: slots, opening hours and closed days."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, clock_time, count, day, hours_row, several

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""

CAPACITY = count(0, 1_000_000)
VENUE = count(1, 2**63 - 1)


def add_slots(commands: Any, command: Command) -> None:
    """Add `hub slots` with all of its commands to the parser."""
    slots = commands.add_parser("slots", help="slots, opening hours and closed days", allow_abbrev=False)
    group = slots.add_subparsers(required=True, metavar="COMMAND")
    listing = _of_venue(command(group, "list", "slots:list_all", "list slots"))
    listing.add_argument("--from", dest="first", type=day, metavar="DATE")
    listing.add_argument("--to", dest="last", type=day, metavar="DATE")
    listing.add_argument("--status", choices=["ACTIVE", "CLOSED"])
    _generate(_changing(_of_venue(command(group, "generate", "slots:generate", "make slots from opening hours"))))
    _add_one(_changing(_of_venue(command(group, "add", "slots:add", "add one slot"))))
    resizing = _changing(
        _of_organisation(
            command(group, "resize", "slots:resize", "give a slot more or fewer spaces, never fewer than are taken")
        )
    )
    resizing.add_argument("--slot", type=ID, required=True, metavar="ID")
    resizing.add_argument("--capacity", type=CAPACITY, required=True, metavar="N")
    _close(_versioned(command(group, "close", "slots:close", "close a slot, and move or tell everybody booked")))
    _versioned(command(group, "reopen", "slots:reopen", "open a closed slot")).add_argument(
        "slot", type=ID, metavar="SLOT"
    )
    deleting = _changing(
        _of_organisation(command(group, "delete", "slots:delete", "delete slots that nobody ever booked"))
    )
    deleting.add_argument("slots", type=ID, nargs="+", metavar="SLOT")
    copying = _changing(_of_venue(command(group, "copy", "slots:copy", "copy the slots of a day onto other days")))
    copying.add_argument("--from", dest="source", type=day, required=True, metavar="DATE")
    copying.add_argument("--to", dest="targets", type=several(day), required=True, metavar="DATE,DATE")
    copying.add_argument("--overlap", action="store_true", help="even if other slots are open at that time")
    _hours(
        _changing(
            _of_venue(command(group, "hours", "opening_hours:hours", "show or replace the opening hours of a venue"))
        )
    )
    closed = group.add_parser("closed-days", help="closed days, and days with hours of their own", allow_abbrev=False)
    _closed_days(closed.add_subparsers(required=True, metavar="COMMAND"), command)


def _generate(parser: argparse.ArgumentParser) -> None:
    parser.description = "Make slots from the opening hours and closed days of the venue, or from the hours given here. Those that exist stay as they are."
    parser.add_argument("--from", dest="first", type=day, required=True, metavar="DATE")
    span = parser.add_mutually_exclusive_group(required=True)
    span.add_argument("--days", type=count(1, 731), metavar="N")
    span.add_argument("--to", dest="last", type=day, metavar="DATE")
    parser.add_argument(
        "--open", dest="opens", type=clock_time, metavar="HH:MM", help="every day, instead of the stored hours"
    )
    parser.add_argument("--close", dest="closes", type=clock_time, metavar="HH:MM")
    parser.add_argument("--minutes", type=count(1, 1440), metavar="M")
    parser.add_argument("--capacity", type=count(1, 1_000_000), metavar="C")
    parser.add_argument("--overlap", action="store_true", help="even if other slots are open at that time")


def _add_one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", type=day, required=True, metavar="DATE")
    parser.add_argument("--start", type=clock_time, required=True, metavar="HH:MM")
    parser.add_argument("--end", type=clock_time, required=True, metavar="HH:MM")
    parser.add_argument("--capacity", type=CAPACITY, required=True, metavar="N")
    parser.add_argument("--overlap", action="store_true", help="even if other slots are open at that time")


def _close(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slot", type=ID, metavar="SLOT")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--move-to", type=ID, metavar="SLOT", help="move everybody there, if it has room for all")
    way.add_argument("--choose", action="store_true", help="let them choose another time by a link")
    way.add_argument("--tell", action="store_true", help="cancel their visits; their tickets are good for another time")
    parser.add_argument("--message", default="", metavar="TEXT", help="your own words in the emails")


def _hours(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", dest="rows", type=hours_row, action="append", metavar="DAYS,HH:MM-HH:MM,MINUTES,PLACES",
        help="replace the week; once for each row, such as tue-sun,10:00-18:00,30,50",
    )  # fmt: skip
    parser.add_argument("--clear", action="store_true", help="closed on every day of the week")
    parser.add_argument("--version", type=count(0, 2**31 - 1), metavar="N", help="refuse if another change came first")


def _closed_days(group: Any, command: Command) -> None:
    listing = _of_venue(command(group, "list", "opening_hours:list_closed_days", "list closed days"))
    listing.add_argument("--from", dest="first", type=day, metavar="DATE")
    listing.add_argument("--to", dest="last", type=day, metavar="DATE")
    adding = _changing(
        _of_venue(command(group, "add", "opening_hours:add_closed_days", "add closed days, or other hours on them"))
    )
    adding.add_argument("dates", type=several(day), metavar="DATE,DATE")
    adding.add_argument("--name", default="", metavar="TEXT")
    adding.add_argument(
        "--hours",
        type=hours_row,
        action="append",
        metavar="HH:MM-HH:MM,MINUTES,PLACES",
        help="open at these hours instead",
    )
    importing = _changing(
        _of_venue(command(group, "import", "opening_hours:import_closed_days", "read closed days from a calendar file"))
    )
    importing.add_argument("file", metavar="FILE.ics")
    deleting = _versioned(command(group, "delete", "opening_hours:delete_closed_day", "delete a closed day"))
    deleting.add_argument("closed_day", type=ID, metavar="ID")


def _versioned(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first")
    return _changing(_of_organisation(parser))


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return parser


def _of_venue(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--venue", type=VENUE, metavar="ID", help="needed if there are several")
    return _of_organisation(parser)


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

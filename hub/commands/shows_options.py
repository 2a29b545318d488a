"""The options of `hub shows`: rooms, shows and performances."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, clock_time, count, day, moment, several, weekday

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""

SEATS = count(0, 1_000_000)
MINUTES = count(1, 1440)
CHECK_IN = count(0, 1440)
PARTY = count(1, 1000)


def add_shows(commands: Any, command: Command) -> None:
    """Add `hub shows` with all of its commands to the parser."""
    shows = commands.add_parser("shows", help="shows, their rooms and performances", allow_abbrev=False)
    group = shows.add_subparsers(required=True, metavar="COMMAND")
    _add_show_commands(group, command)
    rooms = group.add_parser("rooms", help="rooms", allow_abbrev=False)
    _add_room_commands(rooms.add_subparsers(required=True, metavar="COMMAND"), command)
    performances = group.add_parser("performances", help="performances", allow_abbrev=False)
    _add_performance_commands(performances.add_subparsers(required=True, metavar="COMMAND"), command)


def _add_show_commands(group: Any, command: Command) -> None:
    listing = _of_organisation(command(group, "list", "shows:list_shows", "list shows"))
    listing.add_argument("--venue", type=ID, metavar="ID")
    listing.add_argument("--status", choices=["DRAFT", "PUBLISHED", "ARCHIVED"])
    adding = _changing(command(group, "add", "shows:add_show", "add a show as a draft"))
    adding.add_argument("title", metavar="TITLE")
    adding.add_argument("--venue", type=ID, metavar="ID")
    _show_fields(adding)
    changing = _versioned(command(group, "change", "shows:change_show", "change a show"))
    changing.add_argument("show", type=ID, metavar="SHOW")
    changing.add_argument("--title")
    changing.add_argument("--poster", metavar="FILE", help="a PNG, JPEG or WebP image of at most 4 MB")
    _show_fields(changing)
    for name, summary in (("publish", "show a show to everybody"), ("archive", "hide a show that nobody is booked for any more"),
                          ("delete", "delete a show that never had a performance")):  # fmt: skip
        parser = _versioned(command(group, name, f"shows:{name}_show", summary))
        parser.add_argument("show", type=ID, metavar="SHOW")


def _add_room_commands(group: Any, command: Command) -> None:
    listing = _of_organisation(command(group, "list", "shows:list_rooms", "list rooms"))
    listing.add_argument("--venue", type=ID, metavar="ID")
    adding = _changing(command(group, "add", "shows:add_room", "add a room"))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--capacity", type=SEATS, required=True, metavar="N")
    adding.add_argument("--accessibility", metavar="TEXT")
    adding.add_argument("--venue", type=ID, metavar="ID")
    changing = _versioned(
        command(group, "change", "shows:change_room", "change a room and the capacity of its performances to come")
    )
    changing.add_argument("room", type=ID, metavar="ROOM")
    changing.add_argument("--name")
    changing.add_argument("--capacity", type=SEATS, metavar="N")
    changing.add_argument("--accessibility", metavar="TEXT")
    deleting = _versioned(command(group, "delete", "shows:delete_room", "delete a room that never had a performance"))
    deleting.add_argument("room", type=ID, metavar="ROOM")


def _add_performance_commands(group: Any, command: Command) -> None:
    listing = _of_organisation(command(group, "list", "performances:list_performances", "list performances"))
    for name in ("--venue", "--show", "--room"):
        listing.add_argument(name, type=ID, metavar="ID")
    listing.add_argument("--from", dest="first", type=day, metavar="DATE")
    listing.add_argument("--to", dest="last", type=day, metavar="DATE")
    adding = _new_performances(command(group, "add", "performances:add_performance", "make one performance"))
    adding.add_argument("--date", type=day, required=True, metavar="DATE")
    adding.add_argument("--start", type=clock_time, required=True, metavar="HH:MM")
    _run(_new_performances(command(group, "run", "performances:add_run", "make the missing performances of a run")))
    changing = _versioned(
        command(group, "change", "performances:change_performance", "change seats, booking or check-in")
    )
    changing.add_argument("performance", type=ID, metavar="PERFORMANCE")
    _settings(changing)
    changing.add_argument("--booking", choices=["open", "closed"], help="whether it can be booked at all")
    changing.add_argument("--booking-closes", type=moment, metavar="MOMENT")
    cancelling = _versioned(
        command(group, "cancel", "performances:cancel_performance", "cancel a performance and write to everybody")
    )
    cancelling.add_argument("performance", type=ID, metavar="PERFORMANCE")
    cancelling.add_argument("--message", default="", metavar="TEXT", help="your own words in the emails")
    _move(
        _versioned(command(group, "move", "performances:move_performance", "move a performance and write to everybody"))
    )
    deleting = _versioned(
        command(group, "delete", "performances:delete_performance", "delete a performance that nobody asked for")
    )
    deleting.add_argument("performance", type=ID, metavar="PERFORMANCE")


def _new_performances(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _changing(parser)
    parser.add_argument("--show", type=ID, required=True, metavar="ID")
    parser.add_argument("--room", type=ID, required=True, metavar="ID")
    parser.add_argument(
        "--minutes", type=MINUTES, metavar="M", help="how long it lasts; by default as long as the show"
    )
    _settings(parser)
    parser.add_argument("--booking-closes-minutes", type=count(0, 10_080), metavar="M", help="before the start")
    parser.add_argument("--overlap", action="store_true", help="even if the room is taken at that time")
    return parser


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--times", type=several(clock_time), required=True, metavar="HH:MM,HH:MM")
    parser.add_argument("--from", dest="first", type=day, metavar="DATE")
    parser.add_argument("--to", dest="last", type=day, metavar="DATE")
    parser.add_argument("--weekdays", type=several(weekday), default=[1, 2, 3, 4, 5, 6, 7], metavar="fri,sat")
    parser.add_argument("--except", dest="except_dates", type=several(day), default=[], metavar="DATE,DATE")
    parser.add_argument("--dates", type=several(day), default=[], metavar="DATE,DATE", help="further days")


def _move(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("performance", type=ID, metavar="PERFORMANCE")
    parser.add_argument("--date", type=day, metavar="DATE")
    parser.add_argument("--start", type=clock_time, metavar="HH:MM")
    parser.add_argument("--room", type=ID, metavar="ID")
    parser.add_argument("--minutes", type=MINUTES, metavar="M")
    parser.add_argument("--message", default="", metavar="TEXT", help="your own words in the emails")
    parser.add_argument("--overlap", action="store_true", help="even if the room is taken at that time")


def _settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--additional-seats", type=SEATS, metavar="N", help="besides those of the room")
    parser.add_argument("--occupied-seats", type=SEATS, metavar="N", help="of the room, that nobody can book")
    parser.add_argument("--booking-opens", type=moment, metavar="MOMENT", help="e.g. 2026-11-20T09:00+01:00")
    parser.add_argument("--check-in-opens", type=CHECK_IN, metavar="M", help="minutes before the start")
    parser.add_argument("--check-in-closes", type=CHECK_IN, metavar="M", help="minutes after the start")
    parser.add_argument("--largest-party", type=PARTY, metavar="N")


def _show_fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subtitle", metavar="TEXT")
    parser.add_argument("--description", metavar="FILE.md", help="a file with Markdown in UTF-8")
    parser.add_argument("--minutes", type=MINUTES, metavar="M", help="how long a performance lasts")
    parser.add_argument("--spoken-language", metavar="TEXT")
    parser.add_argument("--minimum-age", type=count(0, 99), metavar="N")
    parser.add_argument("--accessibility", metavar="TEXT")
    parser.add_argument("--consent", metavar="TEXT", help="what a visitor agrees to with a booking")
    parser.add_argument("--largest-party", type=PARTY, metavar="N")


def _versioned(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first")
    return _changing(parser)


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return _of_organisation(parser)


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

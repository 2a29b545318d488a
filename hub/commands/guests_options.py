"""The options of `hub reservations`, `hub guests` and `hub privacy`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count, day

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""

PARTY = count(1, 1000)
DAYS = count(1, 3650)


def add_reservations(commands: Any, command: Command) -> None:
    """Add `hub reservations` with all of its commands to the parser."""
    parser = commands.add_parser("reservations", help="reservations of visitors", allow_abbrev=False)
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = _of_organisation(command(group, "list", "reservations:list_reservations", "list or find reservations"))
    listing.add_argument(
        "text", nargs="?", default="", metavar="TEXT", help="an address, a name, a phone number, a code or an order"
    )
    listing.add_argument("--date", type=day, metavar="DATE")
    for name in ("--slot", "--venue", "--product"):
        listing.add_argument(name, type=ID, metavar="ID")
    listing.add_argument("--status", choices=["RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"])
    listing.add_argument("--channel", choices=["direct", "mini_program", "ota", "booking", "guest"])
    listing.add_argument("--limit", type=count(1, 1_000_000), default=200, metavar="N")
    for name, summary in (("show", "show a reservation"), ("cancel", "cancel a reservation and email the visitor"),
                          ("resend", "send the confirmation again")):  # fmt: skip
        _one(command(group, name, f"reservations:{name}_reservation", summary))
    moving = _one(command(group, "move", "reservations:move_reservation", "move a reservation and email the visitor"))
    moving.add_argument("--slot", type=ID, required=True, metavar="ID")
    moving.add_argument("--party", action="store_true", help="all that were made together")
    contact = _one(
        command(group, "contact", "reservations:correct_contact", "correct the contact and tell both addresses")
    )
    contact.add_argument("--email", metavar="ADDRESS")
    contact.add_argument("--phone", metavar="NUMBER")
    message = _changing(
        command(group, "message", "reservations:message", "write to everybody of a slot or performance")
    )
    message.add_argument("--slot", type=ID, required=True, metavar="ID")
    message.add_argument("text", metavar="TEXT")


def add_guests(commands: Any, command: Command) -> None:
    """Add `hub guests` with all of its commands to the parser."""
    parser = commands.add_parser("guests", help="guest lists", allow_abbrev=False)
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    _place(_of_organisation(command(group, "list", "guests:list_guests", "list guests")))
    adding = _new(command(group, "add", "guests:add_guest", "add a guest"))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--party", type=PARTY, default=1, metavar="N", help="how many people, the named one included")
    adding.add_argument("--note", default="", metavar="TEXT")
    adding.add_argument("--email", metavar="ADDRESS")
    importing = _new(command(group, "import", "guests:import_guests", "add the guests of a file"))
    importing.add_argument("file", metavar="FILE", help="one guest a line: name, people, note, email")
    importing.add_argument("--encoding", metavar="NAME", help="of a file that is not Unicode, e.g. windows-1252")
    removing = _changing(command(group, "remove", "guests:remove_guest", "take a guest off the list"))
    removing.add_argument("guest", type=ID, metavar="GUEST")


def add_privacy(commands: Any, command: Command) -> None:
    """Add `hub privacy` with all of its commands to the parser."""
    parser = commands.add_parser(
        "privacy", help="personal data: how long it is kept, export, erasure", allow_abbrev=False
    )
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    exporting = _of_organisation(command(group, "export", "privacy:export_person", "export a person's data"))
    exporting.add_argument("address", metavar="ADDRESS", help="an email address or a phone number")
    erasing = _changing(command(group, "erase", "privacy:erase_person", "erase a person's data from every table"))
    erasing.add_argument("address", metavar="ADDRESS", help="an email address or a phone number")
    erasing.add_argument("--cancel", action="store_true", help="cancel visits to come first")
    keeping = _changing(command(group, "retention", "privacy:retention", "show or set how long contact data is kept"))
    which = keeping.add_mutually_exclusive_group()
    which.add_argument("--days", type=DAYS, metavar="N", help="days after the visit")
    which.add_argument("--for-ever", action="store_true", help="erase nothing by itself")


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("reservation", type=ID, metavar="RESERVATION")
    return _of_organisation(parser)


def _place(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--slot", type=ID, metavar="ID", help="a slot or performance; else a whole day")
    parser.add_argument("--venue", type=ID, metavar="ID")
    parser.add_argument("--date", type=day, metavar="DATE", help="today without it")
    return parser


def _new(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--extra", action="store_true", help="take no spaces of the slot: it becomes larger")
    parser.add_argument("--invite", action="store_true", help="send the code to guests with an address")
    parser.add_argument("--again", action="store_true", help="also names that are on the list already")
    return _place(_changing(parser))


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return _of_organisation(parser)


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

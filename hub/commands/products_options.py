"""The options of `hub products`, and of `hub tickets list` and `cancel`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count, day, several

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""


def add_products(commands: Any, command: Command) -> None:
    """Add `hub products` with all of its commands to the parser."""
    products = commands.add_parser("products", help="products: kinds of tickets", allow_abbrev=False)
    group = products.add_subparsers(required=True, metavar="COMMAND")
    listing = _of_organisation(command(group, "list", "products:list_all", "list products"))
    listing.add_argument("--venue", type=ID, metavar="ID")
    listing.add_argument("--search", metavar="TEXT", help="a part of a name")
    listing.add_argument("--archived", action="store_true", help="the archived ones")
    adding = _changing(command(group, "add", "products:add", "add a product"))
    adding.add_argument("name", metavar="NAME")
    _fields(adding)
    changing = _versioned(command(group, "change", "products:change", "change a product"))
    changing.add_argument("--name")
    _fields(changing)
    for name, summary in (("--for-ever", "no end of validity"), ("--every-venue", "valid at every venue"),
                          ("--every-gate", "may enter by every gate")):  # fmt: skip
        changing.add_argument(name, action="store_true", help=summary)
    archiving = _versioned(command(group, "archive", "products:archive", "issue no more tickets of a product"))
    archiving.add_argument("--undo", action="store_true", help="bring it back")
    _versioned(command(group, "delete", "products:delete", "delete a product that has no ticket"))


def add_ticket_commands(tickets: Any, command: Command) -> None:
    """Add `list` and `cancel` to `hub tickets`."""
    listing = _of_organisation(command(tickets, "list", "tickets:list_all", "list tickets, the newest first"))
    listing.add_argument("--code", metavar="CODE")
    listing.add_argument("--order", metavar="REFERENCE", help="or the number of an order")
    listing.add_argument("--product", type=ID, metavar="ID")
    listing.add_argument(
        "--status", choices=["PENDING_PAYMENT", "INACTIVE", "ACTIVATED", "RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]
    )
    listing.add_argument("--channel", choices=["direct", "mini_program", "ota"])
    listing.add_argument("--limit", type=count(1, 1_000_000), default=100, metavar="N")
    cancelling = _changing(command(tickets, "cancel", "tickets:cancel", "cancel a ticket and write to its holder"))
    cancelling.add_argument("ticket", metavar="CODE", help="the code of the ticket")
    cancelling.add_argument("--reason", required=True, metavar="TEXT")


def _fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name-zh", metavar="NAME", help="in Chinese")
    parser.add_argument(
        "--mode",
        dest="activation_mode",
        choices=["immediate", "deferred"],
        help="active when paid, or when its holder activates it",
    )
    parser.add_argument("--venue", dest="venue_id", type=ID, metavar="ID")
    validity = parser.add_mutually_exclusive_group()
    validity.add_argument("--valid-days", type=count(1, 3_650), metavar="N", help="from the issue of a ticket")
    validity.add_argument("--valid-until", type=day, metavar="DATE", help="the last day")
    parser.add_argument(
        "--gates", dest="gate_ids", type=several(ID), metavar="ID,ID", help="it may enter by these only"
    )
    parser.add_argument("--note", metavar="TEXT", help="what the steward must know")
    parser.add_argument("--note-zh", metavar="TEXT")
    parser.add_argument("--attention", action=argparse.BooleanOptionalAction, help="the steward must not miss it")
    parser.add_argument("--question", metavar="TEXT", help="answered with yes or no before an entry")
    parser.add_argument("--question-zh", metavar="TEXT")
    parser.add_argument(
        "--sold-at-door",
        action=argparse.BooleanOptionalAction,
        help="sellers at a gate see it, where the venue sells there",
    )


def _versioned(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("product", type=ID, metavar="PRODUCT")
    parser.add_argument("--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first")
    return _changing(parser)


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return _of_organisation(parser)


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

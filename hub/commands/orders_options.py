"""The options of `hub orders` and `hub keys`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count, several
from hub.rules.api_keys import HIGHEST_RATE, SCOPES, USUAL_RATE

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""


def add_orders(commands: Any, command: Command) -> None:
    """Add `hub orders` with all of its commands to the parser."""
    orders = commands.add_parser("orders", help="orders: list, make, pay, send again, cancel", allow_abbrev=False)
    group = orders.add_subparsers(required=True, metavar="COMMAND")
    listing = _of_organisation(command(group, "list", "orders:list_all", "list orders, the newest first"))
    listing.add_argument("--search", metavar="TEXT", help="a reference, a code, an address, or words of a name")
    listing.add_argument("--status", choices=["PENDING_PAYMENT", "PAID", "CANCELLED"])
    listing.add_argument("--limit", type=count(1, 1_000_000), default=100, metavar="N")
    showing = _of_organisation(command(group, "show", "orders:show", "show an order with its tickets"))
    showing.add_argument("order", metavar="REFERENCE", help="or the number of an order")
    adding = _changing(command(group, "add", "orders:add", "make an order with its tickets"))
    adding.add_argument(
        "items", nargs="+", type=_item, metavar="PRODUCT:COUNT", help="such as 3:2, two tickets of product 3"
    )
    adding.add_argument("--reference", metavar="TEXT")
    adding.add_argument("--name", metavar="TEXT", help="of the customer")
    adding.add_argument("--email", metavar="ADDRESS", help="of the customer")
    adding.add_argument("--language", choices=["en", "zh_Hans"])
    adding.add_argument("--channel", choices=["direct", "mini_program", "ota"], default="direct")
    adding.add_argument("--paid", action="store_true", help="it is paid already")
    adding.add_argument("--key", metavar="TEXT", help="a repeat with the same key makes no second order")
    adding.add_argument("--no-mail", action="store_true", help="write no e-mail")
    paying = _changing(command(group, "pay", "orders:pay", "mark an order as paid"))
    paying.add_argument("order", metavar="REFERENCE")
    paying.add_argument("--no-mail", action="store_true", help="write no e-mail")
    sending = _of_organisation(
        command(group, "resend", "orders:resend", "email the customer the tickets of an order again")
    )
    sending.add_argument("order", metavar="REFERENCE", help="or the number of an order")
    cancelling = _changing(command(group, "cancel", "orders:cancel", "cancel an order, or some of its tickets"))
    cancelling.add_argument("order", metavar="REFERENCE")
    cancelling.add_argument("--reason", required=True, metavar="TEXT")
    cancelling.add_argument("--tickets", type=several(str), metavar="CODE,CODE", help="only these")


def add_keys(commands: Any, command: Command) -> None:
    """Add `hub keys` with all of its commands to the parser."""
    keys = commands.add_parser("keys", help="API keys of shops and other systems", allow_abbrev=False)
    group = keys.add_subparsers(required=True, metavar="COMMAND")
    _of_organisation(command(group, "list", "keys:list_all", "list keys, the newest first"))
    adding = _changing(command(group, "add", "keys:add", "make a key and print it this once"))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--scopes", type=several(_scope), required=True, metavar="SCOPE,SCOPE", help=", ".join(SCOPES))
    adding.add_argument("--venues", type=several(ID), metavar="ID,ID", help="only these venues")
    adding.add_argument(
        "--rate", type=count(1, HIGHEST_RATE), default=USUAL_RATE, metavar="N", help="requests a minute"
    )
    changing = _of_one(command(group, "change", "keys:change", "change a key, from its next request on"))
    changing.add_argument("--name")
    changing.add_argument("--scopes", type=several(_scope), metavar="SCOPE,SCOPE")
    venues = changing.add_mutually_exclusive_group()
    venues.add_argument("--venues", type=several(ID), metavar="ID,ID")
    venues.add_argument("--every-venue", action="store_true")
    changing.add_argument("--rate", type=count(1, HIGHEST_RATE), metavar="N", help="requests a minute")
    _of_one(command(group, "revoke", "keys:revoke", "end the use of a key at once"))


def _item(text: str) -> tuple[int, int]:
    """Return the product and the number of tickets of `3:2`."""
    product, _, quantity = text.partition(":")
    return ID(product), count(1, 1_000_000)(quantity or "1")


def _scope(text: str) -> str:
    if text not in SCOPES:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(SCOPES)}")
    return text


def _of_one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("key", type=ID, metavar="KEY", help="the number of the key")
    parser.add_argument("--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first")
    return _changing(parser)


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return _of_organisation(parser)


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

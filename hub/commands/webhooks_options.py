"""The options of `hub webhooks`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count, several
from hub.rules.webhook_events import EVENTS

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""


def add_webhooks(commands: Any, command: Command) -> None:
    """Add `hub webhooks` with all of its commands to the parser."""
    webhooks = commands.add_parser("webhooks", help="tell other systems what happens", allow_abbrev=False)
    group = webhooks.add_subparsers(required=True, metavar="COMMAND")
    _of_organisation(command(group, "list", "webhooks:list_all", "list webhooks and how they do"))
    adding = _changing(command(group, "add", "webhooks:add", "add a webhook; its secret is printed once"))
    adding.add_argument("url", metavar="URL")
    adding.add_argument("--name", required=True)
    _fields(adding)
    changing = _versioned(command(group, "change", "webhooks:change", "change, pause or resume a webhook"))
    changing.add_argument("--name")
    changing.add_argument("--url", metavar="URL")
    changing.add_argument("--every-venue", action="store_true", help="events of every venue")
    state = changing.add_mutually_exclusive_group()
    state.add_argument("--pause", dest="paused", action="store_const", const=True, help="keep its events for later")
    state.add_argument("--resume", dest="paused", action="store_const", const=False, help="deliver what was kept")
    _fields(changing)
    _versioned(command(group, "delete", "webhooks:delete", "delete a webhook"))
    _versioned(command(group, "rotate", "webhooks:rotate", "make a new secret; for a day both sign"))
    _one(command(group, "test", "webhooks:test", "send a test and print the answer"))
    listing = _one(command(group, "deliveries", "webhooks:deliveries", "list requests with their answers"))
    listing.add_argument("--failed", action="store_true", help="only those that failed")
    listing.add_argument("--limit", type=count(1, 100_000), default=50, metavar="N")
    replaying = _one(command(group, "replay", "webhooks:replay", "send every event from a number on again"))
    replaying.add_argument("--from", dest="from_sequence", required=True, type=ID, metavar="N")
    replaying.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")


def _fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--events", type=several(str), metavar="EVENT,EVENT", help=f"by default all: {', '.join(EVENTS)}"
    )
    parser.add_argument("--venue", dest="venue_id", type=ID, metavar="ID", help="only events of this venue")
    parser.add_argument("--batch", type=count(1, 100), metavar="N", help="the most events of one request")


def _versioned(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("webhook", type=ID, metavar="WEBHOOK")
    parser.add_argument("--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first")
    return _changing(parser)


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return _of_organisation(parser)


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("webhook", type=ID, metavar="WEBHOOK")
    return _of_organisation(parser)


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

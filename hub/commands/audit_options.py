"""The options of `hub audit`: the log of changes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count, day

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""


def add_audit(commands: Any, command: Command) -> None:
    """Add `hub audit` to the parser."""
    group = commands.add_parser("audit", help="the log of changes", allow_abbrev=False).add_subparsers(
        required=True, metavar="COMMAND"
    )
    listing = command(group, "list", "audit:list_changes", "list what was changed, newest first")
    listing.add_argument("--organisation", type=ID, metavar="ID", help="where there are several")
    listing.add_argument(
        "--from", dest="first", type=day, metavar="DATE", help="the first day, at the organisation's first venue"
    )
    listing.add_argument("--to", dest="last", type=day, metavar="DATE", help="the last day, included")
    listing.add_argument("--staff", type=ID, metavar="ID", help="changes by this person")
    listing.add_argument("--kind", metavar="WORD", help="changes of this kind of thing, such as room")
    listing.add_argument("--action", metavar="WORD", help="changes of exactly this kind, such as room.added")
    listing.add_argument("--subject", metavar="ID", help="changes of what has this id")
    listing.add_argument("--source", choices=["page", "api", "command", "setup", "job"])
    listing.add_argument("--venue", type=ID, metavar="ID")
    listing.add_argument("--search", metavar="TEXT", help="a part of a name, an id, an address or a value")
    listing.add_argument("--limit", type=count(1, 1_000_000), default=200, metavar="N", help="at most so many (200)")

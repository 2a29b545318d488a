"""The options of `hub organisations` and `hub gates`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""


def add_organisations(commands: Any, command: Command) -> None:
    """Add `hub organisations` with all of its commands to the parser."""
    parser = commands.add_parser("organisations", help="the organisations of this hub", allow_abbrev=False)
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    command(group, "list", "organisations:list_organisations", "list organisations")
    adding = _changing(
        command(group, "add", "organisations:add_organisation", "add an organisation with its first administrator")
    )
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--slug", metavar="SLUG", help="its short name; by default made of the name")
    adding.add_argument("--administrator", required=True, metavar="USERNAME")
    adding.add_argument("--administrator-name", metavar="NAME", help="by default the user name")
    adding.add_argument(
        "--password-stdin", action="store_true", help="read it from standard input; by default one is made"
    )
    changing = _versioned(command(group, "change", "organisations:change_organisation", "rename an organisation"))
    changing.add_argument("organisation", metavar="ORGANISATION", help="its short name or id")
    changing.add_argument("--name")
    changing.add_argument("--slug", metavar="SLUG")


def add_gates(commands: Any, command: Command) -> None:
    """Add `hub gates` with all of its commands to the parser."""
    group = commands.add_parser("gates", help="the gates of venues", allow_abbrev=False).add_subparsers(
        required=True, metavar="COMMAND"
    )
    listing = of_organisation(command(group, "list", "gates:list_gates", "list gates"))
    listing.add_argument("--venue", type=ID, metavar="ID")
    adding = of_organisation(_changing(command(group, "add", "gates:add_gate", "add a gate to a venue")))
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--venue", type=ID, metavar="ID")
    changing = of_organisation(
        _versioned(command(group, "change", "gates:change_gate", "rename a gate, retire it, or open it again"))
    )
    changing.add_argument("gate", type=ID, metavar="GATE")
    changing.add_argument("--name")
    state = changing.add_mutually_exclusive_group()
    state.add_argument("--retire", dest="retired", action="store_const", const=True, help="scanners no longer offer it")
    state.add_argument("--open", dest="retired", action="store_const", const=False, help="use a retired gate again")
    deleting = of_organisation(
        _versioned(command(group, "delete", "gates:delete_gate", "delete a gate that no scan names"))
    )
    deleting.add_argument("gate", type=ID, metavar="GATE")


def of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "--organisation", metavar="ORGANISATION", help="its short name or id; needed if there are several"
    )
    return parser


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return parser


def _versioned(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first")
    return _changing(parser)

"""The options of `hub devices`: enrolled scanners."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count
from hub.rules.scanners import MODES

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""


def add_devices(commands: Any, command: Command) -> None:
    """Add `hub devices` with all of its commands to the parser."""
    devices = commands.add_parser("devices", help="enrolled scanners", allow_abbrev=False)
    group = devices.add_subparsers(required=True, metavar="COMMAND")
    listing = command(group, "list", "devices:list_devices", "list scanners with their state now")
    listing.add_argument("--organisation", type=ID, metavar="ID")
    listing.add_argument("--venue", type=ID, metavar="ID")
    listing.add_argument("--revoked", action="store_true", help="those that were revoked")
    enrolling = _changing(command(group, "enrol", "devices:enrol", "make a code with which a scanner enrols itself"))
    enrolling.add_argument("name", metavar="NAME")
    _settings(enrolling)
    changing = _of_one(command(group, "change", "devices:change", "change a scanner; it follows at once"))
    changing.add_argument("--name", metavar="NAME")
    _settings(changing)
    _of_one(command(group, "code", "devices:renew_code", "make a new code for a scanner"))
    _of_one(command(group, "revoke", "devices:revoke", "end the use of a scanner at once"))
    wiping = _of_one(command(group, "wipe", "devices:wipe", "let a scanner delete what it keeps, and revoke it"))
    wiping.add_argument("--now", action="store_true", help="even if scans that it has not sent are lost")


def _settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gate", metavar="NAME", help="a gate of the venue; an empty name lets the operator choose")
    parser.add_argument("--mode", choices=MODES, help="which way people go there; a kiosk is unattended")
    parser.add_argument("--venue", type=ID, metavar="ID")


def _of_one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("device", type=ID, metavar="DEVICE")
    parser.add_argument(
        "--version",
        type=count(1, 2**31 - 1),
        metavar="N",
        help="refuse if another change came first",
    )
    return _changing(parser)


def _changing(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    return parser

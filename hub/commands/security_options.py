"""The options of `hub security`, and of `hub staff reset-second-factor`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from hub.commands.option_types import ID, count
from hub.rules.second_factor import PasswordUse, Requirement

Command = Callable[[Any, str, str, str], argparse.ArgumentParser]
"""Adds a command to a group: the group, the command's name, the function behind it, and its summary."""


def add_security(commands: Any, command: Command) -> None:
    """Add `hub security` with all of its commands to the parser."""
    security = commands.add_parser("security", help="how staff sign in", allow_abbrev=False)
    group = security.add_subparsers(required=True, metavar="COMMAND")
    _of_organisation(command(group, "show", "security:show", "show how the staff of an organisation sign in"))
    listing = _of_organisation(command(group, "people", "security:people", "list who has a second factor"))
    listing.add_argument("--without", action="store_true", help="only those who have none")
    setting = _of_organisation(command(group, "set", "security:change", "change how the staff sign in"))
    setting.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    setting.add_argument("--version", type=count(1, 2**31 - 1), metavar="N", help="refuse if another change came first")
    setting.add_argument("--require-second-factor", choices=[one.value for one in Requirement])
    setting.add_argument("--passwords", choices=[one.value for one in PasswordUse], help="who may use a password")
    setting.add_argument("--issuer", metavar="URL", help="the OpenID Connect provider; empty: none")
    setting.add_argument("--client-id", metavar="ID")
    setting.add_argument("--client-secret-stdin", action="store_true", help="read the secret from standard input")
    setting.add_argument("--label", metavar="TEXT", help="what the button says: Sign in with ...")
    setting.add_argument("--match", choices=["email", "username", "linked"], help="how accounts find their staff")
    _of_organisation(command(group, "check", "security:check", "ask the provider for its document and keys"))


def add_reset(staff: Any, command: Command) -> None:
    """Add `reset-second-factor` to `hub staff`."""
    resetting = _of_organisation(
        command(staff, "reset-second-factor", "security:reset", "remove the second factor of somebody who lost it")
    )
    resetting.add_argument("username", metavar="USERNAME")
    resetting.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def _of_organisation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", type=ID, metavar="ID", help="needed if there are several")
    return parser

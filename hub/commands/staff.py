"""`hub staff add`: create a login. The secret is read from standard input, so that no process list shows it."""

from __future__ import annotations

import sys
from argparse import Namespace

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.command_services import open_command_services


async def add(args: Namespace) -> CommandResult:
    secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise CommandFailed("standard input held no " + ("PIN" if args.pin_stdin else "password"))
    async with open_command_services() as services:
        from hub.actions.staff.accounts import add_staff
        from hub.actions.venues.organisations import resolve_org

        org_id = await resolve_org(services, None)
        added = await add_staff(
            services,
            org_id=org_id,
            venue_id=args.venue,
            username=args.username,
            name=args.name,
            role=args.role.upper(),
            password=None if args.pin_stdin else secret,
            pin=secret if args.pin_stdin else None,
        )
    return CommandResult(added, f"{added['username']} may sign in as {args.role} (id {added['staff_id']})")

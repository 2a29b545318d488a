"""`hub migrate`, `hub demo`, `hub reconcile`: migrate the database, fill it with demo data, and check it."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import closing

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.command_services import open_command_services, with_servers
from hub.commands.terminal_line import TerminalLine
from hub.settings import Settings


async def migrate(args: Namespace) -> CommandResult:
    del args
    settings = Settings.from_environment(os.environ, development=False, serving=False)
    async with with_servers(settings) as complete:
        from db.migrate import migrate as apply

        assert complete.database_url is not None
        with closing(TerminalLine()) as line:
            applied = await apply(
                complete.database_url, begins=lambda name, left: line.say(f"{name}, {counted(left, 'file')} left")
            )
    return CommandResult({"applied": applied}, "\n".join(f"applied {name}" for name in applied) or "nothing to apply")


async def demo(args: Namespace) -> CommandResult:
    del args
    async with open_command_services(found_venue=False) as services:
        from hub.commands.demo_card import card_lines
        from hub.commands.demo_venue import demo_card, fill_demo

        if not await fill_demo(services):
            raise CommandFailed("this hub holds data of its own already; the demo is for an empty one")
        card = await demo_card(services)
    return CommandResult(card, "\n".join(card_lines(card)))


async def reconcile(args: Namespace) -> CommandResult:
    async with open_command_services() as services:
        from hub.actions.reporting.reconcile import reconcile as compare

        report = await compare(services, fix=args.fix)
    return CommandResult(report, "\n".join(f"{name}: {value}" for name, value in report.items()))

"""`hub migrate`, `hub demo`, `hub reconcile`: the database brought up to date, filled, and checked."""

from __future__ import annotations

import os
from argparse import Namespace

from hub.commands.command_result import CommandFailed, Outcome
from hub.commands.command_services import visit, with_servers
from hub.settings import Settings


async def migrate(args: Namespace) -> Outcome:
    del args
    settings = Settings.from_environment(os.environ, development=False, serving=False)
    async with with_servers(settings) as complete:
        from db.migrate import migrate as apply

        assert complete.database_url is not None
        applied = await apply(complete.database_url)
    return Outcome({"applied": applied}, "\n".join(f"applied {name}" for name in applied) or "nothing to apply")


async def demo(args: Namespace) -> Outcome:
    del args
    async with visit(found_venue=False) as services:
        from hub.actions.venues.demo import demo_card, fill_demo
        from hub.commands.demo_card import lines

        if not await fill_demo(services):
            raise CommandFailed("this hub holds data of its own already; the demo is for an empty one")
        card = await demo_card(services)
    return Outcome(card, "\n".join(lines(card)))


async def reconcile(args: Namespace) -> Outcome:
    async with visit() as services:
        from hub.actions.reporting.reconcile import reconcile as compare

        report = await compare(services, fix=args.fix)
    return Outcome(report, "\n".join(f"{name}: {value}" for name, value in report.items()))

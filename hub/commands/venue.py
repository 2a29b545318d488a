"""`hub venue`: list venues, create one, set its policies, delete one."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from hub.commands.command_result import CommandResult
from hub.commands.command_services import open_command_services
from hub.rules.venue_policies import POLICIES, policies_in_words


async def show(args: Namespace) -> CommandResult:
    del args
    async with open_command_services(found_venue=False) as services:
        from hub.actions.venues.venues import list_venues

        venues = await list_venues(services)
    return CommandResult(
        {"venues": venues}, "\n".join(_venue_text(venue) for venue in venues) or "there is no venue yet"
    )


async def add(args: Namespace) -> CommandResult:
    async with open_command_services(found_venue=False) as services:
        from hub.actions.venues.venues import add_venue

        made = await add_venue(services, name=args.name, timezone=args.timezone, orq=args.organisation)
    return CommandResult(made, f"venue {made['venue_id']}: {made['name']} ({made['timezone']})")


async def change(args: Namespace) -> CommandResult:
    async with open_command_services(found_venue=False) as services:
        from hub.actions.venues.venues import change_venue

        given = vars(args)
        policies = {policy.column: given[policy.column] for policy in POLICIES if policy.column in given}
        changed = await change_venue(services, args.venue, policies, name=args.name, timezone=args.timezone)
    made = changed.get("alert_webhook_secret")
    note = f"\nthe webhook's secret, shown this once: {made}" if made else ""
    return CommandResult(changed, _venue_text(changed) + note)


async def delete(args: Namespace) -> CommandResult:
    async with open_command_services(found_venue=False) as services:
        from hub.actions.audit.actor import Actor
        from hub.actions.venues.generate_slots import pick_venue
        from hub.actions.venues.venue_records import delete_venue_record

        venue = await pick_venue(services, args.venue)
        await delete_venue_record(services, Actor(venue["org_id"]), venue["id"])
    return CommandResult({"venue_id": args.venue, "deleted": True}, f"venue {args.venue} deleted")


def _venue_text(venue: dict[str, Any]) -> str:
    return f"venue {venue['venue_id']}: {venue['name']} ({venue['timezone']}); {policies_in_words(venue)}"

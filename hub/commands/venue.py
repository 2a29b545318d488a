"""`hub venue`: list venues, create one, set its policies, delete one."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandResult
from hub.commands.command_services import open_command_services
from hub.commands.image_file import read_image
from hub.rules.venue_policies import POLICIES, policies_in_words

if TYPE_CHECKING:
    from hub.services import Services


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
        image = read_image(args.logo) if args.logo else None
        changed = await change_venue(services, args.venue, policies, name=args.name, timezone=args.timezone)
        if image is not None or args.no_logo:
            changed |= await _change_logo(services, changed, image)
    made = changed.get("alert_webhook_secret")
    note = f"\nthe webhook's secret, shown this once: {made}" if made else ""
    return CommandResult(changed, _venue_text(changed) + note)


async def _change_logo(services: Services, venue: dict[str, Any], image: bytes | None) -> dict[str, Any]:
    """Set the logo of a venue, or take it away. Return what changed."""
    from hub.actions.audit.actor import Actor
    from hub.actions.venues.logos import set_logo

    record = await set_logo(services, Actor(venue["org_id"]), venue["venue_id"], image)
    return {"version": record.version, "logo": record.logo}


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

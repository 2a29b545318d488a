"""`hub venue`: list venues, make one, set its policies."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from hub.commands.outcome import Outcome
from hub.commands.visit import visit


async def show(args: Namespace) -> Outcome:
    del args
    async with visit(found_venue=False) as house:
        from hub.actions.venues import list_venues

        venues = await list_venues(house)
    return Outcome({"venues": venues}, "\n".join(_line(venue) for venue in venues) or "there is no venue yet")


async def add(args: Namespace) -> Outcome:
    async with visit(found_venue=False) as house:
        from hub.actions.venues import add_venue

        made = await add_venue(house, name=args.name, timezone=args.timezone, orq=args.organisation)
    return Outcome(made, f"venue {made['venue_id']}: {made['name']} ({made['timezone']})")


async def change(args: Namespace) -> Outcome:
    async with visit(found_venue=False) as house:
        from hub.actions.venues import Policies, set_policies

        policies = Policies(
            name=args.name,
            timezone=args.timezone,
            unreserved_entry=args.unreserved_entry,
            late_entry_minutes=args.late_entry_minutes,
            early_entry_minutes=args.early_entry_minutes,
            change_cutoff_hours=args.change_cutoff_hours,
            show_contact=args.show_contact,
        )
        changed = await set_policies(house, args.venue, policies)
    return Outcome(changed, _line(changed))


def _line(venue: dict[str, Any]) -> str:
    policies = ("unreserved_entry", "late_entry_minutes", "early_entry_minutes", "change_cutoff_hours", "show_contact")
    told = ", ".join(f"{name} {venue[name]}" for name in policies if venue[name] is not None)
    return f"venue {venue['venue_id']}: {venue['name']} ({venue['timezone']}); {told}"

"""`hub slots generate`: slots of one venue from opening hours, for some days."""

from __future__ import annotations

from argparse import Namespace

from hub.commands.outcome import Outcome
from hub.commands.visit import visit


async def generate(args: Namespace) -> Outcome:
    async with visit() as house:
        from hub.actions.generate_slots import OpeningHours, generate_slots

        hours = OpeningHours(args.first, args.days, args.opens, args.closes, args.minutes, args.capacity)
        made = await generate_slots(house, hours, venue_id=args.venue)
    return Outcome(
        made, f"venue {made['venue_id']}: {made['created']} slots made, {made['existing']} were there already"
    )

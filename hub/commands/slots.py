"""`hub slots`: create a venue's slots from its opening hours, and change the capacity of one slot."""

from __future__ import annotations

from argparse import Namespace

from hub.commands.command_result import CommandResult
from hub.commands.command_services import open_command_services


async def generate(args: Namespace) -> CommandResult:
    async with open_command_services() as services:
        from hub.actions.venues.generate_slots import OpeningHours, generate_slots

        hours = OpeningHours(args.first, args.days, args.opens, args.closes, args.minutes, args.capacity)
        made = await generate_slots(services, hours, venue_id=args.venue)
    return CommandResult(
        made, f"venue {made['venue_id']}: {made['created']} slots made, {made['existing']} were there already"
    )


async def resize(args: Namespace) -> CommandResult:
    async with open_command_services() as services:
        from hub.actions.venues.resize_slot import resize_slot

        slot = await resize_slot(services, args.slot, args.capacity)
    return CommandResult(
        slot,
        f"slot {slot['slot_id']} ({slot['date']} {slot['start_time'][:5]}): {slot['was']} -> {slot['capacity']} places, "
        f"{slot['booked']} booked, {slot['held']} held for the waiting list, {slot['free']} free",
    )

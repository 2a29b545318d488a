"""`hub slots`: slots are listed, made, changed, closed, opened, copied and deleted, by the same rules as the pages of administration."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.command_services import open_command_services
from hub.commands.shows import PAGE, document_of, minutes_of, organising, would

if TYPE_CHECKING:
    from hub.actions.audit.actor import Actor
    from hub.actions.venues.make_slots import MadeSlots
    from hub.actions.venues.slot_records import ClosingWay, SlotRecord
    from hub.services import Services

_EVERY_DAY = ("opens", "closes", "minutes", "capacity")


@asynccontextmanager
async def at_venue(args: Namespace) -> AsyncIterator[tuple[Services, Actor, int]]:
    """Yield the services, the actor and the venue: the named one, or the only one of the organisation."""
    if args.organisation is not None:
        async with organising(args) as (services, by):
            from hub.actions.venues.venues import venue_of

            yield services, by, await venue_of(services, by, args.venue)
        return
    async with open_command_services() as services:
        from db.organisation import working_for
        from hub.actions.audit.actor import Actor
        from hub.actions.venues.generate_slots import pick_venue

        venue = await pick_venue(services, args.venue)
        with working_for(venue["org_id"]):
            yield services, Actor(venue["org_id"], venue["id"]), venue["id"]


async def list_all(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.venues.slot_records import SlotFilter, list_slots

        wanted = SlotFilter(args.venue, args.first, args.last, args.status)
        found: list[SlotRecord] = []
        before = None
        while True:
            page = await list_slots(services, by, wanted, before=before, limit=PAGE)
            found += page.slots
            before = page.next
            if before is None:
                break
    found.reverse()
    text = "\n".join(_line(one) for one in found) or "there is no such slot"
    return CommandResult({"slots": [_document(one) for one in found]}, text)


async def generate(args: Namespace) -> CommandResult:
    given = [name for name in _EVERY_DAY if getattr(args, name) is not None]
    if given and len(given) < len(_EVERY_DAY):
        raise CommandFailed(
            "give --open, --close, --minutes and --capacity together, or none of them for the stored hours"
        )
    async with at_venue(args) as (services, by, venue_id):
        from hub.actions.venues.make_slots import Generation, generate_from_hours
        from hub.actions.venues.opening_hours import DayHours

        hours = None
        if given:
            hours = tuple(DayHours(day, args.opens, args.closes, args.minutes, args.capacity) for day in range(1, 8))
        try:
            last = args.last or args.first + timedelta(days=args.days - 1)
        except OverflowError:
            raise CommandFailed("the last day lies beyond the calendar") from None
        made = await generate_from_hours(
            services, by, Generation(args.first, last, venue_id, hours), overlap=args.overlap, dry_run=args.dry_run
        )
    return _made(args, made, first=args.first.isoformat(), days=(last - args.first).days + 1)


async def add(args: Namespace) -> CommandResult:
    async with at_venue(args) as (services, by, venue_id):
        from hub.actions.venues.make_slots import SlotDraft, add_slot

        draft = SlotDraft(args.date, args.start, args.end, args.capacity, venue_id)
        made = await add_slot(services, by, draft, overlap=args.overlap, dry_run=args.dry_run)
    return _made(args, made)


async def copy(args: Namespace) -> CommandResult:
    async with at_venue(args) as (services, by, venue_id):
        from hub.actions.venues.make_slots import copy_slots

        made = await copy_slots(
            services, by, args.source, args.targets, venue_id=venue_id, overlap=args.overlap, dry_run=args.dry_run
        )
    return _made(args, made)


async def resize(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.venues.change_slots import change_slots

        done = await change_slots(services, by, [args.slot], args.capacity, dry_run=args.dry_run)
    (slot,) = done.slots
    was = done.was[slot.slot_id]
    return CommandResult(
        {**_document(slot), "was": was, "dry_run": args.dry_run},
        f"{would(args)}slot {slot.slot_id} ({slot.date} {minutes_of(slot.start_time)}): {was} -> {counted(slot.capacity, 'space')}, "
        f"{slot.booked} booked, {slot.held} held for the waiting list, {slot.free} free",
    )


async def close(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.booking.close_slot import Closing, close_slot

        way: ClosingWay = "move" if args.move_to is not None else "choose" if args.choose else "tell"
        closing = Closing(way, args.move_to, args.message)
        done = await close_slot(services, by, args.slot, closing, version=args.version, dry_run=args.dry_run)
    fate = {"move": f"moved to slot {args.move_to}", "choose": "asked to choose another time", "tell": "told"}[way]
    people = done.concerned.people
    rest = f", {done.remaining} of them within the next minute" if done.remaining and not args.dry_run else ""
    document = {
        "slot": _document(done.slot),
        "concerned": asdict(done.concerned),
        "remaining": done.remaining,
        "dry_run": args.dry_run,
    }
    return CommandResult(
        document, f"{would(args)}slot {args.slot} closed, {counted(people, 'person', 'people')} {fate}{rest}"
    )


async def reopen(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.booking.close_slot import reopen_slot

        slot = await reopen_slot(services, by, args.slot, version=args.version, dry_run=args.dry_run)
    return CommandResult(_document(slot), f"{would(args)}slot {args.slot} open, {counted(slot.free, 'space')} free")


async def delete(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.venues.change_slots import delete_slots

        deleted = await delete_slots(services, by, args.slots, dry_run=args.dry_run)
    return CommandResult(
        {"deleted": deleted, "dry_run": args.dry_run}, f"{would(args)}{counted(deleted, 'slot')} deleted"
    )


def _made(args: Namespace, made: MadeSlots, **more: Any) -> CommandResult:
    """Return what was made as a document and in one line; a dry run tells overlaps, which otherwise are refused."""
    from hub.actions.venues.make_slots import overlap_fields

    document = {
        "venue_id": made.venue_id,
        "created": len(made.made),
        "existing": len(made.standing),
        **more,
        "slot_ids": list(made.slot_ids),
        "overlapping": [overlap_fields(one) for one in made.overlapping],
        "skipped": [asdict(one) for one in made.skipped],
        "dry_run": args.dry_run,
    }
    text = f"{would(args)}venue {made.venue_id}: {len(made.made)} slots made, {len(made.standing)} were there already"
    if made.overlapping:
        text += f", {len(made.overlapping)} overlap others"
    if made.skipped:
        text += f", {len(made.skipped)} skipped"
    return CommandResult(document_of(document), text)


def _document(slot: SlotRecord) -> dict[str, Any]:
    fields: dict[str, Any] = document_of({**asdict(slot), "available_count": slot.free})
    return fields


def _line(slot: SlotRecord) -> str:
    state = "closed" if slot.status == "CLOSED" else f"{slot.free} free"
    return (
        f"slot {slot.slot_id}: {slot.date} {minutes_of(slot.start_time)}-{minutes_of(slot.end_time)} at {slot.venue}, "
        f"{slot.booked} of {slot.capacity} booked, {slot.entered} in, {state}"
    )

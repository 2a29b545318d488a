"""`hub guests`: list, add, import and remove guests."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.shows import document_of, minutes_of, organising, would

if TYPE_CHECKING:
    from hub.rules.guest_lists import GuestDraft


async def list_guests(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.guests.guest_list import MOST, slots_of_day
        from hub.actions.guests.guest_list import list_guests as read_guests

        venue_id, day = await _day(services, by, args)
        slots = [args.slot] if args.slot else [one.slot_id for one in await slots_of_day(services, by, venue_id, day)]
        guests: list[Any] = []
        before = None
        while True:
            page = await read_guests(services, by, slots, before=before, limit=MOST)
            guests += page.guests
            before = page.next
            if before is None:
                break
    lines = [
        f"guest {one.guest_id}: {one.name}, people: {one.party}, in: {one.admitted},"
        f" {one.date} {'all day' if one.whole_day else minutes_of(one.start_time)}"
        for one in guests
    ]
    return CommandResult({"guests": document_of(guests)}, "\n".join(lines) or "nobody is on the list")


async def add_guest(args: Namespace) -> CommandResult:
    from hub.rules.guest_lists import GuestDraft

    return await _add(args, [GuestDraft(args.name, args.party, args.note, args.email)])


async def import_guests(args: Namespace) -> CommandResult:
    from hub.actions.guests.add_guests import read_guest_list
    from hub.text.file_encoding import decode_file

    try:
        content = Path(args.file).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {args.file}: {error.strerror}") from error
    return await _add(args, read_guest_list(decode_file(content, args.encoding)[1]))


async def remove_guest(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.guests.change_guest import remove_guest as remove

        guest = await remove(services, by, args.guest, dry_run=args.dry_run)
    return CommandResult(document_of(guest), f"{would(args)}{guest.name} is off the list")


async def _add(args: Namespace, drafts: list[GuestDraft]) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.guests.add_guests import GuestPlace, add_guests

        venue_id, day = await _day(services, by, args)
        place = GuestPlace(args.slot) if args.slot else GuestPlace(venue_id=venue_id, day=day)
        added = await add_guests(
            services,
            by,
            place,
            drafts,
            counts=not args.extra,
            invite=args.invite,
            again=args.again,
            dry_run=args.dry_run,
        )
    text = f"{would(args)}{counted(added.people, 'person', 'people')} added"
    return CommandResult(
        document_of(added), text + (f"; on the list already: {', '.join(added.skipped)}" if added.skipped else "")
    )


async def _day(services: Any, by: Any, args: Namespace) -> tuple[int, Any]:
    """Return the venue and the day that the arguments name; today without one."""
    from hub.actions.venues.venues import venue_of
    from hub.rules.venue_day import today

    venue = await services.venues.read(by.org_id, await venue_of(services, by, args.venue))
    return venue.id, args.date or today(services.clock.now(), venue.zone)

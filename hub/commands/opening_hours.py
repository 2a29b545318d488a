"""`hub slots hours` and `hub slots closed-days`: the regular week of a venue, and the days that differ from it."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import PAGE, document_of, minutes_of, organising, would
from hub.commands.slots import at_venue

if TYPE_CHECKING:
    from hub.actions.venues.closed_days import AddedDays, ClosedDay

_NAMES = ("", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def hours(args: Namespace) -> CommandResult:
    """Show the week, or replace it with `--set` rows, or with none at all by `--clear`."""
    rows: list[dict[str, Any]] = args.rows or []
    if args.clear and rows:
        raise CommandFailed("give either --set or --clear")
    if any(not row["weekdays"] for row in rows):
        raise CommandFailed("each --set begins with its days, such as tue-sun,10:00-18:00,30,50")
    async with at_venue(args) as (services, by, venue_id):
        from hub.actions.venues.opening_hours import DayHours, change_week, read_week

        if rows or args.clear:
            wanted = [
                DayHours(day, row["opens"], row["closes"], row["minutes"], row["capacity"]) for row in rows for day in row["weekdays"]
            ]  # fmt: skip
            week = await change_week(services, by, venue_id, wanted, version=args.version, dry_run=args.dry_run)
        else:
            week = await read_week(services, by, venue_id)
    text = [
        f"{_NAMES[one.weekday]} {minutes_of(one.opens)}-{minutes_of(one.closes)}, every {one.minutes} minutes, {one.capacity} spaces"
        for one in week.hours
    ]
    return CommandResult(document_of(week), "\n".join(text) or f"venue {venue_id} has no opening hours")


async def list_closed_days(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.venues.closed_days import list_closed_days as read_closed_days

        found: list[ClosedDay] = []
        after = None
        while True:
            page = await read_closed_days(
                services, by, venue_id=args.venue, first=args.first, last=args.last, after=after, limit=PAGE
            )
            found += page.closed_days
            after = page.next
            if after is None:
                break
    text = [
        f"closed day {one.closed_day_id}: {one.date} at {one.venue}, {one.name or 'no name'}, "
        + (", ".join(f"{minutes_of(span.opens)}-{minutes_of(span.closes)}" for span in one.hours) or "closed")
        for one in found
    ]
    return CommandResult({"closed_days": document_of(found)}, "\n".join(text) or "there is no closed day")


async def add_closed_days(args: Namespace) -> CommandResult:
    rows: list[dict[str, Any]] = args.hours or []
    if any(row["weekdays"] for row in rows):
        raise CommandFailed("--hours has no days of the week, such as 10:00-14:00,30,50")
    async with at_venue(args) as (services, by, venue_id):
        from hub.actions.venues.closed_days import add_closed_days as add
        from hub.rules.opening_hours import Hours

        own = [Hours(row["opens"], row["closes"], row["minutes"], row["capacity"]) for row in rows]
        added = await add(services, by, args.dates, venue_id=venue_id, name=args.name, hours=own, dry_run=args.dry_run)
    return _added(args, added)


async def import_closed_days(args: Namespace) -> CommandResult:
    try:
        content = Path(args.file).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {args.file}: {error.strerror}") from error
    async with at_venue(args) as (services, by, venue_id):
        from hub.actions.venues.closed_days import import_closed_days as read_file

        added = await read_file(services, by, content, venue_id=venue_id, dry_run=args.dry_run)
    return _added(args, added)


async def delete_closed_day(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.venues.closed_days import delete_closed_day as delete

        await delete(services, by, args.closed_day, version=args.version, dry_run=args.dry_run)
    document = {"closed_day_id": args.closed_day, "deleted": not args.dry_run}
    return CommandResult(document, f"{would(args)}closed day {args.closed_day} deleted")


def _added(args: Namespace, added: AddedDays) -> CommandResult:
    lines = [f"{would(args)}{len(added.added)} days added, {len(added.existing)} were there already"]
    lines += [f"left out: {one.name or 'an event without a name'} {one.reason}" for one in added.left_out]
    return CommandResult(document_of({**asdict(added), "dry_run": args.dry_run}), "\n".join(lines))

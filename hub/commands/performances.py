"""`hub shows performances`: performances are listed, made, changed, cancelled, moved and deleted."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.shows import PAGE, document_of, minutes_of, organising, would

if TYPE_CHECKING:
    from hub.actions.shows.performance_records import Concerned, PerformanceRecord
    from hub.rules.performance_plan import Overlap


async def list_performances(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.performance_records import PerformanceFilter
        from hub.actions.shows.performance_records import list_performances as read_performances

        wanted = PerformanceFilter(args.venue, args.show, args.room, args.first, args.last)
        found: list[PerformanceRecord] = []
        before = None
        while True:
            page = await read_performances(services, by, wanted, before=before, limit=PAGE)
            found += page.performances
            before = page.next
            if before is None:
                break
    found.reverse()
    text = "\n".join(_line(one) for one in found) or "there is no such performance"
    return CommandResult({"performances": [_document(one) for one in found]}, text)


async def add_performance(args: Namespace) -> CommandResult:
    from hub.rules.performance_plan import Run

    return await _add(args, Run((args.start,), dates=(args.date,)))


async def add_run(args: Namespace) -> CommandResult:
    from hub.rules.performance_plan import Run

    run = Run(
        tuple(args.times), args.first, args.last, tuple(args.weekdays), tuple(args.except_dates), tuple(args.dates)
    )
    return await _add(args, run)


async def _add(args: Namespace, run: Any) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.add_performances import PerformanceSettings, RunDraft, overlap_fields
        from hub.actions.shows.add_performances import add_run as add

        settings = PerformanceSettings(
            args.additional_seats or 0, args.occupied_seats or 0, args.booking_opens, None, args.booking_closes_minutes,
            False, args.check_in_opens, args.check_in_closes, args.largest_party,
        )  # fmt: skip
        draft = RunDraft(args.show, args.room, run, args.minutes, settings)
        made = await add(services, by, draft, overlap=args.overlap, dry_run=args.dry_run)
    document = {
        "performances": document_of(made.performances),
        "skipped": document_of(made.skipped),
        "overlaps": [overlap_fields(one) for one in made.overlaps],
        "dry_run": args.dry_run,
    }
    causes = {"no_such_time": "clocks skip this time", "past": "past", "exists": "there already"}
    text = [f"{would(args)}{len(made.performances)} performances made, {len(made.skipped)} skipped"]
    text += [f"{'-' if one.performance_id is None else one.performance_id}: {one.date} {minutes_of(one.start_time)}-{minutes_of(one.end_time)}, "
             f"{one.capacity} seats" for one in made.performances]  # fmt: skip
    text += [f"skipped: {one.date} {minutes_of(one.start_time)} ({causes[one.cause]})" for one in made.skipped]
    return CommandResult(document, "\n".join([*text, *_overlap_lines(made.overlaps)]))


async def change_performance(args: Namespace) -> CommandResult:
    given = {
        "additional_seats": args.additional_seats, "occupied_seats": args.occupied_seats, "booking_opens_at": args.booking_opens,
        "booking_closes_at": args.booking_closes, "booking_closed": {"open": False, "closed": True, None: None}[args.booking],
        "check_in_opens_minutes": args.check_in_opens, "check_in_closes_minutes": args.check_in_closes,
        "largest_party": args.largest_party,
    }  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise CommandFailed("say what changes, e.g. --additional-seats")
    async with organising(args) as (services, by):
        from hub.actions.shows.performances import change_performance as change

        one = await change(services, by, args.performance, changes, version=args.version, dry_run=args.dry_run)
    return CommandResult(_document(one), would(args) + _line(one))


async def delete_performance(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.performances import delete_performance as delete

        await delete(services, by, args.performance, version=args.version, dry_run=args.dry_run)
    document = {"performance_id": args.performance, "deleted": not args.dry_run}
    return CommandResult(document, f"{would(args)}performance {args.performance} deleted")


async def cancel_performance(args: Namespace) -> CommandResult:
    """Cancel it and end all of its bookings, in as many batches as it takes."""
    async with organising(args) as (services, by):
        from hub.actions.shows.close_performance import cancel_performance as cancel

        done = await cancel(
            services, by, args.performance, message=args.message, version=args.version, dry_run=args.dry_run
        )
        ended = done.ended
        while done.remaining and not args.dry_run:
            again = await cancel(services, by, args.performance)
            if not again.ended:
                break
            ended, done = ended + again.ended, again
    document = {"performance": _document(done.performance), "concerned": _concerned(done.concerned), "ended": ended,
                "remaining": done.remaining, "dry_run": args.dry_run}  # fmt: skip
    so_far = f"{counted(done.remaining, 'booking')} to end" if args.dry_run else f"{counted(ended, 'booking')} ended"
    return CommandResult(document, f"{would(args)}{_line(done.performance)}; {so_far}; {_concern_line(done.concerned)}")


async def move_performance(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.add_performances import overlap_fields
        from hub.actions.shows.move_performance import Move, notify_moved
        from hub.actions.shows.move_performance import move_performance as move

        done = await move(
            services, by, args.performance, Move(args.date, args.start, args.room, args.minutes), message=args.message,
            overlap=args.overlap, version=args.version, dry_run=args.dry_run,
        )  # fmt: skip
        notified = done.notified
        while not args.dry_run and (more := await notify_moved(services, by.org_id, args.performance)):
            notified += more
    remaining = done.remaining if args.dry_run else 0
    document = {"performance": _document(done.performance), "concerned": _concerned(done.concerned), "notified": notified,
                "remaining": remaining, "overlaps": [overlap_fields(one) for one in done.overlaps],
                "dry_run": args.dry_run}  # fmt: skip
    so_far = (
        f"{counted(remaining, 'booking')} to write to" if args.dry_run else f"{counted(notified, 'booking')} written to"
    )
    text = f"{would(args)}{_line(done.performance)}; {so_far}; {_concern_line(done.concerned)}"
    return CommandResult(document, "\n".join([text, *_overlap_lines(done.overlaps)]))


# ---- As text


def _document(one: PerformanceRecord) -> dict[str, Any]:
    return {**document_of(one), "available_count": one.free}


def _line(one: PerformanceRecord) -> str:
    state = (
        "cancelled" if one.status == "CANCELLED" else f"{one.booked} of {one.capacity} seats booked, {one.free} free"
    )
    held = f", {one.held} held for the waiting list" if one.held else ""
    return f"performance {one.performance_id}: {one.title}, {one.date} {minutes_of(one.start_time)}-{minutes_of(one.end_time)}, {one.room}: {state}{held}"


def _concerned(concerned: Concerned) -> dict[str, Any]:
    fields: dict[str, Any] = document_of(concerned)
    fields["first"] = fields.pop("named")
    return fields


def _concern_line(concerned: Concerned) -> str:
    return (
        f"{counted(concerned.bookings, 'booking')} for {counted(concerned.people, 'person', 'people')}, {counted(concerned.pending, 'request')}, "
        f"{concerned.waiting} on the waiting list, {counted(concerned.admitted, 'person', 'people')} in"
    )


def _overlap_lines(overlaps: Iterable[Overlap]) -> list[str]:
    return [
        f"overlaps: {one.planned.date} {minutes_of(one.planned.start_time)} with {one.played.title or 'this run'} at {minutes_of(one.played.start_time)}"
        for one in overlaps
    ]

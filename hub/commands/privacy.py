"""`hub privacy`: how long personal data is kept, and one person's data exported or erased."""

from __future__ import annotations

from argparse import Namespace

from hub.commands.command_result import CommandResult, counted
from hub.commands.shows import document_of, organising, would


async def export_person(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.privacy.persons import export_person as export

        data = await export(services, by, args.address)
    lines = [f"{table}: {row}" for table, rows in data.items() for row in rows]
    return CommandResult(data, "\n".join(lines))


async def erase_person(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.privacy.persons import erase_person as erase

        erased = await erase(services, by, args.address, cancel=args.cancel, dry_run=args.dry_run)
    document = {**document_of(erased), "dry_run": args.dry_run}
    return CommandResult(
        document, f"{would(args)}{counted(erased.rows, 'row')} erased, {counted(erased.cancelled, 'visit')} cancelled"
    )


async def retention(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.privacy.retention import read_retention, set_retention

        if args.days is None and not args.for_ever:
            kept = await read_retention(services, by)
        else:
            kept = await set_retention(services, by, args.days, dry_run=args.dry_run)
    days = "for ever" if kept.retention_days is None else f"for {kept.retention_days} days after the visit"
    return CommandResult(
        document_of(kept), f"{would(args)}contact data is kept {days}; due now: {counted(kept.due, 'person', 'people')}"
    )

"""`hub shows` and `hub shows rooms`: shows and their rooms, by the same rules as the pages of administration."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.command_services import open_command_services
from hub.commands.image_file import read_image
from hub.rules.timestamps import rfc3339

if TYPE_CHECKING:
    from hub.actions.audit.actor import Actor
    from hub.actions.shows.rooms import Room
    from hub.actions.shows.shows import ShowRecord
    from hub.services import Services

PAGE = 200


@asynccontextmanager
async def organising(args: Namespace) -> AsyncIterator[tuple[Services, Actor]]:
    """Yield the services with the organiser of the named organisation, or the only one."""
    async with open_command_services() as services:
        from db.organisation import working_for
        from hub.actions.audit.actor import Actor
        from hub.actions.venues.organisations import resolve_org

        org_id = await resolve_org(services, args.organisation)
        with working_for(org_id):
            yield services, Actor(org_id)


# ---- Rooms


async def list_rooms(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.rooms import list_rooms as read_rooms

        rooms: list[Room] = []
        before = None
        while True:
            page = await read_rooms(services, by, venue_id=args.venue, before=before, limit=PAGE)
            rooms += page.rooms
            before = page.next
            if before is None:
                break
    text = [f"room {one.room_id}: {one.name} at {one.venue}, {counted(one.capacity, 'seat')}, {counted(one.performances_to_come, 'performance')} to come"
            for one in rooms]  # fmt: skip
    return CommandResult({"rooms": document_of(rooms)}, "\n".join(text) or "there is no room yet")


async def add_room(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.rooms import RoomDraft
        from hub.actions.shows.rooms import add_room as add

        draft = RoomDraft(args.name, args.capacity, args.accessibility or "", args.venue)
        room = await add(services, by, draft, dry_run=args.dry_run)
    return CommandResult(
        document_of(room),
        f"{would(args)}room {room.room_id}: {room.name} at {room.venue}, {counted(room.capacity, 'seat')}",
    )


async def change_room(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.rooms import RoomChange
        from hub.actions.shows.rooms import change_room as change

        done = await change(
            services, by, args.room, RoomChange(args.name, args.capacity, args.accessibility), version=args.version, dry_run=args.dry_run
        )  # fmt: skip
    text = [f"{would(args)}room {args.room}: {done.room.name}, {counted(done.room.capacity, 'seat')}"]
    text += [
        f"{one.date} {minutes_of(one.start_time)} {one.title}: {one.was} -> {one.capacity} seats"
        for one in done.resized
    ]
    document = {
        "room": document_of(done.room),
        "performances": document_of(done.resized),
        "dry_run": args.dry_run,
    }
    return CommandResult(document, "\n".join(text))


async def delete_room(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.rooms import delete_room as delete

        await delete(services, by, args.room, version=args.version, dry_run=args.dry_run)
    return CommandResult({"room_id": args.room, "deleted": not args.dry_run}, f"{would(args)}room {args.room} deleted")


# ---- Shows


async def list_shows(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.shows import list_shows as read_shows

        shows: list[ShowRecord] = []
        before = None
        while True:
            page = await read_shows(services, by, venue_id=args.venue, status=args.status, before=before, limit=PAGE)
            shows += page.shows
            before = page.next
            if before is None:
                break
    text = [f"show {one.show_id}: {one.title} ({one.status}) at {one.venue}, {one.performances_to_come} performances to come"
            for one in shows]  # fmt: skip
    return CommandResult({"shows": document_of(shows)}, "\n".join(text) or "there is no show yet")


async def add_show(args: Namespace) -> CommandResult:
    from hub.actions.shows.shows import ShowDraft

    fields = _show_fields(args)
    fields = {name: value for name, value in fields.items() if value is not None}
    async with organising(args) as (services, by):
        from hub.actions.shows.shows import add_show as add

        show = await add(services, by, ShowDraft(**fields, venue_id=args.venue), dry_run=args.dry_run)
    return CommandResult(document_of(show), f"{would(args)}show {show.show_id}: {show.title} ({show.status})")


async def change_show(args: Namespace) -> CommandResult:
    changes = {name: value for name, value in _show_fields(args).items() if value is not None}
    if not changes and args.poster is None:
        raise CommandFailed("say what changes, e.g. --title")
    async with organising(args) as (services, by):
        show = await _write_show(args, services, by, changes)
        if args.poster is not None and not args.dry_run:
            from hub.actions.shows.posters import set_poster

            show = await set_poster(services, by, args.show, read_image(args.poster))
    return CommandResult(document_of(show), f"{would(args)}show {show.show_id}: {show.title} ({show.status})")


async def publish_show(args: Namespace) -> CommandResult:
    return await _set_status(args, "PUBLISHED")


async def archive_show(args: Namespace) -> CommandResult:
    return await _set_status(args, "ARCHIVED")


async def delete_show(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.shows.shows import delete_show as delete

        await delete(services, by, args.show, version=args.version, dry_run=args.dry_run)
    return CommandResult({"show_id": args.show, "deleted": not args.dry_run}, f"{would(args)}show {args.show} deleted")


async def _set_status(args: Namespace, status: str) -> CommandResult:
    async with organising(args) as (services, by):
        show = await _write_show(args, services, by, {"status": status})
    return CommandResult(document_of(show), f"{would(args)}show {show.show_id}: {show.title} ({show.status})")


async def _write_show(args: Namespace, services: Services, by: Actor, changes: dict[str, Any]) -> Any:
    from hub.actions.shows.shows import change_show as change

    return await change(services, by, args.show, changes, version=args.version, dry_run=args.dry_run)


def _show_fields(args: Namespace) -> dict[str, Any]:
    """Return the fields of a show among the arguments. The description is read from its file."""
    description = None
    if args.description is not None:
        try:
            description = Path(args.description).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandFailed(f"cannot read {args.description}: {error}") from error
    return {
        "title": args.title, "subtitle": args.subtitle, "description": description, "duration_minutes": args.minutes,
        "spoken_language": args.spoken_language, "minimum_age": args.minimum_age, "accessibility": args.accessibility,
        "consent": args.consent, "largest_party": args.largest_party,
    }  # fmt: skip


# ---- As a document and as text


def document_of(value: Any) -> Any:
    """Return a record, or a list or dictionary of them, for JSON: moments as RFC 3339 in UTC, as the API has them."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, dict):
        return {name: document_of(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [document_of(part) for part in value]
    return document_of(asdict(value)) if is_dataclass(value) and not isinstance(value, type) else value


def would(args: Namespace) -> str:
    return "dry run: " if args.dry_run else ""


def minutes_of(moment: time) -> str:
    return moment.isoformat("minutes")

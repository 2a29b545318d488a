"""`hub staff`: who may sign in, where and when. A secret is read from standard input, so that no process list shows it."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any, cast

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.command_services import open_command_services
from hub.commands.shows import PAGE, document_of, organising, would
from hub.rules.timestamps import rfc3339

if TYPE_CHECKING:
    from hub.actions.staff.people import Person, PersonStatus


async def add(args: Namespace) -> CommandResult:
    secret = _read_secret(args)
    async with open_command_services() as services:
        from hub.actions.staff.accounts import add_staff
        from hub.actions.venues.organisations import find_org

        org_id = await find_org(services, args.organisation)
        added = await add_staff(
            services,
            org_id=org_id,
            venue_id=args.venue,
            username=args.username,
            name=args.name,
            role=args.role.upper(),
            password=None if args.pin_stdin else secret,
            pin=secret if args.pin_stdin else None,
            weak_pin=args.weak_pin,
        )
    return CommandResult(added, f"{added['username']} may sign in as {args.role} (id {added['staff_id']})")


async def list_people(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.people import PeopleFilter
        from hub.actions.staff.people import list_people as read_people

        status = cast("PersonStatus | None", args.status and args.status.upper())
        wanted = PeopleFilter(args.search, args.role and args.role.upper(), args.venue, status)
        found: list[Person] = []
        before = None
        while True:
            page = await read_people(services, by, wanted, before=before, limit=PAGE)
            found += page.people
            before = page.next
            if before is None:
                break
    text = "\n".join(_line(one) for one in found)
    return CommandResult({"staff": document_of(found)}, text or "nobody matches")


async def invite(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.add_people import NewSecret, add_person
        from hub.actions.staff.links import invite_again
        from hub.actions.staff.people import id_of_username

        if args.again:
            staff_id = await id_of_username(services, by.org_id, args.username)
            person = await invite_again(services, by, staff_id, dry_run=args.dry_run)
        else:
            fields = _fields(args)
            missing = [name for name in ("name", "role", "email") if not fields.get(name)]
            if missing:
                raise CommandFailed(f"give --{missing[0]}")
            given = {"username": args.username, **fields}
            person = await add_person(services, by, given, NewSecret(invited=True), dry_run=args.dry_run)
    return CommandResult(document_of(person), f"{would(args)}an invitation to {person.username} goes to {person.email}")


async def change(args: Namespace) -> CommandResult:
    changes = _fields(args)
    if args.new_username is not None:
        changes["username"] = args.new_username
    if not changes:
        raise CommandFailed("say what changes, e.g. --role")
    async with organising(args) as (services, by):
        from hub.actions.staff.change_people import change_person
        from hub.actions.staff.people import id_of_username

        staff_id = await id_of_username(services, by.org_id, args.username)
        person = await change_person(services, by, staff_id, changes, version=args.version, dry_run=args.dry_run)
    return CommandResult(document_of(person), would(args) + _line(person))


async def disable(args: Namespace) -> CommandResult:
    return await _set_enabled(args, enabled=False)


async def enable(args: Namespace) -> CommandResult:
    return await _set_enabled(args, enabled=True)


async def reset(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.links import send_reset
        from hub.actions.staff.own_account import reset_pin
        from hub.actions.staff.people import id_of_username

        staff_id = await id_of_username(services, by.org_id, args.username)
        if args.pin:
            person, pin = await reset_pin(services, by, staff_id)
            return CommandResult(
                {"staff_id": staff_id, "pin": pin}, f"the new PIN of {person.username}, shown this once: {pin}"
            )
        person = await send_reset(services, by, staff_id)
    return CommandResult({"staff_id": staff_id, "sent_to": person.email}, f"a link goes to {person.email}")


async def secret(args: Namespace) -> CommandResult:
    given = _read_secret(args)
    async with organising(args) as (services, by):
        from hub.actions.staff.own_account import set_secret
        from hub.actions.staff.people import id_of_username

        staff_id = await id_of_username(services, by.org_id, args.username)
        password, pin = (None, given) if args.pin_stdin else (given, None)
        person = await set_secret(services, by, staff_id, password=password, pin=pin, dry_run=args.dry_run)
    what = "PIN" if args.pin_stdin else "password"
    return CommandResult(document_of(person), f"{would(args)}the {what} of {person.username} set, their sessions ended")


async def sessions(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.people import id_of_username
        from hub.actions.staff.sessions import end_session, list_sessions

        staff_id = await id_of_username(services, by.org_id, args.username)
        if args.end is not None:
            await end_session(services, by, staff_id, args.end)
            return CommandResult({"ended": 1}, f"session {args.end} has ended")
        found = await list_sessions(services, by, staff_id)
    text = "\n".join(
        f"session {one.session_id}: {one.device or 'unknown device'} at {one.client_ip}, since {rfc3339(one.signed_in_at)},"
        f" last seen {rfc3339(one.last_seen_at)}"
        for one in found
    )
    return CommandResult({"sessions": document_of(found)}, text or "no session")


async def _set_enabled(args: Namespace, *, enabled: bool) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.change_people import set_enabled
        from hub.actions.staff.people import id_of_username

        staff_id = await id_of_username(services, by.org_id, args.username)
        person = await set_enabled(services, by, staff_id, enabled=enabled, dry_run=args.dry_run)
    return CommandResult(document_of(person), would(args) + _line(person))


def _read_secret(args: Namespace) -> str:
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise CommandFailed("standard input held no " + ("PIN" if args.pin_stdin else "password"))
    return given


def _fields(args: Namespace) -> dict[str, Any]:
    """Return the fields among the arguments that were given."""
    from hub.rules.staff_scope import Shift

    given = {
        "name": args.name, "role": args.role and args.role.upper(), "email": args.email, "venue_ids": args.venues,
        "gate_ids": args.gates, "valid_from": args.valid_from, "valid_until": args.valid_until,
        "shifts": None if args.shifts is None else [Shift(*one) for one in args.shifts],
    }  # fmt: skip
    return {name: None if value == "never" else value for name, value in given.items() if value is not None}


def _line(person: Person) -> str:
    limits = [
        *([f"venues {', '.join(map(str, person.venue_ids))}"] if person.venue_ids else []),
        *([f"gates {', '.join(person.gates)}"] if person.gate_ids else []),
        *([f"until {rfc3339(person.valid_until)}"] if person.valid_until else []),
        *([f"{len(person.shifts)} shifts"] if person.shifts else []),
    ]
    where = "; ".join(limits) or "everywhere"
    return f"{person.username} (id {person.staff_id}): {person.name}, {person.role.lower()}, {person.status.lower()}, {where}"

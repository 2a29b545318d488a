"""`hub reservations`: find, show, move, cancel and correct reservations, and write to everybody of a slot."""

from __future__ import annotations

from argparse import Namespace
from typing import Any
from uuid import uuid4

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.shows import document_of, minutes_of, organising, would


async def list_reservations(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.booking.find_reservations import MOST, ReservationQuery, find_reservations

        query = ReservationQuery(args.text, args.status, args.date, args.slot, args.venue, args.product, args.channel)
        found: list[Any] = []
        before, capped = None, False
        while len(found) < args.limit:
            page = await find_reservations(services, by, query, before=before, limit=min(MOST, args.limit - len(found)))
            found += page.reservations
            before, capped = page.next, capped or page.capped
            if before is None:
                break
    document = {"reservations": document_of(found), "next": before, "capped": capped}
    return CommandResult(document, "\n".join(map(_line, found)) or "no reservation matches")


async def show_reservation(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.booking.find_reservations import read_found_reservation

        found = await read_found_reservation(services, by, args.reservation)
    return CommandResult(document_of(found), _line(found))


async def cancel_reservation(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.booking.cancel import cancel_reservation as cancel
        from hub.actions.booking.find_reservations import read_found_reservation

        await cancel(services, args.reservation, token=None, identity=None, by=by)
        found = await read_found_reservation(services, by, args.reservation)
    return CommandResult(document_of(found), _line(found))


async def move_reservation(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.booking.availability import Availability
        from hub.actions.booking.find_reservations import read_found_reservation
        from hub.actions.booking.move import move_reservation as move
        from hub.actions.shows.read_shows import other_performances

        await move(
            services, Availability(services), other_performances(services), args.reservation, args.slot, token=None, identity=None,
            whole_party=args.party, by=by,
        )  # fmt: skip
        found = await read_found_reservation(services, by, args.reservation)
    return CommandResult(document_of(found), _line(found))


async def resend_reservation(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.booking.correct_contact import resend_confirmation

        found = await resend_confirmation(services, by, args.reservation)
    return CommandResult(document_of(found), f"the confirmation is on its way again: {_line(found)}")


async def correct_contact(args: Namespace) -> CommandResult:
    if args.email is None and args.phone is None:
        raise CommandFailed("say what changes, e.g. --email")
    async with organising(args) as (services, by):
        from hub.actions.booking.correct_contact import correct_contact as correct

        found = await correct(services, by, args.reservation, email=args.email, phone=args.phone)
    return CommandResult(document_of(found), _line(found))


async def message(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.messaging.slot_messages import message_slot, queue_message, read_message

        sent = await message_slot(services, by, args.slot, args.text, uuid4(), dry_run=args.dry_run)
        while not args.dry_run and sent.finished_at is None:
            await queue_message(services, by.org_id, sent.message_id)
            sent = await read_message(services, by, sent.message_id)
    return CommandResult(document_of(sent), f"{would(args)}{counted(sent.queued, 'email')} queued")


def _line(one: Any) -> str:
    name = one.name or one.email or "(no name)"
    when = "all day" if one.whole_day else minutes_of(one.start_time)
    return f"reservation {one.reservation_id}: {one.date} {when}, {name}, people: {one.places}, {one.status}"

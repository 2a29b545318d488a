"""`hub devices`: enrolled scanners, by the same rules as the page of administration."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import document_of, organising, would

if TYPE_CHECKING:
    from hub.actions.audit.actor import Actor
    from hub.actions.staff.scanners import OpenEnrolment, ScannerRecord
    from hub.services import Services

PAGE = 200


async def list_devices(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.scanners import list_scanners

        found: list[ScannerRecord] = []
        before = None
        while True:
            page = await list_scanners(services, by, venue_id=args.venue, ended=args.revoked, before=before, limit=PAGE)
            found += page.scanners
            before = page.next
            if before is None:
                break
    text = "\n".join(_line(one) for one in found)
    return CommandResult({"devices": document_of(found)}, text or "there is no such scanner")


async def enrol(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.scanners import ScannerDraft, add_scanner

        draft = ScannerDraft(args.name, args.gate, args.mode or "both", args.venue)
        opened = await add_scanner(services, by, draft, dry_run=args.dry_run)
        return _opened(args, services, opened)


async def renew_code(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.staff.scanners import renew_code as renew

        opened = await renew(services, by, args.device, version=args.version, dry_run=args.dry_run)
        return _opened(args, services, opened)


async def change(args: Namespace) -> CommandResult:
    if args.name is None and args.gate is None and args.mode is None and args.venue is None:
        raise CommandFailed("say what changes, e.g. --gate")
    async with _changing(args) as (services, by, how):
        from hub.actions.staff.scanners import ScannerChange, change_scanner

        changes = ScannerChange(args.name, args.gate, args.mode, args.venue)
        return _changed(args, await change_scanner(services, by, args.device, changes, **how))


async def revoke(args: Namespace) -> CommandResult:
    async with _changing(args) as (services, by, how):
        from hub.actions.staff.scanners import revoke_scanner

        return _changed(args, await revoke_scanner(services, by, args.device, **how))


async def wipe(args: Namespace) -> CommandResult:
    async with _changing(args) as (services, by, how):
        from hub.actions.staff.scanners import wipe_scanner

        wanted: Any = "now" if args.now else "after_sync"
        return _changed(args, await wipe_scanner(services, by, args.device, wipe=wanted, **how))


@asynccontextmanager
async def _changing(args: Namespace) -> AsyncIterator[tuple[Services, Actor, dict[str, Any]]]:
    async with organising(args) as (services, by):
        yield services, by, {"version": args.version, "dry_run": args.dry_run}


def _opened(args: Namespace, services: Services, opened: OpenEnrolment) -> CommandResult:
    from hub.rules.scanners import shown_enrolment_code
    from web.enrolment import enrolment_url

    code, url = shown_enrolment_code(opened.code), enrolment_url(services.settings, opened.code)
    document = {"device": document_of(opened.scanner), "code": code, "url": url, "dry_run": args.dry_run}
    text = f"{would(args)}{_line(opened.scanner)}\non it, open {url} within 15 minutes; the code works once: {code}"
    return CommandResult(document, text)


def _changed(args: Namespace, scanner: ScannerRecord) -> CommandResult:
    return CommandResult({"device": document_of(scanner), "dry_run": args.dry_run}, f"{would(args)}{_line(scanner)}")


def _line(one: ScannerRecord) -> str:
    state = "connected" if one.presence is not None and one.presence.live else one.state.replace("_", " ")
    place = f"gate {one.gate}" if one.gate else "no gate"
    return f"device {one.scanner_id}: {one.name} at {one.venue}, {place}, {one.mode}, {state}"

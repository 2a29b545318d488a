"""`hub organisations`: list and rename the organisations of this hub, and add one with its first administrator."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from hub.commands.command_result import CommandFailed, CommandResult, counted
from hub.commands.command_services import open_command_services
from hub.commands.shows import PAGE, document_of, would

if TYPE_CHECKING:
    from hub.actions.staff.organisation_records import OrganisationRecord


async def list_organisations(args: Namespace) -> CommandResult:
    del args
    async with open_command_services(found_venue=False) as services:
        from hub.actions.staff.organisation_records import list_organisations as read_organisations

        found: list[OrganisationRecord] = []
        before = None
        while True:
            page = await read_organisations(services, before=before, limit=PAGE)
            found += page.organisations
            before = page.next
            if before is None:
                break
    text = "\n".join(_text(one) for one in found)
    return CommandResult({"organisations": document_of(found)}, text or "there is no organisation yet")


async def add_organisation(args: Namespace) -> CommandResult:
    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else None
    if args.password_stdin and not password:
        raise CommandFailed("standard input held no password")
    async with open_command_services(found_venue=False) as services:
        from hub.actions.staff.organisation_records import OrganisationDraft
        from hub.actions.staff.organisation_records import add_organisation as add

        draft = OrganisationDraft(
            args.name, args.administrator, args.administrator_name or args.administrator, args.slug, password
        )
        added = await add(services, None, draft, dry_run=args.dry_run)
    note = (
        f"\n{added.username} may sign in with the password, shown this once: {added.password}" if added.password else ""
    )
    return CommandResult(document_of(added), f"{would(args)}{_text(added.organisation)}{note}")


async def change_organisation(args: Namespace) -> CommandResult:
    async with open_command_services(found_venue=False) as services:
        from hub.actions.staff.organisation_records import change_organisation as change
        from hub.actions.venues.organisations import find_org

        org_id = await find_org(services, args.organisation)
        changed = await change(
            services, None, org_id, name=args.name, slug=args.slug, version=args.version, dry_run=args.dry_run
        )
    return CommandResult(document_of(changed), f"{would(args)}{_text(changed)}")


def _text(one: OrganisationRecord) -> str:
    return f"organisation {one.organisation_id}: {one.name} ({one.slug}), {counted(one.venues, 'venue')}, {counted(one.staff, 'person', 'people')}"

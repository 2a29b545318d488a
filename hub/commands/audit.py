"""`hub audit list`: the log of changes, by the same filters as the page of administration."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import document_of, organising

if TYPE_CHECKING:
    from hub.actions.audit.log import AuditEntry


async def list_changes(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.audit.log import KINDS, AuditFilter, every_entry
        from hub.rules.audit_actions import AuditAction
        from hub.text.audit_sentences import sentence_of
        from hub.text.languages import DEFAULT

        for name, given, known in (("kind", args.kind, KINDS), ("action", args.action, tuple(AuditAction))):
            if given is not None and given not in known:
                raise CommandFailed(f"--{name} is one of {', '.join(known)}")
        zone = await services.venues.zone(by.org_id)
        wanted = AuditFilter(
            args.first, args.last, args.staff, args.action, args.kind, args.subject, args.source, args.venue, args.search
        )  # fmt: skip
        entries: list[AuditEntry] = []
        async for page in every_entry(services, by, zone, wanted):
            entries += page
            if len(entries) >= args.limit:
                break
        entries = entries[: args.limit]
        text = [
            f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S} {one.staff_name or one.source}: {sentence_of(one.action, DEFAULT)}"
            f" {one.subject_id} {_difference(one)}".rstrip()
            for one in entries
        ]
    return CommandResult({"entries": document_of(entries)}, "\n".join(text) or "no change matches")


def _difference(entry: AuditEntry) -> str:
    before, after = entry.before or {}, entry.after or {}
    names = dict.fromkeys([*before, *after])
    return ", ".join(f"{name}: {before.get(name)!r} -> {after.get(name)!r}" for name in names)

"""`hub keys`: API keys of shops and other systems, by the same rules as the page of administration."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import PAGE, document_of, organising, would

if TYPE_CHECKING:
    from hub.actions.integration.api_keys import ApiKeyRecord


async def list_all(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.integration.api_keys import list_keys

        found: list[ApiKeyRecord] = []
        before = None
        while True:
            page = await list_keys(services, by, before=before, limit=PAGE)
            found += page.api_keys
            before = page.next
            if before is None:
                break
    return CommandResult(
        {"api_keys": document_of(found)}, "\n".join(_line(one) for one in found) or "there is no key yet"
    )


async def add(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.integration.api_keys import ApiKeyFields, add_key

        fields = ApiKeyFields(args.name, tuple(args.scopes), tuple(args.venues or ()), args.rate)
        made = await add_key(services, by, fields, dry_run=args.dry_run)
    text = [f"{would(args)}{_line(made.record)}", *([f"the key, shown this once: {made.key}"] if made.key else [])]
    return CommandResult({**document_of(made.record), "key": made.key}, "\n".join(text))


async def change(args: Namespace) -> CommandResult:
    given = {"name": args.name, "scopes": args.scopes, "venue_ids": args.venues, "requests_per_minute": args.rate}
    changes: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if value is not None
    }
    if args.every_venue:
        changes["venue_ids"] = ()
    if not changes:
        raise CommandFailed("say what changes, e.g. --name")
    async with organising(args) as (services, by):
        from hub.actions.integration.api_keys import change_key

        record = await change_key(services, by, args.key, changes, version=args.version, dry_run=args.dry_run)
    return CommandResult(document_of(record), f"{would(args)}{_line(record)}")


async def revoke(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.integration.api_keys import revoke_key

        record = await revoke_key(services, by, args.key, version=args.version, dry_run=args.dry_run)
    return CommandResult(document_of(record), f"{would(args)}{_line(record)}")


def _line(one: ApiKeyRecord) -> str:
    where = f"venues {', '.join(map(str, one.venue_ids))}" if one.venue_ids else "every venue"
    state = f"revoked {one.revoked_at}" if one.revoked_at else f"last used {one.last_used_at or 'never'}"
    return f"key {one.api_key_id}: {one.name} ({one.hint}...), {', '.join(one.scopes)} at {where}, {state}"

"""`hub gates`: list, add, rename, retire and delete the gates of venues."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.commands.command_result import CommandResult
from hub.commands.command_services import open_command_services
from hub.commands.shows import PAGE, document_of, would

if TYPE_CHECKING:
    from hub.actions.audit.actor import Actor
    from hub.actions.venues.gates import Gate
    from hub.services import Services


@asynccontextmanager
async def _administering(args: Namespace) -> AsyncIterator[tuple[Services, Actor]]:
    """Yield the services with the administrator of the named organisation, or of the only one."""
    async with open_command_services() as services:
        from db.organisation import working_for
        from hub.actions.audit.actor import Actor
        from hub.actions.venues.organisations import find_org

        org_id = await find_org(services, args.organisation)
        with working_for(org_id):
            yield services, Actor(org_id)


async def list_gates(args: Namespace) -> CommandResult:
    async with _administering(args) as (services, by):
        from hub.actions.venues.gates import list_gates as read_gates

        gates: list[Gate] = []
        before = None
        while True:
            page = await read_gates(services, by.org_id, venue_id=args.venue, before=before, limit=PAGE)
            gates += page.gates
            before = page.next
            if before is None:
                break
    return CommandResult({"gates": document_of(gates)}, "\n".join(map(_text, gates)) or "there is no gate yet")


async def add_gate(args: Namespace) -> CommandResult:
    async with _administering(args) as (services, by):
        from hub.actions.venues.gates import add_gate as add

        gate = await add(services, by, args.name, venue_id=args.venue, dry_run=args.dry_run)
    return CommandResult(document_of(gate), f"{would(args)}{_text(gate)}")


async def change_gate(args: Namespace) -> CommandResult:
    async with _administering(args) as (services, by):
        from hub.actions.venues.gates import change_gate as change

        gate = await change(
            services, by, args.gate, name=args.name, retired=args.retired, version=args.version, dry_run=args.dry_run
        )
    return CommandResult(document_of(gate), f"{would(args)}{_text(gate)}")


async def delete_gate(args: Namespace) -> CommandResult:
    async with _administering(args) as (services, by):
        from hub.actions.venues.gates import delete_gate as delete

        await delete(services, by, args.gate, version=args.version, dry_run=args.dry_run)
    return CommandResult({"gate_id": args.gate, "deleted": not args.dry_run}, f"{would(args)}gate {args.gate} deleted")


def _text(gate: Gate) -> str:
    return f"gate {gate.gate_id}: {gate.name} at {gate.venue}{', retired' if gate.retired_at else ''}"

"""Enrolled scanners: what an administrator and a scanner do, and the rows of the table."""

from __future__ import annotations

from typing import Any

from hub.actions.audit.actor import Actor
from hub.actions.staff.enrol_scanner import EnrolledScanner, enrol_scanner
from hub.actions.staff.scanners import ScannerDraft, add_scanner
from hub.actions.venues.venue_cache import VENUES
from tests.support.hub import Hub
from tests.support.world import World


async def add_gate(world: World, name: str, venue_id: int | None = None) -> int:
    gate_id: int = await world.hub.database.fetchval(VENUES.add_gate, world.org_id, venue_id or world.venue_id, name)
    return gate_id


async def enrolled(world: World, name: str = "North 1", **draft: Any) -> EnrolledScanner:
    """Add a scanner and enrol it, as an administrator and the scanner do."""
    services = world.hub.services
    opened = await add_scanner(services, Actor(world.org_id, world.venue_id), ScannerDraft(name, **draft))
    return await enrol_scanner(services, opened.code)


async def scanner_row(hub: Hub, scanner_id: int) -> dict[str, Any]:
    return dict(await hub.database.fetchrow("SELECT * FROM scanners WHERE id = $1", scanner_id))


async def add_scanners(world: World, number: int) -> None:
    """Add enrolled scanners in one statement."""
    await world.hub.database.execute(
        "INSERT INTO scanners (org_id, venue_id, name, mode, enrolled_at, created_at, changed_at)"
        " SELECT $1, $2, 'Scanner ' || n, 'both', now(), now(), now() FROM generate_series(1, $3) n",
        world.org_id, world.venue_id, number,
    )  # fmt: skip

"""Databases, users and roles of the test server, and how the pools switch between organisations."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from db.pool import _Connection


async def add_two_organisations(database: Any) -> tuple[int, int]:
    """Add two organisations with a venue and a gate each, and return their ids."""
    one, other = [
        await database.fetchval("INSERT INTO organisations (name) VALUES ($1) RETURNING id", name)
        for name in ("One", "Other")
    ]
    await database.execute(
        "INSERT INTO venues (org_id, name, timezone) SELECT id, name, 'Europe/Rome' FROM organisations"
    )
    await database.execute("INSERT INTO gates (org_id, venue_id, name) SELECT org_id, id, 'A' FROM venues")
    return one, other


def count_switches(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Return a list that gets the organisation of every switch from now on."""
    switches: list[int | None] = []
    switch_to = _Connection.switch_to

    async def noted(connection: _Connection, org_id: int | None) -> None:
        switches.append(org_id)
        await switch_to(connection, org_id)

    monkeypatch.setattr(_Connection, "switch_to", noted)
    return switches


async def owned_by(owner: Any, role_id: int) -> int:
    """Count what a role owns in this database."""
    count: int = await owner.fetchval("SELECT count(*) FROM pg_shdepend WHERE refobjid = $1 AND deptype = 'o'", role_id)
    return count


async def create_user(server: Any, name: str) -> str:
    """Make a user without any right and a database of its own, and return its password."""
    password = secrets.token_hex(16)
    await server.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    await server.execute(f"CREATE DATABASE {name} OWNER {name}")
    return password


async def drop_user(server: Any, name: str) -> None:
    await server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await server.execute(f"DROP ROLE IF EXISTS {name}")

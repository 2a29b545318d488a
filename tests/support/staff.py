"""Staff as tests make them: people with a scope, and the tokens of their links."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from hub.access.randomness import token_hash
from hub.actions.audit.actor import Actor
from hub.actions.staff.add_people import NewSecret, add_person
from hub.actions.staff.people import Person
from hub.rules.staff_scope import Shift
from hub.services import Services
from tests.support.rows import add_row, change_rows, read_rows
from tests.support.world import PASSWORD, World


async def add_member(services: Services, org_id: int, username: str, role: str = "OPERATOR", **fields: Any) -> Person:
    """Add somebody with the password of all tests. `fields` are those of `change_person`."""
    given = {"username": username, "name": username.title(), "role": role, **fields}
    return await add_person(services, Actor(org_id), given, NewSecret(password=PASSWORD))


async def sign_in_at(world: World, username: str) -> str:
    """Sign in over HTTP and return the session's token."""
    body = {"username": username, "password": PASSWORD}
    async with world.hub.client.post("/api/operator/login", json=body) as response:
        answer = await response.json()
    assert response.status == 200, answer
    return str(answer["data"]["token"])


async def gates(world: World, *names: str, venue_id: int | None = None) -> list[int]:
    """Return the ids of gates. Those that are not there yet are added."""
    return [
        await world.hub.database.fetchval(
            "INSERT INTO gates (org_id, venue_id, name) VALUES ($1, $2, $3)"
            " ON CONFLICT (org_id, venue_id, name) DO UPDATE SET name = excluded.name RETURNING id",
            world.org_id, venue_id or world.venue_id, name,
        )
        for name in names
    ]  # fmt: skip


async def link_tokens(database: Any, kind: str) -> list[str]:
    """Return the tokens of the links in the outbox, oldest first. Needs `send_nothing`."""
    rows = await read_rows(database, "mail_outbox", order_by="id", kind=kind)
    return [json.loads(row["payload"])["staff_token"] for row in rows]


async def change_staff(database: Any, staff_id: int, **columns: Any) -> None:
    """Set columns of a person, past every rule."""
    await change_rows(database, "staff", {"id": staff_id}, **columns)


def shift(day: date, start: str, end: str) -> Shift:
    return Shift(day, time.fromisoformat(start), time.fromisoformat(end))


async def add_link(database: Any, org_id: int, staff_id: int, token: str, now: datetime) -> None:
    """Add an invitation with this token, good for a day."""
    await add_row(
        database, "staff_links", org_id=org_id, staff_id=staff_id, kind="invitation", token_hash=token_hash(token),
        created_at=now, expires_at=now + timedelta(days=1),
    )  # fmt: skip


async def add_shift(world: World, name: str, starts_at: datetime, ends_at: datetime) -> None:
    """Plan a shift for the person of this name. Its clock times are those of the world's venue in winter."""
    [person] = await read_rows(world.hub.database, "staff", "id", name=name)
    local = [moment + timedelta(hours=1) for moment in (starts_at, ends_at)]
    await add_row(
        world.hub.database, "staff_shifts", org_id=world.org_id, staff_id=person["id"], date=local[0].date(),
        start_time=local[0].time(), end_time=local[1].time(), starts_at=starts_at, ends_at=ends_at,
    )  # fmt: skip

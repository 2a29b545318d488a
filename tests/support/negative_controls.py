"""Negative controls: remove a mechanism, so that a test shows that it is needed."""

from __future__ import annotations

from typing import Any

from db.statements import load
from tests.support.owner import as_owner
from tests.support.world import World


def sabotage(monkeypatch: Any, subject: str, name: str, *changes: tuple[str, str]) -> None:
    """Change the text of a statement for this test. Each replaced part must occur exactly once."""
    statements = load(subject)
    text = getattr(statements, name)
    for old, new in changes:
        assert text.count(old) == 1, f"{subject}.{name} does not hold {old!r} once"
        text = text.replace(old, new)
    monkeypatch.setitem(statements._texts, name, text)


async def without_last_line(world: World, constraint: str, table: str = "reservation_slots") -> None:
    """Remove a CHECK or an index from this test's database, so that only the mechanism under test is left."""
    if constraint in ("ticket_reservations_one_active", "ticket_absences_one_open"):
        await drop_index(world.hub.database, constraint)
    else:
        await drop_constraint(world.hub.database, table, constraint)
    if constraint == "reservation_slots_verified_within_booked":
        # The reservation's own row says the same of its people.
        await drop_constraint(world.hub.database, "ticket_reservations", "ticket_reservations_admitted")
        await drop_constraint(world.hub.database, "ticket_reservations", "ticket_reservations_admitted_is_verified")


async def drop_constraint(database: Any, table: str, constraint: str) -> None:
    """Remove a constraint from this test's database."""
    async with as_owner(database) as owner:
        await owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


async def drop_index(database: Any, index: str) -> None:
    """Remove an index from this test's database."""
    async with as_owner(database) as owner:
        await owner.execute(f"DROP INDEX {index}")


async def drop_trigger(database: Any, table: str, trigger: str) -> None:
    """Remove a trigger from this test's database."""
    async with as_owner(database) as owner:
        await owner.execute(f"DROP TRIGGER {trigger} ON {table}")

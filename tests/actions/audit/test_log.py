"""The audit log as it is read: by every filter, in pages, by words, and whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.access.roles import Role
from hub.actions.audit import log
from hub.actions.audit.actor import Actor
from hub.actions.audit.log import AuditFilter, every_entry, place_of, read_audit_log
from hub.rules.refusals import Refused
from tests.support.audit_log import add_entries
from tests.support.world import TODAY, ZONE, World

ROME = ZoneInfo(ZONE)


async def found(world: World, **wanted: Any) -> list[str]:
    page = await read_audit_log(world.hub.services, Actor(world.org_id), ROME, AuditFilter(**wanted))
    return [f"{one.action} {one.subject_id}" for one in page.entries]


async def test_each_filter_leaves_what_it_says(world: World) -> None:
    other = await World(world.hub).found()
    await add_entries(other, 3)
    await add_entries(world, 2)
    await add_entries(
        world, 1, action="room.added", staff_id=8, staff_name="Bob", source="api", venue_id=world.venue_id
    )
    assert await found(world) == ["room.added 1", "room.changed 1", "room.changed 2"]
    assert await found(world, kind="room", subject_id="2") == ["room.changed 2"]
    for wanted in (
        {"staff_id": 8},
        {"action": "room.added"},
        {"source": "api"},
        {"venue_id": world.venue_id},
        {"text": "bOB"},
    ):
        assert await found(world, **wanted) == ["room.added 1"], wanted
    assert await found(world, kind="show") == []
    assert await found(world, first=TODAY, last=TODAY) == await found(world)
    assert (
        await found(world, last=TODAY - timedelta(days=1)) == await found(world, first=TODAY + timedelta(days=1)) == []
    )


async def test_pages_follow_each_other_without_a_gap_or_a_repeat(world: World) -> None:
    await add_entries(world, 7)
    await add_entries(world, 7, action="room.added")  # pairs of the same moment
    services, by, seen, before = world.hub.services, Actor(world.org_id), [], None
    while True:
        page = await read_audit_log(services, by, ROME, AuditFilter(), before=before, limit=3)
        seen += [one.id for one in page.entries]
        if page.next is None:
            break
        before = place_of(str(page.next))
    assert len(seen) == len(set(seen)) == 14
    whole = [one.id async for part in every_entry(services, by, ROME, AuditFilter()) for one in part]
    assert whole == seen


async def test_a_search_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One page looks through so many changes at most; what is older is found from its `next` on."""
    await add_entries(world, 30)
    monkeypatch.setattr(log, "LOOKED_AT", 12)
    monkeypatch.setattr(log, "EXPORT_PAGE", 12)
    services, by, wanted = world.hub.services, Actor(world.org_id), AuditFilter(text='"capacity": 29')
    page = await read_audit_log(services, by, ROME, wanted)
    assert (page.entries, page.next is not None) == ([], True)
    page = await read_audit_log(services, by, ROME, wanted, before=page.next)
    page = await read_audit_log(services, by, ROME, wanted, before=page.next)
    assert ([one.subject_id for one in page.entries], page.next) == (["29"], None)
    assert [one.subject_id async for part in every_entry(services, by, ROME, wanted) for one in part] == ["29"]


@pytest.mark.parametrize("cursor", ["", "_", "x_1", "2026-11-20T10:00:00_1", "2026-11-20T10:00:00Z_x", "2026-11-20T10:00:00Z_-1",
                                    "0001-01-01T00:00:00+23:00_1", "2026-11-20T10:00:00Z_" + "9" * 30])  # fmt: skip
def test_what_is_no_place_in_the_log_is_refused(cursor: str) -> None:
    with pytest.raises(Refused):
        place_of(cursor)


async def test_an_administrator_of_some_venues_reads_their_changes_alone(world: World) -> None:
    """Neither those of another venue nor those of the whole organisation: they may hold what is not theirs to know."""
    await add_entries(world, 2)
    await add_entries(world, 1, action="room.added", venue_id=world.venue_id)
    await add_entries(world, 1, action="gate.added", venue_id=world.venue_id + 1)
    services, limited = world.hub.services, Actor(world.org_id, role=Role.ADMIN, venue_ids=(world.venue_id,))
    page = await read_audit_log(services, limited, ROME, AuditFilter())
    exported = [one async for part in every_entry(services, limited, ROME, AuditFilter()) for one in part]
    assert [one.action for one in page.entries] == [one.action for one in exported] == ["room.added"]
    elsewhere = await read_audit_log(services, limited, ROME, AuditFilter(venue_id=world.venue_id + 1))
    assert (elsewhere.entries, len(await found(world))) == ([], 4)

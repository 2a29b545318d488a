"""The week of a venue: stored as a whole, under one version."""

from __future__ import annotations

from datetime import time

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.venues.opening_hours import DayHours, change_week, read_week
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.world import World

MORNING, AFTERNOON = DayHours(1, time(9), time(12), 60, 10), DayHours(1, time(14), time(18), 120, 20)


async def test_a_week_is_stored_whole_and_its_change_is_recorded(hub: Hub, world: World, by: Actor):
    assert (await read_week(hub.services, by)).version == 0
    stored = await change_week(hub.services, by, None, [AFTERNOON, MORNING], version=0)
    assert (stored.hours, stored.version) == ((MORNING, AFTERNOON), 1)
    assert (await change_week(hub.services, by, None, [MORNING], version=1)).version == 2
    assert (await read_week(hub.services, by)).hours == (MORNING,)
    log = await read_audit_log(hub.database)
    assert [one["action"] for one in log] == ["venue.opening_hours"] * 2
    assert log[1]["after"] == {"hours": ["1 09:00-12:00, 60 min, 10"]}


async def test_an_older_version_changes_nothing_and_a_dry_run_neither(hub: Hub, world: World, by: Actor):
    await change_week(hub.services, by, None, [MORNING])
    with pytest.raises(Refused) as caught:
        await change_week(hub.services, by, None, [AFTERNOON], version=0)
    assert (caught.value.reason, caught.value.details["version"]) == (Reason.VERSION_MISMATCH, 1)
    assert (await change_week(hub.services, by, None, [AFTERNOON], dry_run=True)).hours == (AFTERNOON,)
    assert (await read_week(hub.services, by)).hours == (MORNING,)


async def test_every_wrong_row_is_named(hub: Hub, world: World, by: Actor):
    rows = [
        MORNING,
        DayHours(1, time(11), time(13), 60, 5),
        DayHours(8, time(9), time(10), 60, 5),
        DayHours(2, time(9), time(9), 60, 5),
    ]
    with pytest.raises(Refused) as caught:
        await change_week(hub.services, by, None, rows)
    assert {one["field"] for one in caught.value.details["errors"]} == {"hours.1", "hours.2", "hours.3"}


async def test_another_organisations_venue_is_unknown(hub: Hub, world: World, by: Actor):
    other = await World(hub).found()
    with pytest.raises(Refused) as caught:
        await read_week(hub.services, by, other.venue_id)
    assert caught.value.reason is Reason.NOT_FOUND

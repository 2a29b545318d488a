"""Opening hours become slots: each once, in the venue's time, in every calendar at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from hub.actions.venues.generate_slots import OpeningHours, generate_slots
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.slots import count_slots, read_slots
from tests.support.world import TODAY, World

HOURS = OpeningHours(TODAY, 90, time(10), time(18), 120, 200)


async def test_ninety_days_are_made_once_and_repeating_adds_only_what_is_missing(hub: Hub, world: World):
    made = await generate_slots(hub.services, HOURS)
    assert (made["created"], made["existing"]) == (360, 0)
    await world.fill(made["slot_ids"][0], 2)
    again = await generate_slots(hub.services, HOURS)
    assert (again["created"], again["existing"]) == (0, 360)
    longer = await generate_slots(hub.services, OpeningHours(TODAY, 91, time(10), time(18), 120, 50))
    assert longer["created"] == 4
    assert await world.booked_count(made["slot_ids"][0]) == 2
    assert await count_slots(hub.database, total_capacity=200) == 360


async def test_two_who_generate_the_same_days_at_once_make_each_slot_once(hub: Hub, world: World):
    answers = await asyncio.gather(*(generate_slots(hub.services, HOURS) for _ in range(4)))
    assert sum(answer["created"] for answer in answers) == 360
    assert await count_slots(hub.database) == 360


async def test_slots_stand_in_the_venues_time_over_the_change_of_the_clocks(hub: Hub, world: World):
    await generate_slots(hub.services, OpeningHours(date(2026, 10, 24), 2, time(12), time(14), 120, 10))
    rows = await read_slots(hub.database, "starts_at", "ends_at", order_by="date")
    assert [row["starts_at"] for row in rows] == [
        datetime(2026, 10, 24, 10, tzinfo=UTC), datetime(2026, 10, 25, 11, tzinfo=UTC),
    ]  # fmt: skip
    assert all(row["ends_at"] - row["starts_at"] == timedelta(hours=2) for row in rows)


@pytest.mark.parametrize(
    "hours",
    [OpeningHours(TODAY, 0, time(10), time(18), 60, 1), OpeningHours(TODAY, 732, time(10), time(18), 60, 1),
     OpeningHours(TODAY, 1, time(10), time(18), 0, 1), OpeningHours(TODAY, 1, time(10), time(18), 60, -1),
     OpeningHours(TODAY, 1, time(10), time(10, 30), 60, 1), OpeningHours(date(9999, 12, 31), 5, time(10), time(18), 60, 1)],
)  # fmt: skip
async def test_hours_that_make_no_sense_are_refused_and_make_nothing(hub: Hub, world: World, hours: OpeningHours):
    with pytest.raises(Refused) as caught:
        await generate_slots(hub.services, hours)
    assert caught.value.reason is Reason.INVALID_REQUEST
    assert await count_slots(hub.database) == 0


async def test_new_slots_are_in_the_calendar_of_every_hub_at_once(hub: Hub, world: World, open_hub):
    other = await open_hub()
    month = f"/api/reservation-slots/available?month={TODAY:%Y-%m}"
    for one in (hub, other):
        assert (await one.get(month))[1]["data"] == []
    await generate_slots(hub.services, OpeningHours(TODAY, 1, time(10), time(12), 60, 5))
    assert len((await hub.get(month))[1]["data"]) == 2
    for _ in range(100):
        if (await other.get(month))[1]["data"]:
            break
        await asyncio.sleep(0.01)
    assert len((await other.get(month))[1]["data"]) == 2

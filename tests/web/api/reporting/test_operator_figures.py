"""Decisions at the gates by person and shift: what a supervisor overrode and what was undone is counted against the decision."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.offline_queue import queued, sync
from tests.support.staff import add_shift
from tests.support.websocket_client import answer_of
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)
HOUR = timedelta(hours=1)


async def figures(api: Api, manager: str, query: str = "") -> dict[str, Any]:
    answer = await api.get(f"/api/analytics/operators?date={TODAY}{query}", token=manager)
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.data
    return found


def counts(one: dict[str, Any]) -> tuple[int, ...]:
    return tuple(one[name] for name in ("decided", "green", "yellow", "red", "overridden", "undone"))


async def test_overridden_and_undone_decisions_did_not_stand(api: Api, hub: Hub, world: World) -> None:
    jane = await hub.socket(await world.staff(name="Jane Smith"), gate="A")
    tom = await hub.socket(await world.staff(name="Tom Ray"), gate="B")
    sue = await hub.socket(await world.staff("MANAGER", name="Sue Lee"))
    slot, later = await world.slot(capacity=10), await world.slot(TOMORROW)
    tickets = [await world.reserved(slot) for _ in range(3)]
    # Jane: a check and its entry are one decision. One entry is undone by a manager, one refusal is overridden.
    checked = await jane.validate(tickets[0].code)
    await jane.verify(tickets[0].code, scan_id=checked["scan_id"])
    wrong = await jane.verify(tickets[1].code)
    await answer_of(sue, "undo", scan_id=wrong["scan_id"], reason="the other ticket")
    refused = await jane.validate((await world.reserved(later)).code)
    await answer_of(sue, "override", scan_id=refused["scan_id"], reason="our mistake")
    # Tom: an override that was undone itself leaves his refusal as it was.
    refused = await tom.validate((await world.reserved(later)).code)
    await answer_of(sue, "override", scan_id=refused["scan_id"], reason="a mistake")
    await answer_of(sue, "undo", scan_id=refused["scan_id"], reason="it was right")
    await tom.verify(tickets[2].code)
    found = await figures(api, await world.staff("MANAGER", name="Ann Ray"))
    people = {one["operator_name"]: one for one in found["operators"]}
    assert set(people) == {"Jane Smith", "Tom Ray"}, "Sue decided nothing at a gate"
    assert counts(people["Jane Smith"]) == (3, 2, 0, 1, 1, 1)
    assert people["Jane Smith"]["accuracy"] == 0.3333
    assert counts(people["Tom Ray"]) == (2, 1, 0, 1, 0, 0)
    assert people["Tom Ray"]["accuracy"] == 1.0
    assert counts(found["total"]) == (5, 3, 0, 2, 1, 1)
    assert found["operators"][0]["operator_name"] == "Jane Smith", "the most decisions first"


async def test_exits_and_synced_scans_count_where_they_belong(api: Api, hub: Hub, world: World) -> None:
    """An exit is no decision on entry. A synced scan counts at its own time."""
    await world.policy(re_entry="allow")
    jane = await hub.socket(await world.staff(name="Jane Smith"), gate="A")
    slot = await world.slot(capacity=10)
    inside, offline = await world.reserved(slot), await world.reserved(slot)
    await jane.verify(inside.code)
    await jane.leave(inside.code)
    await sync(jane, queued(offline.code, -30))
    [one] = (await figures(api, await world.staff("MANAGER")))["shifts"]
    assert counts(one)[0] == 2
    assert (one["starts_at"], one["ends_at"], one["planned"]) == ("2026-11-20T10:30:00Z", "2026-11-20T11:00:00Z", False)


async def test_a_return_that_was_undone_did_not_stand_and_an_exit_that_was_undone_decided_nothing(
    api: Api, hub: Hub, world: World
) -> None:
    await world.policy(re_entry="allow")
    jane = await hub.socket(await world.staff(name="Jane Smith"), gate="A")
    sue = await hub.socket(await world.staff("MANAGER", name="Sue Lee"))
    ticket = await world.reserved(await world.slot(capacity=10))
    await jane.verify(ticket.code)
    left = await jane.leave(ticket.code)
    await answer_of(sue, "undo", scan_id=left["scan_id"], reason="still inside")
    await jane.leave(ticket.code)
    back = await jane.verify(ticket.code)
    assert back["reason"] == "RE_ENTRY"
    await answer_of(sue, "undo", scan_id=back["scan_id"], reason="somebody else's ticket")
    [one] = (await figures(api, await world.staff("MANAGER")))["operators"]
    assert (counts(one), one["accuracy"]) == ((2, 2, 0, 0, 0, 1), 0.5)


async def test_a_persons_decisions_are_told_apart_by_planned_shift(api: Api, hub: Hub, world: World) -> None:
    token = await world.staff(name="Jane Smith")
    await add_shift(world, "Jane Smith", NOON - HOUR, NOON + HOUR)
    await add_shift(world, "Jane Smith", NOON + HOUR, NOON + 2 * HOUR)
    jane = await hub.socket(token, gate="A")
    for moment, scans in ((NOON, 2), (NOON + HOUR, 1), (NOON + 3 * HOUR, 1)):
        hub.clock.set(moment)
        for number in range(scans):
            await jane.validate(f"NO-SUCH-{number}")
    manager = await world.staff("MANAGER")
    found = await figures(api, manager)
    shifts = [(one["starts_at"], one["ends_at"], one["planned"], one["decided"]) for one in found["shifts"]]
    assert shifts == [
        ("2026-11-20T10:00:00Z", "2026-11-20T12:00:00Z", True, 2),
        ("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", True, 1),
        ("2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z", False, 1),
    ]
    [whole] = found["operators"]
    assert counts(whole) == counts(found["total"]) == (4, 0, 0, 4, 0, 0)
    path = f"/api/analytics/operators?date={TODAY}&format=csv"
    async with hub.client.get(path, headers={"Authorization": f"Bearer {manager}"}) as answer:
        rows = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert [(row["starts_at"], row["planned"], row["decided"], row["operator_name"]) for row in rows] == [
        ("2026-11-20T11:00:00+01:00", "1", "2", "Jane Smith"),
        ("2026-11-20T13:00:00+01:00", "1", "1", "Jane Smith"),
        ("2026-11-20T15:00:00+01:00", "0", "1", "Jane Smith"),
    ]

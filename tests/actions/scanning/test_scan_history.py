"""The scan history: an operator's own scans, newest first, page by page."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hub.actions.scanning.scan_history import own_history
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.scan_log import log_at_one_moment
from tests.support.world import World


async def test_the_history_holds_every_own_scan_whatever_its_outcome(hub: Hub, world: World):
    gate = await hub.socket(await world.staff(), gate="A")
    (good,) = await world.fill(await world.slot(), 1)
    scan_id = str(uuid4())
    await gate.validate(good.code)
    await gate.verify(good.code, scan_id)
    await gate.verify("DT-NOBODY")
    await gate.command("undo", scan_id=scan_id, reason="wrong group")
    scans = (await gate.command("history"))["data"]["scans"]
    assert [(s["mode"], s["reason"]) for s in scans] == [
        ("undo", "UNDONE"), ("verify", "TICKET_NOT_FOUND"), ("verify", "VERIFIED"), ("validate", "VALID"),
    ]  # fmt: skip
    assert [(s["entered"], s["undone"]) for s in scans] == [
        (False, False),
        (False, False),
        (True, True),
        (False, False),
    ]
    assert (scans[0]["undoes"], scans[0]["note"], scans[2]["gate"]) == (scan_id, "wrong group", "A")


async def test_pages_follow_each_other_without_gap_or_repeat_also_within_one_moment(hub: Hub, world: World):
    token = await world.staff()
    operator = hub.services.sessions.read(token)
    gate = await hub.socket(token)
    wanted = [str(uuid4()) for _ in range(25)]
    for scan_id in wanted:
        await gate.verify("DT-NOBODY", scan_id)
    await log_at_one_moment(hub.database)
    seen, before = [], None
    for _ in range(10):
        page = await own_history(
            hub.services, org_id=world.org_id, operator_id=operator.staff_id, limit=4, before=before
        )  # fmt: skip
        seen += [scan["scan_id"] for scan in page["scans"]]
        before = page["next"]
        if before is None:
            break
    assert sorted(seen) == sorted(wanted)


async def test_nobody_sees_anybody_elses_scans(hub: Hub, world: World):
    await (await hub.socket(await world.staff())).verify("DT-NOBODY")
    other = await hub.socket(await world.staff(name="Tom Brown"))
    assert (await other.command("history"))["data"] == {"scans": [], "next": None}


@pytest.mark.parametrize(
    "cursor",
    ["x", "_", "2026-11-20", "2026-11-20T10:00:00_x", "2026-11-20T10:00:00_00000000-0000-4000-8000-000000000000"],
)
async def test_a_malformed_cursor_is_refused(hub: Hub, world: World, cursor: str):
    with pytest.raises(Refused):
        await own_history(hub.services, org_id=world.org_id, operator_id=1, limit=10, before=cursor)

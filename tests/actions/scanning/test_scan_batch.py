"""Scans while another transaction locks a slot or a ticket: only what needs that row waits, and not for long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import db.pool
from hub.batching import batcher
from tests.support.hub import Hub
from tests.support.locks import locked
from tests.support.world import World

PATIENCE = 15.0
VERIFY = "/api/operator/verify-ticket"


@pytest.fixture(autouse=True)
def real_limit(monkeypatch: pytest.MonkeyPatch, slow_servers: None) -> None:
    """A batch waits for a lock as long as it does in earnest. All other limits are long."""
    open_patient_pool = db.pool.Pool.__init__

    def open_pool(pool: Any, dsn: str, **how: Any) -> None:
        open_patient_pool(pool, dsn, **how)
        if "lock_seconds" in how:
            pool._settings["lock_timeout"] = f"{how['lock_seconds'] * 1000:.0f}ms"

    monkeypatch.setattr(db.pool.Pool, "__init__", open_pool)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scans that meet a lock are tried again for longer than any test takes."""
    monkeypatch.setattr(batcher, "APART_SECONDS", 4 * PATIENCE)


def verify(hub: Hub, token: str, code: str) -> asyncio.Task[tuple[int, Any]]:
    return asyncio.ensure_future(hub.post(VERIFY, {"ticket_code": code}, token=token))


async def entered(scans: list[asyncio.Task[tuple[int, Any]]]) -> list[tuple[int, Any]]:
    answers = await asyncio.wait_for(asyncio.gather(*scans), PATIENCE)
    return [(status, body.get("data", {}).get("already_verified")) for status, body in answers]


IN = (200, False)


async def test_a_slot_that_is_locked_delays_no_scan_of_another(hub: Hub, world: World, patient: None) -> None:
    blocked, free = await world.slot(), await world.slot(start="11:00")
    of_blocked, of_free = await world.fill(blocked, 3), await world.fill(free, 4)
    unknown = "TKT-2026-ABC234-DEF567"
    token = await world.staff()
    async with locked(hub, "reservation_slots", blocked):
        waiting = [verify(hub, token, one.code) for one in of_blocked]
        assert await entered([verify(hub, token, one.code) for one in of_free[:3]]) == [IN] * 3
        assert await entered([verify(hub, token, of_free[3].code)]) == [IN]
        assert [status for status, _ in await entered([verify(hub, token, unknown)])] == [400]
        assert not any(one.done() for one in waiting)
    assert await entered(waiting) == [IN] * 3


async def test_a_ticket_that_is_locked_delays_no_other_scan_of_its_slot(hub: Hub, world: World, patient: None) -> None:
    blocked, *others = await world.fill(await world.slot(), 4)
    token = await world.staff()
    async with locked(hub, "tickets", blocked.id):
        waiting = verify(hub, token, blocked.code)
        assert await entered([verify(hub, token, one.code) for one in others]) == [IN] * 3
        assert not waiting.done()
    assert await entered([waiting]) == [IN]


async def test_a_scan_of_a_slot_that_stays_locked_is_refused_for_now_and_not_recorded(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batcher, "APART_SECONDS", 0.1)
    slot = await world.slot()
    (ticket,) = await world.fill(slot, 1)
    token = await world.staff()
    async with locked(hub, "reservation_slots", slot):
        assert [status for status, _ in await entered([verify(hub, token, ticket.code)])] == [503]
    assert await entered([verify(hub, token, ticket.code)]) == [IN]

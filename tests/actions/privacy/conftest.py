"""Fixtures of privacy: two visitors who left traces in every table, and an outbox that sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hub.actions.audit.actor import Actor
from tests.support.hub import Hub
from tests.support.personal_data import BYSTANDER, ZAPHIRA, leave_traces
from tests.support.shows import add_stage
from tests.support.still_outbox import send_nothing
from tests.support.world import World


@dataclass(frozen=True)
class Traces:
    slot_id: int
    performance_id: int


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


@pytest.fixture
def by(world: World) -> Actor:
    return Actor(world.org_id, world.venue_id)


@pytest.fixture
async def traces(hub: Hub, world: World) -> Traces:
    slot_id, stage = await world.slot(), await add_stage(world)
    for who in (ZAPHIRA, BYSTANDER):
        await leave_traces(world, who, slot_id, stage.performance_id)
    return Traces(slot_id, stage.performance_id)

"""Fixtures of the shows: an organiser of the world's venue."""

from __future__ import annotations

import pytest

from hub.actions.audit.actor import Actor
from tests.support.shows import leave_unfinished
from tests.support.world import World


@pytest.fixture(autouse=True)
def unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_unfinished(monkeypatch)


@pytest.fixture
def by(world: World) -> Actor:
    return Actor(world.org_id, world.venue_id)

"""Fixtures of the venues: an administrator of the world's venue."""

from __future__ import annotations

import pytest

from hub.actions.audit.actor import Actor
from tests.support.world import World


@pytest.fixture
def by(world: World) -> Actor:
    return Actor(world.org_id, world.venue_id, name="Ada")

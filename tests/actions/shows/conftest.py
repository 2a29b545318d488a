"""Fixtures of the shows: an organiser of the world's venue."""

from __future__ import annotations

import pytest

from hub.actions.shows.organiser import Organiser
from tests.support.world import World


@pytest.fixture
def by(world: World) -> Organiser:
    return Organiser(world.org_id, world.venue_id)

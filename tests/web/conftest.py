"""Fixtures of the web tests."""

from __future__ import annotations

import pytest

from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.world import World


@pytest.fixture
def api(hub: Hub, world: World) -> Api:
    return Api(hub)


@pytest.fixture(autouse=True)
def patience(slow_servers: None) -> None:
    """Hubs opened from now on have time limits that no busy machine passes: the tests judge what is answered, not how fast."""

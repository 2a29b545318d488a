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
    """Give hubs opened from now on time limits that a busy machine does not exceed: the tests check what is answered,
    not how fast.
    """

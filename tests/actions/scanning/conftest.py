"""Fixtures of the scanning tests: two operators at two gates, and their supervisor."""

from __future__ import annotations

import pytest

from tests.support.hub import Hub
from tests.support.websocket_client import Socket
from tests.support.world import World


@pytest.fixture
async def jane(hub: Hub, world: World) -> Socket:
    return await hub.socket(await world.staff(name="Jane Smith"), gate="A")


@pytest.fixture
async def tom(hub: Hub, world: World) -> Socket:
    return await hub.socket(await world.staff(name="Tom Brown"), gate="B")


@pytest.fixture
async def sue(hub: Hub, world: World) -> Socket:
    return await hub.socket(await world.staff("MANAGER", name="Sue Lee"))


@pytest.fixture
async def board(hub: Hub, world: World) -> Socket:
    """The dashboard of a manager."""
    return await hub.socket(await world.staff("MANAGER"))

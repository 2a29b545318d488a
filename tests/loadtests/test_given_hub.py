"""A hub of one's own is checked before a run writes anything into it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.settings import Rate
from loadtests.given_hub import GivenHub
from loadtests.hub_commands import HubTrouble


@pytest.fixture
def servers_given(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", database_url)
    monkeypatch.setenv("HUB_REDIS_URL", redis_url)


def test_the_servers_of_the_hub_must_be_given(monkeypatch):
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    monkeypatch.setenv("HUB_REDIS_URL", "redis://127.0.0.1:1")
    with pytest.raises(HubTrouble, match="HUB_URL is set, and HUB_DATABASE_URL not"):
        GivenHub("http://127.0.0.1:1")


def test_a_hub_that_does_not_answer_is_named(servers_given, free_port):
    with pytest.raises(HubTrouble, match=f"no hub answers at HUB_URL=http://127.0.0.1:{free_port}"):
        GivenHub(f"http://127.0.0.1:{free_port}/")


async def test_a_hub_that_limits_its_clients_is_refused_with_the_settings_it_needs(servers_given, open_hub: Any):
    hub = await open_hub(rate_validate=Rate(30, 60))
    with pytest.raises(HubTrouble, match="HUB_RATE_VALIDATE=off"):
        await asyncio.to_thread(GivenHub, hub.url)
    hub = await open_hub(rate_validate=None)
    assert (await asyncio.to_thread(GivenHub, hub.url)).url == hub.url

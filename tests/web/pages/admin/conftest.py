"""Fixtures of the organiser's pages: a theatre, and a manager with a browser without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.plain_browser import PlainBrowser
from tests.support.still_outbox import send_nothing
from tests.support.theatre import Theatre
from tests.support.world import World


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every message in the outbox, with its content."""
    send_nothing(monkeypatch)


@pytest.fixture
async def theatre(world: World) -> Theatre:
    return await Theatre(world).found(duration_minutes=120)


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("MANAGER"))
        yield browser

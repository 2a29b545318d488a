"""Fixtures of the pages: a browser without scripts, and an OpenID Connect provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.openid_provider import OpenIDProvider
from tests.support.plain_browser import PlainBrowser
from tests.support.world import World


@pytest.fixture(scope="module")
def provider_process() -> Iterator[OpenIDProvider]:
    provider = OpenIDProvider().start()
    yield provider
    provider.stop()


@pytest.fixture
async def provider(provider_process: OpenIDProvider) -> OpenIDProvider:
    return await provider_process.ready()


@pytest.fixture
async def anybody(world: World) -> AsyncIterator[PlainBrowser]:
    """A browser in which nobody has signed in."""
    async with PlainBrowser(world.hub.url) as browser:
        yield browser

"""The hub's own names: what is open to a private network is closed to a page that lets its own name lead there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.support.hub import Hub
from tests.support.world import World
from web.middleware.hosts import is_own_host

PUBLIC_URL = "https://hub.example.org:8443"
OURS = (
    "hub.example.org:8443", "HUB.example.org", "127.0.0.1:8080", "10.0.0.7", "[::1]:8080", "[fd00::7]", "localhost:8080", "hub",
    "hub:8080", "venue-hub.local", "hub.internal:80", "a.localhost",
)  # fmt: skip
FOREIGN = (
    "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "hub.example.org.evil.example", "evilhub.example.org",
    "example.org", "local.evil.example", "hub.local.evil.example.", "xn--local-.com",
)  # fmt: skip


@pytest.mark.parametrize("host", OURS)
def test_a_name_that_nobody_else_can_own_is_ours(host: str) -> None:
    assert is_own_host(host, PUBLIC_URL)


@pytest.mark.parametrize("host", FOREIGN)
def test_a_name_that_another_site_may_own_is_not(host: str) -> None:
    assert not is_own_host(host, PUBLIC_URL)


@pytest.mark.parametrize("path", ["/metrics", "/dev/mail", "/dev/mail/x", "/dev/mail/x/html"])
async def test_what_is_open_to_a_private_network_is_answered_under_our_names_alone(
    hub: Hub, world: World, path: str
) -> None:
    async def status(host: str | None) -> int:
        async with hub.client.get(path, headers={"Host": host} if host else {}) as response:
            return response.status

    ours = await status(None)
    assert ours in (200, 404)
    for host in ("evil.example", f"evil.example:{hub.settings.port}"):
        assert await status(host) == 403
    for host in (f"localhost:{hub.settings.port}", "hub:8080"):
        assert await status(host) == ours


async def test_with_the_token_metrics_are_sent_under_any_name(open_hub: Callable[..., Awaitable[Hub]]) -> None:
    hub = await open_hub(metrics_token="a-token")
    for token, status in (("a-token", 200), ("wrong", 403)):
        headers = {"Host": "metrics.example.org", "Authorization": f"Bearer {token}"}
        async with hub.client.get("/metrics", headers=headers) as response:
            assert response.status == status

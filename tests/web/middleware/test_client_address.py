"""The client's address: a proxy that nobody has declared is named once, in the log, the figures and the doctor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import pytest

from hub.commands import doctor
from hub.observability import logs, telemetry
from hub.settings import Rate, Settings
from tests.support.api_client import Api
from tests.support.hub import Hub

OpenHub = Callable[..., Awaitable[Hub]]
VISITOR = {"X-Forwarded-For": "203.0.113.7"}
LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture(autouse=True)
def _none_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_named_proxies", set())
    telemetry.proxies_not_trusted.set(0)


async def doctor_sees_a_proxy(settings: Settings) -> bool:
    return await asyncio.to_thread(doctor._proxy_was_seen, settings, patience=60)


async def warnings_of(hub: Hub, headers: dict[str, str]) -> list[dict[str, Any]]:
    with logs.captured() as lines:
        for _ in range(3):
            await Api(hub).post("/api/tickets/validate", {"ticket_code": "TKT-2025-ABC123-DEF456"}, headers=headers)
    return [line for line in lines if line["event"] == "proxy.not_trusted"]


@pytest.mark.parametrize(
    "headers", [VISITOR, {"Forwarded": "for=203.0.113.7"}], ids=lambda headers: next(iter(headers))
)
async def test_a_proxy_that_is_not_declared_is_named_once(open_hub: OpenHub, headers: dict[str, str]) -> None:
    hub = await open_hub(rate_validate=Rate(100, 60))
    (warning,) = await warnings_of(hub, headers)
    assert (warning["level"], warning["peer"]) == ("WARNING", "127.0.0.1")
    assert "HUB_TRUSTED_PROXIES" in warning["advice"]
    assert "203.0.113.7" not in str(warning)
    assert await warnings_of(hub, headers) == []
    assert await doctor_sees_a_proxy(hub.settings), "the doctor asks the hub that runs here"
    assert await doctor_sees_a_proxy(replace(hub.settings, host="0.0.0.0", metrics_token="a-token"))


async def test_neither_a_declared_proxy_nor_a_direct_client_is(open_hub: OpenHub) -> None:
    declared = await open_hub(rate_validate=Rate(100, 60), trusted_proxies=LOOPBACK)
    assert await warnings_of(declared, VISITOR) == []
    direct = await open_hub(rate_validate=Rate(100, 60))
    assert await warnings_of(direct, {}) == []
    assert not await doctor_sees_a_proxy(direct.settings)


async def test_many_addresses_do_not_fill_the_log() -> None:
    with logs.captured() as lines:
        for number in range(100):
            telemetry.proxy_not_trusted(f"10.0.0.{number}")
    assert len(lines) == 8

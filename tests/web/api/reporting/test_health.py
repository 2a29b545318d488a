"""Health endpoints: liveness, readiness, and metrics for authorised clients."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_network

import pytest

from db.pool import DatabaseDown
from hub.settings import Rate
from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.world import World

OpenHub = Callable[..., Awaitable[Hub]]


async def test_a_hub_with_both_servers_is_ready(api: Api) -> None:
    assert (await api.get("/healthz")).json == {"status": "ok"}
    assert (await api.get("/readyz")).json == {
        "status": "ok",
        "database": "ok",
        "redis": "ok",
        "mail": "ok",
        "jobs": "ok",
    }


async def test_without_redis_it_is_degraded_but_ready_and_books(
    open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await open_hub(rate_validate=Rate(1, 60))
    await World(hub).found()

    async def away(*_: object, **__: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(hub.services.redis, "execute_command", away)
    answer = await Api(hub).get("/readyz")
    assert (answer.status, answer.json["status"], answer.json["redis"]) == (200, "degraded", "down")
    body = {"ticket_code": "TKT-2025-ABC123-DEF456"}
    results = [(await Api(hub).post("/api/tickets/validate", body)).status for _ in range(2)]
    assert results == [400, 429], "each process then counts for itself"


async def test_in_production_without_a_mail_server_it_is_degraded_but_ready(
    open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("PATIENCE_SECONDS", "REDIS_SECONDS"):
        monkeypatch.setattr(f"hub.actions.reporting.server_health.{limit}", 60)
    answer = await Api(await open_hub(development=False)).get("/readyz")
    assert (answer.status, answer.json["status"], answer.json["mail"]) == (200, "degraded", "not_set")
    answer = await Api(await open_hub(development=False, smtp_url="smtp://127.0.0.1:9")).get("/readyz")
    assert (answer.json["status"], answer.json["mail"]) == ("ok", "ok")


async def test_without_postgres_it_is_not_ready_and_says_when_to_come_back(
    open_hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await open_hub()
    world, api = await World(hub).found(), Api(hub)
    token, slot = await world.staff(), await world.slot()

    async def away(*_: object, **__: object) -> None:
        raise DatabaseDown("gone")

    for pool in hub.database.pools().values():
        for name in ("fetch", "fetchrow", "fetchval", "execute"):
            monkeypatch.setattr(pool, name, away)
            if hasattr(hub.database, name):
                monkeypatch.setattr(hub.database, name, away)
    answer = await api.get("/readyz")
    assert (answer.status, answer.json["status"]) == (503, "unavailable")
    body = {"ticket_id": 1, "slot_id": slot, "customer_email": "j@example.com", "customer_phone": "+12025551234"}
    for answer in (
        await api.post("/api/tickets/validate", {"ticket_code": "TKT-2025-ABC123-DEF456"}),
        await api.post("/api/reservations/create", body),
        await api.post("/venue/scan", {"code": "TKT-2025-ABC123-DEF456"}, token=token),
        await api.get("/api/operators/scan-history", token=token),
    ):
        assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
        assert answer.headers["Retry-After"] == "1"


async def test_figures_are_for_private_networks_or_the_token(open_hub: OpenHub) -> None:
    hub = await open_hub(metrics_token="a-token", trusted_proxies=(ip_network("127.0.0.0/8"),))
    api = Api(hub)
    assert (await api.get("/metrics")).status == 200
    assert (await api.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"})).status == 200
    public = {"X-Forwarded-For": "203.0.113.1"}
    assert (await api.get("/metrics", headers=public)).status == 403
    assert (await api.get("/metrics", headers=public, token="wrong")).status == 403
    assert (await api.get("/metrics", headers=public, token="a-token")).status == 200


async def test_an_unknown_proxy_does_not_make_its_clients_private(api: Api) -> None:
    assert (await api.get("/metrics", headers={"X-Forwarded-For": "203.0.113.1"})).status == 403


async def test_requests_are_counted_by_route_and_never_by_address(api: Api) -> None:
    await api.get("/api/reservations/9007199254740991?token=secret")
    await api.get("/nothing-of-the-kind")
    figures = (await api.get("/metrics")).body.decode()
    assert 'route="/api/reservations/{reservation_id}"' in figures
    assert 'route="unmatched"' in figures
    assert "9007199254740991" not in figures
    assert "nothing-of-the-kind" not in figures

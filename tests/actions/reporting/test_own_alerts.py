"""Alerts by venue: each venue gets the alerts of its own counts only."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hub.access.roles import Role
from hub.access.tokens import Staff
from hub.actions.reporting.alert_readings import LEAST
from hub.actions.reporting.alerts import LOOK_EVERY
from hub.actions.venues.venues import change_venue
from hub.jobs.alerts import watch_measures
from hub.observability.alert_metrics import AlertMetrics
from hub.settings import Role as ProcessRole
from tests.support.alerts import read_alerts
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.venues import free_of_venue, overwrite_venue, read_venues
from tests.support.websocket_client import Socket
from tests.support.world import World

# The figures that raise an alert are those of the whole process since its start.
pytestmark = pytest.mark.own_hub


@pytest.fixture
def alert_metrics(monkeypatch: pytest.MonkeyPatch) -> AlertMetrics:
    """The measures of this test's hub, without those of earlier tests. A busy machine raises no alert of slow responses."""
    alert_metrics = AlertMetrics()
    took = alert_metrics.took
    monkeypatch.setattr(alert_metrics, "took", lambda seconds, what="t": took(min(seconds, 0.25), what))
    monkeypatch.setattr("hub.observability.telemetry.alert_metrics", alert_metrics)
    return alert_metrics


@pytest.fixture
async def other(hub: Hub, world: World) -> World:
    """A second organisation, with two venues."""
    other = await World(hub).found()
    await other.venue()
    return other


async def second_venue(world: World) -> int:
    return max(row["id"] for row in await read_venues(world.hub.database, "id", org_id=world.org_id))


async def look(hub: Hub, times: int = 2) -> None:
    for _ in range(times):
        await watch_measures(hub.services)
        hub.clock.advance(LOOK_EVERY.total_seconds())


async def standing(hub: Hub) -> set[tuple[int, str]]:
    """Return the venue and kind of every raised alert, of all organisations."""
    rows = await read_alerts(hub.database, "venue_id", "kind", cleared_at=None)
    assert len(rows) == len({(row["venue_id"], row["kind"]) for row in rows}), "once per venue and kind"
    return {(row["venue_id"], row["kind"]) for row in rows}


async def book(hub: Hub, world: World, slot_id: int, times: int, ticket_id: int | None = None) -> None:
    """Book `times` times, with an unknown ticket or with this one."""
    for n in range(times):
        body = {
            "ticket_id": ticket_id or 7_000_000 + n, "slot_id": slot_id, "orq": world.org_id,
            "customer_email": "j@example.com", "customer_phone": "+12025551234",
        }  # fmt: skip
        status, answer = await hub.post("/api/reservations/create", body)
        assert answer["success"] == (ticket_id is not None), (status, answer)


async def knock(hub: Hub, username: str, times: int, orq: int | None = None) -> None:
    """Sign in with a wrong password.

    After the fifth attempt the name is locked, and further attempts are refused too.
    """
    for _ in range(times):
        where = "" if orq is None else f"?orq={orq}"
        status, _ = await hub.post(f"/api/operator/login{where}", {"username": username, "password": "wrong"})
        assert status in (401, 429)


async def screen(hub: Hub, token: str, **fields: Any) -> tuple[Socket, set[tuple[int, str]]]:
    """Return a manager's socket and the alerts in its `subscribe` reply."""
    socket = await hub.socket(token)
    reply = await socket.command("subscribe", topic="alerts", **fields)
    assert reply["success"], reply
    return socket, {(alert["venue_id"], alert["kind"]) for alert in reply["data"]["alerts"]}


async def troubled(hub: Hub, other: World, alert_metrics: AlertMetrics) -> int:
    """Make bookings fail and passwords be guessed at the second venue of the other organisation."""
    venue_id = await second_venue(other)
    await other.staff("MANAGER", username="gate-keeper", venue_id=venue_id)
    await book(hub, other, await other.slot(venue_id=venue_id), LEAST)
    await knock(hub, "gate-keeper", 20)
    await look(hub)
    return venue_id


async def test_alerts_of_one_venue_reach_no_other(
    hub: Hub, world: World, other: World, alert_metrics: AlertMetrics
) -> None:
    troubled_venue = await second_venue(other)
    for venue_id in (world.venue_id, other.venue_id, troubled_venue):
        email = f"venue-{venue_id}@example.com"
        await overwrite_venue(hub.database, venue_id, alert_emails=[email])
    mine, _ = await screen(hub, await world.staff("MANAGER"))
    first, _ = await screen(hub, await other.staff("MANAGER"))
    second, _ = await screen(hub, await other.staff("MANAGER", venue_id=troubled_venue))
    assert await troubled(hub, other, alert_metrics) == troubled_venue
    wanted = {(troubled_venue, "failure_rate"), (troubled_venue, "login_failures")}
    assert await standing(hub) == wanted
    assert {(await second.event())["data"]["alert"]["kind"] for _ in range(2)} == {"failure_rate", "login_failures"}
    for socket in (mine, first):
        with pytest.raises(TimeoutError):
            await socket.event(0.3)
    recipients = await read_outbox(hub.database, "recipient", kind="alert.raised")
    assert {row["recipient"] for row in recipients} == {f"venue-{troubled_venue}@example.com"}
    assert (await screen(hub, await other.staff("MANAGER", venue_id=troubled_venue)))[1] == wanted
    assert (await screen(hub, await other.staff("MANAGER")))[1] == set()
    assert (await screen(hub, await world.staff("MANAGER")))[1] == set()


async def test_with_one_count_for_all_venues_the_alerts_reach_others(
    hub: Hub, world: World, other: World, alert_metrics: AlertMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with the counts of all venues in one, the alerts reach a venue without trouble."""
    for place in ("hub.observability.alert_metrics.at", "hub.actions.reporting.alert_readings.at"):
        monkeypatch.setattr(place, lambda name, *_: name)
    await troubled(hub, other, alert_metrics)
    assert {(world.venue_id, "failure_rate"), (world.venue_id, "login_failures")} <= await standing(hub)


async def test_a_manager_of_the_whole_organisation_gets_the_alerts_of_each_venue(
    hub: Hub, world: World, other: World, alert_metrics: AlertMetrics
) -> None:
    await other.staff("MANAGER", username="head")
    row = await free_of_venue(hub.database, "head")
    # Sign-in would make the same: a session for the organisation's first venue.
    token = hub.services.sessions.issue(Staff(row["id"], row["org_id"], other.venue_id, row["name"], Role.MANAGER))
    socket, before = await screen(hub, token)
    assert before == set()
    venue_id = await troubled(hub, other, alert_metrics)
    assert {(await socket.event())["data"]["alert"]["venue_id"] for _ in range(2)} == {venue_id}
    assert (await screen(hub, token))[1] == {(venue_id, "failure_rate"), (venue_id, "login_failures")}
    assert (await screen(hub, token, venue_id=other.venue_id))[1] == set()


async def test_every_venue_goes_by_its_own_threshold(hub: Hub, other: World, alert_metrics: AlertMetrics) -> None:
    strict = await second_venue(other)
    await change_venue(hub.services, other.venue_id, {"alert_failure_percent": 50, "alert_latency_ms": 2000})
    await change_venue(hub.services, strict, {"alert_failure_percent": 15, "alert_latency_ms": 100})
    for venue_id in (other.venue_id, strict):
        slot_id = await other.slot(venue_id=venue_id)
        for ticket in await other.tickets(16):
            await book(hub, other, slot_id, 1, ticket.id)
        await book(hub, other, slot_id, 4)
    for _ in range(400):
        alert_metrics.took(0.25)
    await look(hub)
    # The response time is the hub's. The threshold is each venue's own.
    assert await standing(hub) == {(strict, "failure_rate"), (strict, "latency")}
    rows = await read_alerts(hub.database, "kind", "value", "threshold", order_by="kind")
    assert [(row["kind"], row["threshold"]) for row in rows] == [("failure_rate", 15), ("latency", 100)]
    assert rows[0]["value"] == 20


async def test_events_of_no_known_venue_count_for_the_organisation(
    hub: Hub, world: World, other: World, alert_metrics: AlertMetrics
) -> None:
    foreign = await world.slot()
    await book(hub, other, 999_999, LEAST - 1)
    await book(hub, other, foreign, 1)
    await knock(hub, "nobody", 20, other.org_id)
    await look(hub)
    assert await standing(hub) == {(other.venue_id, "failure_rate"), (other.venue_id, "login_failures")}
    details = await read_alerts(hub.database, "details")
    assert [json.loads(row["details"])["unplaced"] for row in details] == [20, 20], "and it says how much that was"


async def test_failed_sign_ins_of_unknown_names_without_an_organisation_raise_no_alert(
    hub: Hub, world: World, other: World, alert_metrics: AlertMetrics
) -> None:
    await knock(hub, "nobody", 25)
    await knock(hub, "nobody", 5, 999_999)
    await look(hub)
    assert await standing(hub) == set()


async def test_in_an_organisation_with_one_venue_it_gets_every_alert(
    hub: Hub, world: World, alert_metrics: AlertMetrics
) -> None:
    await world.staff(username="jane")
    await knock(hub, "jane", 10)
    await knock(hub, "nobody", 10)
    await look(hub)
    assert await standing(hub) == {(world.venue_id, "login_failures")}
    assert [row["details"] for row in await read_alerts(hub.database, "details")] == ["{}"]


async def test_the_venues_of_two_processes_are_added_up(hub: Hub, other: World, alert_metrics: AlertMetrics) -> None:
    here, there = alert_metrics, AlertMetrics()
    for each in (here, there):
        for _ in range(LEAST // 2):
            each.count_at("not_booked", other.org_id, other.venue_id)
    await there.add(hub.services.redis)
    await look(hub)
    assert await standing(hub) == {(other.venue_id, "failure_rate")}


@pytest.mark.parametrize(("role", "stays"), [("jobs", True), ("all", False)])
async def test_without_redis_a_process_for_the_jobs_leaves_what_others_count_as_it_is(
    hub: Hub, world: World, alert_metrics: AlertMetrics, monkeypatch: pytest.MonkeyPatch, role: ProcessRole, stays: bool
) -> None:
    """A process that serves goes by its own counts, which have ended here."""
    for _ in range(LEAST):
        alert_metrics.count_at("not_booked", world.org_id, world.venue_id)
    await look(hub)
    assert await standing(hub) == {(world.venue_id, "failure_rate")}

    def away(**_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("hub.observability.telemetry.alert_metrics", AlertMetrics())
    monkeypatch.setattr(hub.services.redis, "pipeline", away)
    services = replace(hub.services, settings=replace(hub.settings, role=role))
    for _ in range(4):
        await watch_measures(services)
        hub.clock.advance(LOOK_EVERY.total_seconds())
    assert (await standing(hub) == {(world.venue_id, "failure_rate")}) is stays

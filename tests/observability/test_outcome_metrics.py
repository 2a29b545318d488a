"""Outcomes counted by the hub: activations, contact checks, scans, messages and transactions, for metrics and for alerts."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from prometheus_client.parser import text_string_to_metric_families

from db.pool import DatabaseDown
from hub.confirmation.carrier_errors import DeliveryRefused
from hub.jobs.gauges import measure_pools
from hub.jobs.outbox import OutboxJob, OutboxWorker
from hub.observability import logs, metrics_page, telemetry
from hub.observability.alert_metrics import AlertMetrics, at
from tests.support.hub import Hub
from tests.support.world import TODAY, World
from web import keys

LATER = TODAY + timedelta(days=9)
CONTACT = {"customer_email": "jane@example.com", "customer_phone": "+12025551234"}


@pytest.fixture(autouse=True)
def own_outbox_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's own job would send what the worker of a test is to send."""

    async def nothing(_self: OutboxJob) -> None:
        return

    monkeypatch.setattr(OutboxJob, "run", nothing)


@pytest.fixture
def alert_metrics(monkeypatch: pytest.MonkeyPatch) -> AlertMetrics:
    """The measures of this test's hub, without those of earlier tests."""
    alert_metrics = AlertMetrics()
    monkeypatch.setattr("hub.observability.telemetry.alert_metrics", alert_metrics)
    return alert_metrics


def counted(alert_metrics: AlertMetrics) -> Counter[str]:
    return sum((*alert_metrics._added.values(), *alert_metrics._to_add.values()), Counter())


def figures(name: str) -> dict[tuple[str, ...], float]:
    """Return the samples of a metric of `/metrics` by their labels."""
    page, _ = metrics_page.render()
    # The whole page of a process of tests takes seconds to read.
    lines = [line for line in page.decode().splitlines(keepends=True) if f"venue_hub_{name}" in line]
    families = {family.name: family for family in text_string_to_metric_families("".join(lines))}
    return {
        tuple(sample.labels.values()): sample.value
        for sample in families[f"venue_hub_{name}"].samples
        if sample.name.endswith("_total")
    }


async def reserve(hub: Hub, ticket: Any, slot: int) -> Any:
    return await hub.post("/api/reservations/create", {"ticket_id": ticket.id, "slot_id": slot, **CONTACT})


async def activate(hub: Hub, ticket: Any) -> int:
    status, _ = await hub.post(f"/api/tickets/{ticket.id}/activate", {}, X_Ticket_Code=ticket.code)
    return status


async def test_activations_and_checks_are_counted_by_their_result(
    hub: Hub, world: World, alert_metrics: AlertMetrics
) -> None:
    before, contacts = figures("ticket_activation"), figures("contact_verification")
    ticket, unpaid = await world.ticket("INACTIVE", activation_mode="deferred"), await world.ticket("PENDING_PAYMENT")
    assert [await activate(hub, one) for one in (ticket, ticket, unpaid)] == [200, 409, 409]
    for email in ("jane@example.com", "jane"):
        body = {"ticket_id": ticket.id, "email": email, "phone": "+12025551234"}
        await hub.post("/api/tickets/verify-contact", body)
    for code in (ticket.code, "TKT-2026-NOSUCH-TICKET"):
        await hub.post("/api/tickets/validate", {"ticket_code": code})
    after = figures("ticket_activation")
    for result in ("success", "already_activated", "ticket_not_activated"):
        assert after[(result,)] == before.get((result,), 0) + 1
    for result in ("valid", "invalid"):
        key = ("format", result)
        assert figures("contact_verification")[key] == contacts.get(key, 0) + 1
    found = counted(alert_metrics)
    assert [found[at(name, world.org_id, 0)] for name in ("activated", "not_activated")] == [1, 1], (
        "twice is no failure"
    )
    assert [found[at(name, world.org_id, 0)] for name in ("check_passed", "check_refused")] == [1, 1]


async def test_full_slots_and_errors_of_bookings_are_counted_at_their_venue(
    hub: Hub, world: World, alert_metrics: AlertMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, free = await world.slot(capacity=1), await world.slot(start="16:00", end="18:00")
    await world.fill(full, 1)
    ticket = await world.ticket()
    assert (await reserve(hub, ticket, full))[0] == 409
    with monkeypatch.context() as patch, logs.captured() as lines:
        patch.setattr(hub.app[keys.BOOKINGS], "reserve_together", AsyncMock(side_effect=DatabaseDown("gone")))
        assert (await reserve(hub, ticket, free))[0] == 503
        patch.setattr(hub.app[keys.BOOKINGS], "reserve_together", AsyncMock(side_effect=RuntimeError("a fault")))
        assert (await reserve(hub, ticket, free))[0] == 500
    failed = [line["reason"] for line in lines if line["event"] == "reservation.failed"]
    assert failed == ["SERVICE_UNAVAILABLE", "INTERNAL"]
    assert (await reserve(hub, ticket, free))[0] == 200
    found = counted(alert_metrics)
    names = ("booked", "not_booked", "slot_full", "booking_error")
    assert [found[at(name, world.org_id, world.venue_id)] for name in names] == [1, 3, 1, 2]
    assert sum(number for name, number in found.items() if name.startswith("booking") and ":" not in name) == 3


async def test_scans_are_counted_as_let_in_or_turned_away_once_for_each_visitor(
    hub: Hub, world: World, alert_metrics: AlertMetrics
) -> None:
    (ticket,) = await world.fill(await world.slot(), 1)
    gate = await hub.socket(await world.staff(), gate="A")
    await gate.validate(ticket.code)
    await gate.verify(ticket.code)
    await gate.verify(ticket.code)
    await gate.validate("TKT-2026-NOSUCH-TICKET")
    found = counted(alert_metrics)
    names = ("let_in", "turned_away", "scan_late")
    assert [found[at(name, world.org_id, world.venue_id)] for name in names] == [1, 1, 0]


async def test_scans_without_an_answer_and_late_ones_are_counted_at_their_venue(
    hub: Hub, world: World, alert_metrics: AlertMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ticket,) = await world.fill(await world.slot(), 1)
    gate = await hub.socket(await world.staff(), gate="A")
    late = at("scan_late", world.org_id, world.venue_id)
    with monkeypatch.context() as patch:
        patch.setattr(hub.app[keys.ENTRY_SCANS], "_decide_all", AsyncMock(side_effect=DatabaseDown("gone")))
        reply = await gate.command("validate", code=ticket.code)
        assert reply["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert counted(alert_metrics)[late] == 1
    with monkeypatch.context() as patch:
        patch.setattr("hub.observability.outcome_metrics.LATE_SECONDS", -1.0)
        await gate.validate(ticket.code)
    assert counted(alert_metrics)[late] == 2
    await gate.validate(ticket.code)
    assert counted(alert_metrics)[late] == 2


async def test_messages_are_counted_by_kind_and_mails_for_the_organisation(
    hub: Hub, world: World, alert_metrics: AlertMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = figures("outbox_messages")
    worker = OutboxWorker(hub.services)
    slot = await world.slot()
    await world.reserved(slot)
    await worker.send_due()
    monkeypatch.setattr(worker._carrier, "send", AsyncMock(side_effect=DeliveryRefused("no such mailbox")))
    await world.reserved(slot)
    await worker.send_due()
    await worker._rest()
    after = figures("outbox_messages")
    for result in ("sent", "given_up"):
        key = ("mail", "reservation.confirmed", result)
        assert after[key] == before.get(key, 0) + 1
    found = counted(alert_metrics)
    assert [found[at(name, world.org_id, 0)] for name in ("mail_sent", "mail_failed")] == [1, 1]


async def test_the_transactions_of_every_pool_are_counted(hub: Hub, world: World, alert_metrics: AlertMetrics) -> None:
    await measure_pools(hub.services)
    before, jobs = figures("database_transactions"), counted(alert_metrics)
    await world.reserved(await world.slot())
    await measure_pools(hub.services)
    after = figures("database_transactions")
    assert after["bookings", "committed"] > before["bookings", "committed"]
    assert counted(alert_metrics)["committed.bookings"] > jobs["committed.bookings"]
    assert after["bookings", "failed"] == before["bookings", "failed"]


TICKET_AND_SLOT = {"ticket_id", "slot_id"}
FIELDS = {
    "ticket.validated": {"ticket_id", "status"},
    "ticket.validation.requested": {"result"},
    "ticket.validation.failed": {"reason"},
    "contact.verification.requested": {"ticket_id"},
    "contact.verification.failed": {"ticket_id", "fields"},
    "reservation.created": TICKET_AND_SLOT,
    "reservation.failed": {*TICKET_AND_SLOT, "reason"},
    "reservation.creation.started": TICKET_AND_SLOT,
    "reservation.creation.success": {*TICKET_AND_SLOT, "reservation_id", "slot_date"},
    "reservation.creation.failed": {*TICKET_AND_SLOT, "reason"},
    "ticket.verified": {"ticket_id", "operator_id"},
    "validation.result": {"ticket_id", "result", "reason"},
    "scan.validation.failure": {"reason"},
    "email.confirmation.sent": {"reservation_id"},
    "email.confirmation.failed": {"reservation_id", "error"},
}
"""What the documents want in a line, without codes and contact details, which no log holds."""


async def test_every_event_of_the_documents_is_a_line_of_its_own(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Path(telemetry.__file__).read_text(encoding="utf-8").partition("# ---- Events: ours")[0]
    named = set(re.findall(r'Final = "([\w.]+)"  # [CP56 ]+$', source, re.MULTILINE))
    assert len(named) == 19
    worker = OutboxWorker(hub.services)
    slot, full = await world.slot(), await world.slot(start="16:00", end="18:00", capacity=1)
    later, other = await world.slot(LATER), await world.slot(LATER + timedelta(days=1))
    await world.fill(full, 1)
    ticket, cancelled, late = await world.tickets(3)
    with logs.captured() as lines:
        await activate(hub, await world.ticket("INACTIVE", activation_mode="deferred"))
        for code in (ticket.code, "TKT-2026-NOSUCH-TICKET"):
            await hub.post("/api/tickets/validate", {"ticket_code": code})
        await hub.post("/api/tickets/verify-contact", {"ticket_id": ticket.id, "email": "jane", "phone": "1"})
        assert (await reserve(hub, late, full))[0] == 409
        assert (await reserve(hub, ticket, slot))[0] == 200
        _, answer = await reserve(hub, cancelled, later)
        token = answer["data"]["manage_url"].rpartition("/")[2]
        path = f"/api/reservations/{answer['data']['reservation_id']}"
        async with hub.client.put(path, json={"slot_id": other}, headers={"X-Reservation-Token": token}) as moved:
            assert moved.status == 200
        assert (await hub.delete(path, X_Reservation_Token=token))[0] == 200
        gate = await hub.socket(await world.staff(), gate="A")
        await gate.verify(ticket.code)
        await gate.verify("TKT-2026-NOSUCH-TICKET")
        await worker.send_due()
        monkeypatch.setattr(worker._carrier, "send", AsyncMock(side_effect=DeliveryRefused("no such mailbox")))
        await reserve(hub, late, slot)
        await worker.send_due()
    await worker._rest()
    assert named <= {line["event"] for line in lines}
    assert [line for line in lines if not FIELDS.get(line["event"], set()) <= set(line)] == []
    asked = [line["result"] for line in lines if line["event"] == "ticket.validation.requested"]
    assert asked == ["valid", "invalid"]
    (entry,) = [line for line in lines if line["event"] == "ticket.verified"]
    for name in ("validation.result", "scan.validation.success"):
        (same,) = [line for line in lines if line["event"] == name and line["result"] == "GREEN"]
        assert {**same, "event": ""} == {**entry, "event": ""}

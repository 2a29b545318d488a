"""The report of a day on paper: what the day's figures and lists say, without names of visitors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from hub.actions.reporting.day_report import read_day_report
from tests.support.hub import Hub
from tests.support.notices import count_alarms
from tests.support.offline_queue import queued, sync
from tests.support.plain_browser import PlainBrowser
from tests.support.scan_log import change_scan
from tests.support.tickets import change_ticket
from tests.support.venue_day import GATES, PLAN, live_through
from tests.support.websocket_client import answer_of
from tests.support.world import NOON, TODAY, World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("MANAGER"))
        yield browser


async def test_the_report_has_the_figures_of_the_day_by_slot_and_by_gate(
    hub: Hub, world: World, browser: PlainBrowser
) -> None:
    hub.clock.set(NOON + timedelta(hours=2))
    slots = await live_through(world, until=NOON + timedelta(hours=2), plan=PLAN)
    venue = await hub.services.venues.read(world.org_id, world.venue_id)
    report = await read_day_report(hub.services, venue, TODAY)
    assert [slot["slot_id"] for slot in report.figures["slots"]] == slots
    assert [gate.name for gate in report.gates] == sorted(GATES)
    assert sum(gate.entered for gate in report.gates) == report.figures["verified"] > 0
    for name in ("scans", "yellow", "red"):
        assert sum(getattr(gate, name) for gate in report.gates) == report.figures[name] > 0
    assert all(gate.seconds and gate.seconds > 0 for gate in report.gates)
    assert report.busiest is not None
    assert 0 < report.busiest[1] <= report.figures["verified"]
    page = await browser.open(f"/manager/report?date={TODAY}")
    assert f"Busiest quarter of an hour: from {report.busiest[0].astimezone(venue.zone):%H:%M}" in page.text
    assert "Wrong date" in page.text
    assert "The day is not over yet." in page.text
    assert all(name in page.text for name in GATES)


async def test_disputes_conflicts_overrides_and_alarms_are_listed_without_names_of_visitors(
    hub: Hub, world: World, browser: PlainBrowser
) -> None:
    first, second = await world.fill(await world.slot(), 2)
    late = await world.reserved(await world.slot(TODAY + timedelta(3)))
    await change_ticket(hub.database, late.id, customer_name="Ada Lovelace")
    a, b = [await hub.socket(await world.staff(name=f"{gate} Person"), gate=f"Gate {gate}") for gate in "AB"]
    supervisor = await hub.socket(await world.staff("MANAGER", name="Sue Lee"))
    refused = await a.validate(late.code)
    await answer_of(a, "ask_supervisor", scan_id=refused["scan_id"], note="was told today")
    await answer_of(supervisor, "override", scan_id=refused["scan_id"], reason="guest of the house")
    await a.verify(first.code)
    await b.verify(first.code)
    async with asyncio.timeout(60):
        while not await count_alarms(hub.database):
            await asyncio.sleep(0.02)
    await sync(a, queued(second.code, -20))
    await sync(b, queued(second.code, -15))
    page = await browser.open("/manager/report")
    for words in (
        f"…{late.code[-4:]}", "Wrong date", "was told today", "Admitted", "Sue Lee", "guest of the house",
        f"…{first.code[-4:]}", "before that at gate Gate A", f"…{second.code[-4:]}", "Ticket used twice", "Open",
    ):  # fmt: skip
        assert words in page.text, words
    assert "Ada Lovelace" not in page.text
    assert late.code not in page.text
    before = await browser.open(f"/manager/report?date={TODAY - timedelta(1)}")
    assert before.text.count("None.") == 4
    assert "Nobody has scanned on this day." in before.text


async def test_what_happened_after_midnight_is_in_the_report_of_the_day_that_ran(hub: Hub, world: World) -> None:
    venue = await hub.services.venues.read(world.org_id, world.venue_id)
    today, tomorrow = await world.fill(await world.slot(TODAY + timedelta(3)), 2)
    gate = await hub.socket(await world.staff(), gate="A")
    for ticket, day in ((today, None), (tomorrow, TODAY + timedelta(1))):
        refused = await gate.validate(ticket.code)
        await change_scan(hub.database, UUID(refused["scan_id"]), day=day)
        await answer_of(gate, "ask_supervisor", scan_id=refused["scan_id"])
    for ticket, day in ((today, TODAY), (tomorrow, TODAY + timedelta(1))):
        (dispute,) = (await read_day_report(hub.services, venue, day)).disputes
        assert dispute["tail"] == ticket.code[-4:]


async def test_a_long_list_is_cut_and_the_report_says_so(
    hub: Hub, world: World, browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = await hub.socket(await world.staff(), gate="A")
    for number in range(3):
        refused = await gate.validate(f"TKT-2026-NOBODY-{number}")
        await answer_of(gate, "ask_supervisor", scan_id=refused["scan_id"])
    assert "A list shows the first" not in (await browser.open("/manager/report")).text
    monkeypatch.setattr("hub.actions.reporting.day_report.MOST_ROWS", 2)
    page = await browser.open("/manager/report")
    assert "A list shows the first 2 rows" in page.text
    assert page.text.count("Invalid ticket") == 2 + 1


async def test_only_managers_read_it_and_a_day_that_is_none_is_refused(hub: Hub, world: World) -> None:
    async with PlainBrowser(hub.url) as operator:
        operator.sign_in(await world.staff())
        assert (await operator.open("/manager/report")).heading == "Staff sign-in"
    token = await world.staff("MANAGER")
    for day, status in ((TODAY, 200), ("x", 400), ("2026-02-30", 400), ("9999-12-31", 400)):
        answer = await hub.client.get(f"/manager/report?date={day}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == status

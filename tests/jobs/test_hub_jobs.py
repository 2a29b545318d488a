"""Jobs in a process of their own: one that serves leaves them to it, wakes it at once, and says whether there is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from hub.actions.reporting import server_health
from hub.events import codec
from hub.events.announcements import Announcement, MessagesWritten, PeerSeen
from hub.jobs import outbox
from tests.support.api_client import Api
from tests.support.bookings import book, outcome
from tests.support.hub import Hub
from tests.support.job_table import run_job_every
from tests.support.mail_outbox import count_outbox
from tests.support.world import World

Opener = Callable[..., Awaitable[Hub]]


@pytest.fixture(autouse=True)
def nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outbox is looked at when it is woken, and otherwise once an hour."""
    monkeypatch.setattr(outbox, "PERIOD_SECONDS", 3600.0)
    monkeypatch.setattr(server_health, "KEPT_SECONDS", 0.0)


@pytest.fixture
async def hub(open_hub: Opener) -> AsyncIterator[Hub]:
    return await open_hub(role="web")


async def open_jobs(open_hub: Opener, hub: Hub) -> Hub:
    """Open a process for the jobs, and wait until it hears the one that serves."""
    heard: list[str] = []
    jobs = await open_hub(role="jobs")
    jobs.services.announcer.listen(lambda one: heard.append("peer") if not isinstance(one, MessagesWritten) else None)
    async with asyncio.timeout(30):
        while not heard:
            hub.services.scan_events.peers.announce()
            await asyncio.sleep(0.02)
    return jobs


async def mailed(hub: Hub, patience: float) -> int:
    """Wait until a message was sent. Return how many were."""
    sent = 0
    try:
        async with asyncio.timeout(patience):
            while not sent:
                await asyncio.sleep(0.01)
                sent = await count_outbox(hub.database, status="SENT")
    except TimeoutError:
        return 0
    return sent


async def test_a_booking_wakes_the_outbox_of_another_process(hub: Hub, world: World, open_hub: Opener) -> None:
    await open_jobs(open_hub, hub)
    assert outcome(await book(hub, await world.ticket(), await world.slot())) == "booked"
    assert await mailed(hub, 60) == 1


async def test_without_the_announcement_it_waits_for_its_period(
    hub: Hub, world: World, open_hub: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    encode = codec.encode

    def forgotten(announcement: Announcement) -> list[Any]:
        return ["forgotten"] if isinstance(announcement, MessagesWritten) else encode(announcement)

    monkeypatch.setattr("hub.events.announcer.encode", forgotten)
    jobs = await open_jobs(open_hub, hub)
    received = jobs.announced()
    assert outcome(await book(hub, await world.ticket(), await world.slot())) == "booked"
    async with asyncio.timeout(30):
        while not received:  # the count of the slot comes with the same message
            await asyncio.sleep(0.01)
    assert await mailed(hub, 0.5) == 0


async def test_a_process_that_serves_says_whether_another_runs_the_jobs(
    hub: Hub, open_hub: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Api(hub)
    alone = (await serving.get("/readyz")).json
    assert (alone["status"], alone["jobs"]) == ("degraded", "away")
    run_job_every(monkeypatch, "jobs seen", 0.05)
    jobs = Api(await open_hub(role="jobs"))
    assert (await jobs.get("/readyz")).json["jobs"] == "ok"
    async with asyncio.timeout(30):
        while (await serving.get("/readyz")).json["jobs"] != "ok":
            await asyncio.sleep(0.01)
    assert (await serving.get("/readyz")).json["status"] == "ok"


async def test_a_process_for_the_jobs_shows_health_and_metrics_and_nothing_else(open_hub: Opener) -> None:
    jobs = await open_hub(role="jobs")
    shown = {"/healthz": 200, "/readyz": 200, "/metrics": 200}
    for path in (*shown, "/", "/reserve", "/ws", "/api/shows", "/static/css/base/tokens.css"):
        async with jobs.client.get(path) as answer:
            assert answer.status == shown.get(path, 404), path


@pytest.mark.parametrize("takes_part", [False, True], ids=["as it is", "control"])
async def test_a_process_for_the_jobs_is_no_peer_that_scans_are_sent_to(
    hub: Hub, open_hub: Opener, takes_part: bool
) -> None:
    jobs, introduced = await open_jobs(open_hub, hub), []
    jobs.services.announcer.listen(introduced.append)
    jobs.services.scan_events.peers._takes_part = takes_part
    hub.services.announcer.origin = "another"
    async with asyncio.timeout(30):
        while PeerSeen("another", ()) not in introduced:
            hub.services.scan_events.peers.announce()
            await asyncio.sleep(0.02)
    assert (PeerSeen(jobs.services.announcer.origin, ()) in introduced) is takes_part

"""Locust runs against a real hub and exits with 0, and with 1 for one wrong answer or one lost entry."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from loadtests import load
from loadtests.audit.__main__ import run as run_audit
from loadtests.stock import FIRST_ID
from tests.support.scan_log import count_entries
from tests.support.world import NOON, TODAY, World

GUESTS = 1000
SILENT_SECONDS = 6
"""Longer than locust itself waits for a worker that says nothing."""
ENDS_EARLY = Path(__file__).parent.parent / "support" / "ends_early.py"


@pytest.fixture
async def ground(open_hub: Any) -> tuple[World, dict[str, Any]]:
    """A venue with guests of today, as the file that locust reads. Offline scans are a minute old: the hub's clock stands still."""
    world = await World(await open_hub()).found()
    guests = await world.fill(await world.slot(capacity=GUESTS), GUESTS)
    manager = await world.staff("MANAGER")
    return world, {
        "taken": {"today": [ticket.code for ticket in guests]},
        "shared": {
            "operator tokens": [await world.staff()], "manager tokens": [manager], "clock offset": [(NOON - datetime.now(UTC)).total_seconds() - 60], "org": [world.org_id],
            "month": [f"{TODAY:%Y-%m}"],
        },
        "audit": {
            "hub": world.hub.url, "database": world.hub.database.dsn, "org": world.org_id, "venue": world.venue_id,
            "first ticket": -FIRST_ID, "manager token": manager,
        },
    }  # fmt: skip


async def run_locust(
    monkeypatch: pytest.MonkeyPatch, world: World, ground: dict[str, Any], folder: Path, users: list[str], enough: str, *,
    workers: int = 1,
) -> tuple[int, Any]:  # fmt: skip
    """Run these users until the requests of `enough` were made. Return locust's exit code and its verdict."""
    path = folder / "ground.json"
    path.write_text(json.dumps(ground))
    monkeypatch.setenv("LOAD_ENOUGH", enough)
    given = argparse.Namespace(
        users=8, seconds=90, shape="steady", workers=workers, expect_workers=0,
        bound=["verify=60000", "validate=60000", "availability=60000", "sync=60000"],
        html="", json="", ui=False, exclude_tags=["refused"],
    )  # fmt: skip
    # Another process may use the processor: being late is not what these tests are about.
    more = [*users, "--locustfile", f"{load.LOCUSTFILE},{ENDS_EARLY}", "--most-lag", "60000"]
    code = await asyncio.to_thread(load.run_locust, world.hub, given, more, path)
    return code, json.loads((folder / "result.json").read_text())


async def silence_workers(world: World, workers: int) -> None:
    """Stop the workers of the run for a while when somebody has been let in, as a busy machine may."""
    async with asyncio.timeout(240):
        while not await count_entries(world.hub.database):
            await asyncio.sleep(0.05)
    (master,) = [one for one in psutil.Process().children() if "locust" in one.cmdline()]
    stopped = master.children()
    assert len(stopped) == workers
    for worker in stopped:
        worker.suspend()
    await asyncio.sleep(SILENT_SECONDS)
    for worker in stopped:
        worker.resume()


async def test_workers_share_the_tickets_outlive_a_silence_and_their_histories_are_audited_together(
    ground, tmp_path, monkeypatch
):
    world, document = ground
    users = ["HandHeldOperator", "ContinuousOperator", "OfflineOperator", "Dashboard", "OpenCalendar"]
    enough = "verify valid,verify continuous,sync a queue,counts after a snapshot,calendar ping"
    async with asyncio.TaskGroup() as both:
        run = both.create_task(run_locust(monkeypatch, world, document, tmp_path, users, enough, workers=2))
        both.create_task(silence_workers(world, 2))
    code, verdict = run.result()
    assert (code, verdict["problems"]) == (0, [])
    history = json.loads((tmp_path / "history.json").read_text())
    entries = len(history["entries"])
    assert entries > 2
    assert history["dashboards"], "the last reports came, for a dashboard speaks when it stops"
    assert any(note.startswith(f"{entries} entries acknowledged and {entries} in the log") for note in verdict["notes"])
    assert len({code for _, code in history["entries"]}) == entries, "no ticket was given to two users"

    lost = {**history, "entries": [*history["entries"], ["00000000-0000-4000-8000-000000000000", "TKT"]]}
    found = (await run_audit(document["audit"], lost)).problems
    assert [one.split(":")[0] for one in found] == ["entries that were acknowledged and are not in the log"]
    entry, _ = history["entries"][0]  # whoever asked for it first may have asked twice, or for what was no entry
    unasked = {**history, "asked": [one for one in history["asked"] if one != entry]}
    found = (await run_audit(document["audit"], unasked)).problems
    assert [one.split(":")[0] for one in found] == ["entries in the log that nobody asked for"]
    shown = {**history, "dashboards": [{**one, "revision": 10**6} for one in history["dashboards"]]}
    found = (await run_audit(document["audit"], shown)).problems
    assert [one.split(" at ")[0] for one in found] == ["dashboards that differ"]


async def test_one_wrong_answer_makes_the_exit_code_1(ground, tmp_path, monkeypatch):
    """The control: a ticket without reservation among the guests."""
    world, document = ground
    document["taken"]["today"].insert(0, (await world.ticket()).code)
    code, verdict = await run_locust(monkeypatch, world, document, tmp_path, ["HandHeldOperator"], "validate valid")
    assert code == 1
    (problem,) = verdict["problems"]
    assert "got RED NO_RESERVATION" in problem

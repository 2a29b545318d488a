"""The hub is killed while scanners sync: before Postgres has written, meanwhile, afterwards, and at any moment.

Whatever the moment, the same queue is sent again, and every scan has one entry, one row in the log and one conflict.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.support.blocked_inserts import Standstill
from tests.support.hub import Hub
from tests.support.hub_process import ServedHub
from tests.support.invariants import broken_invariants
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.notices import read_notice_counts
from tests.support.offline_queue import queued, sync
from tests.support.scan_conflicts import count_conflicts
from tests.support.scan_log import count_entries, count_scans
from tests.support.websocket_client import Socket
from tests.support.world import Ticket, World


@pytest.fixture
async def hub(open_hub: Any) -> Hub:
    """The other hub, which is not killed.

    Its invariants are not checked at the end, because the controls break them.
    """
    beside: Hub = await open_hub()
    return beside


@pytest.fixture
async def world(hub: Hub) -> World:
    return await World(hub).found()


@asynccontextmanager
async def scanner(url: str, token: str) -> AsyncIterator[Socket]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as client, client.ws_connect(f"{url}/ws", headers=headers) as ws:
        socket = Socket(ws)
        for kind in ("hello", "ready"):
            assert (await socket.receive())["type"] == kind
        yield socket


async def outcomes(url: str, token: str, scans: list[dict[str, Any]]) -> Counter[str]:
    async with scanner(url, token) as socket:
        return Counter(result["outcome"] for result in await sync(socket, *scans))


async def killed(served: ServedHub, still: Standstill, token: str, scans: list[dict[str, Any]]) -> None:
    """Send the queue, and kill the hub as soon as its statement is blocked. The scanner gets no answer."""

    async def send() -> None:
        await outcomes(served.url, token, scans)

    sending = asyncio.create_task(send())
    await still.waits(1)
    await served.kill()
    with pytest.raises((aiohttp.ClientError, TypeError)):
        await sending


async def recorded(world: World) -> tuple[int, int, int]:
    """Return the numbers of entries, rows of the log, and conflicts."""
    database = world.hub.database
    return await count_entries(database), await count_scans(database), await count_conflicts(database)


async def queue_of(world: World, count: int = 40) -> tuple[list[Ticket], list[dict[str, Any]]]:
    tickets = await world.fill(await world.slot(), count)
    return tickets, [queued(ticket.code, -20 + n / 100) for n, ticket in enumerate(tickets)]


class TestKilledWhilePostgresWrites:
    """Postgres has the entries and has not written them when the hub is killed."""

    async def test_what_postgres_finishes_all_the_same_is_found_done(
        self, world: World, served: ServedHub, still: Standstill
    ) -> None:
        token = await world.staff()
        _, scans = await queue_of(world)
        await still.at("scans")
        await killed(served, still, token, scans)
        await still.go()
        await still.settled()
        assert await recorded(world) == (40, 40, 0), "nobody has heard of it"
        await served.start()
        assert await outcomes(served.url, token, scans) == {"duplicate": 40}
        assert await recorded(world) == (40, 40, 0)
        assert await broken_invariants(world.hub.database) == []

    async def test_with_a_new_scan_id_for_every_attempt_a_repeat_is_a_conflict(
        self, world: World, served: ServedHub, still: Standstill
    ) -> None:
        """Control: without the scan's own id, the repeated scan counts as a second visitor."""
        token = await world.staff()
        _, scans = await queue_of(world)
        await still.at("scans")
        await killed(served, still, token, scans)
        await still.go()
        await still.settled()
        renamed = [scan | {"scan_id": str(uuid4())} for scan in scans]
        assert await outcomes(world.hub.url, token, renamed) == {"conflict": 40}

    async def test_what_postgres_never_did_is_done_now(
        self, world: World, served: ServedHub, still: Standstill
    ) -> None:
        token = await world.staff()
        _, scans = await queue_of(world)
        await still.at("scans")
        await killed(served, still, token, scans)
        await still.end_backends()
        await still.go()
        await still.settled()
        assert await recorded(world) == (0, 0, 0)
        await served.start()
        assert await outcomes(served.url, token, scans) == {"accepted": 40}
        assert await recorded(world) == (40, 40, 0)
        assert await broken_invariants(world.hub.database) == []

    async def sent_again_meanwhile(self, world: World, served: ServedHub, still: Standstill) -> Counter[str]:
        """Send the queue again at another hub, while Postgres still runs the killed hub's statement."""
        token = await world.staff()
        tickets, scans = await queue_of(world, 5)
        await still.at("scans")
        await killed(served, still, token, scans)
        # Another device let the same people in later, and the first device sends its queue again.
        rival = [queued(ticket.code, -5) for ticket in tickets]
        again = asyncio.create_task(outcomes(world.hub.url, await world.staff(), rival))
        await still.waits(2)
        await still.go()
        found = await again
        assert await outcomes(world.hub.url, token, scans) == {"duplicate": 5}
        return found

    async def test_a_scan_sent_while_postgres_still_writes_is_second(
        self, world: World, served: ServedHub, still: Standstill
    ) -> None:
        assert await self.sent_again_meanwhile(world, served, still) == {"conflict": 5}
        assert await recorded(world) == (5, 10, 5)
        assert await broken_invariants(world.hub.database) == []

    async def test_without_the_version_check_both_are_first(
        self, world: World, served: ServedHub, still: Standstill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sabotage(
            monkeypatch, "scanning/entries", "write_entry_scans",
            (" AND t.id = a.ticket_id AND t.version = a.version\n", " AND t.id = a.ticket_id\n"),
        )  # fmt: skip
        await without_last_line(world, "reservation_slots_verified_within_booked")
        assert await self.sent_again_meanwhile(world, served, still) == {"accepted": 5}
        assert await broken_invariants(world.hub.database) != []


class TestKilledBetweenTheTwo:
    """The scans are in the log, and their conflicts are not."""

    async def left_unwritten(
        self, world: World, served: ServedHub, still: Standstill
    ) -> tuple[str, list[dict[str, Any]]]:
        tickets, first = await queue_of(world, 10)
        assert await outcomes(world.hub.url, await world.staff(), first) == {"accepted": 10}
        token = await world.staff()
        scans = [queued(ticket.code, -5) for ticket in tickets]
        await still.at("scan_conflicts")
        await killed(served, still, token, scans)
        await still.end_backends()
        await still.go()
        await still.settled()
        assert await recorded(world) == (10, 20, 0)
        return token, scans

    async def test_the_conflicts_are_written_and_published_when_the_queue_comes_again(
        self, world: World, served: ServedHub, still: Standstill
    ) -> None:
        token, scans = await self.left_unwritten(world, served, still)
        await served.start()
        for _ in range(2):
            assert await outcomes(served.url, token, scans) == {"conflict": 10}
        assert await recorded(world) == (10, 20, 10)
        assert await read_notice_counts(world.hub.database) == [10]

    async def test_if_only_new_scans_can_be_conflicts_the_unwritten_ones_are_lost(
        self, world: World, served: ServedHub, still: Standstill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Control: if a logged scan counts as done, its conflicts are never written."""
        token, scans = await self.left_unwritten(world, served, still)
        only_new = (
            "WHERE NOT EXISTS (SELECT FROM scans e WHERE e.org_id = $1 AND e.scan_id = c.scan_id AND e.logged_at < $3)"
        )
        sabotage(monkeypatch, "scanning/conflicts", "note_conflicts", (" ORDER BY c.scan_id\n", f" {only_new}\n"))
        assert (await outcomes(world.hub.url, token, scans))["conflict"] == 0
        assert await recorded(world) == (10, 20, 0)


class TestPostgresGoesMeanwhile:
    """The hub lives, and its connections to Postgres end in the middle.

    The scanner gets an error and sends all of it again.
    """

    @pytest.mark.parametrize("table", ["scans", "scan_conflicts"])
    async def test_a_queue_that_is_refused_as_a_whole_is_taken_over_when_it_comes_again(
        self, world: World, still: Standstill, table: str
    ) -> None:
        tickets, first = await queue_of(world, 10)
        token = await world.staff()
        rival = [queued(ticket.code, -5) for ticket in tickets[:3]]
        await still.at(table)
        async with scanner(world.hub.url, token) as socket:
            sending = asyncio.create_task(socket.command("sync", scans=first + rival))
            await still.waits(1)
            await still.end_backends()
            reply = await sending
            assert reply["error"]["code"] == "SERVICE_UNAVAILABLE"
            await still.go()
            found = Counter(result["outcome"] for result in await sync(socket, *first, *rival))
            assert found == {"accepted" if table == "scans" else "duplicate": 10, "conflict": 3}
        assert await recorded(world) == (10, 13, 3)
        assert await broken_invariants(world.hub.database) == []


async def test_three_deaths_at_any_moment_of_two_long_queues_leave_one_entry_each(
    world: World, served: ServedHub
) -> None:
    lot = random.Random(4)
    tickets = await world.fill(await world.slot(capacity=400), 400)
    queues = [
        [queued(ticket.code, -60 + n / 100) for n, ticket in enumerate(tickets)],
        [queued(ticket.code, -30 + n / 100) for n, ticket in enumerate(tickets[:120])],
    ]
    tokens = [await world.staff(name=name) for name in ("Jane", "Tom")]
    received: list[dict[str, list[str]]] = [{}, {}]
    left = [len(queue) for queue in queues]
    sent_twice = 0

    async def device(n: int) -> None:
        """Send a queue as a scanner does: in order, twenty at a time, an unanswered batch again over the next
        connection.
        """
        nonlocal sent_twice
        done = 0
        while done < len(queues[n]):
            batch = queues[n][done : done + 20]
            try:
                async with scanner(served.url, tokens[n]) as socket:
                    while batch:
                        reply = await socket.command("sync", scans=batch)
                        if not reply["success"]:
                            continue
                        for result in reply["data"]["results"]:
                            received[n].setdefault(result["scan_id"], []).append(result["outcome"])
                        done += len(batch)
                        left[n] = len(queues[n]) - done
                        batch = queues[n][done : done + 20]
            except (aiohttp.ClientError, TypeError, AssertionError):
                sent_twice += 1
                await asyncio.sleep(0.05)

    devices = [asyncio.create_task(device(n)) for n in range(2)]
    for third in range(3):
        # The hub is killed after about each further quarter of the scans, at a random moment.
        async with asyncio.timeout(60):
            while left[0] > 400 - (third + 1) * 100 + lot.randrange(40):
                await asyncio.sleep(0.002)
        await served.kill()
        await served.start()
    async with asyncio.timeout(60):
        await asyncio.gather(*devices)
    assert sent_twice >= 3
    assert all(len(answers) == 1 for each in received for answers in each.values()), (
        "answered once, whatever was sent twice"
    )
    outcomes_of = Counter(answers[0] for each in received for answers in each.values())
    assert outcomes_of["conflict"] == 120, outcomes_of
    assert await recorded(world) == (400, 520, 120)
    assert await broken_invariants(world.hub.database) == []

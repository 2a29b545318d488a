"""Ten scanners that sync at once: each sends its queue ten times, in pieces, in any order, to either hub.

Each mechanism alone, and what happens without it, is in `test_queues_at_once.py`; `make bench` has the row O1 at full size.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.notices import read_notice_counts
from tests.support.offline_queue import queued, sync
from tests.support.scan_conflicts import count_conflicts
from tests.support.scan_log import count_entries, count_scans
from tests.support.slots import sum_verified
from tests.support.websocket_client import Socket
from tests.support.world import Ticket, World

pytestmark = pytest.mark.own_hub

SCANNERS, QUEUED, REPLAYS, PIECE = 10, 40, 10, 20
SHARED = QUEUED * 3 // 10
"""Three in ten of a scanner's tickets are also in its neighbour's queue: these visitors went to both gates."""


async def test_ten_queues_sent_ten_times_over_each_other_give_one_entry_each(two_hubs: list[Hub], world: World) -> None:
    lot = random.Random(11)
    tickets = await world.fill(await world.slot(capacity=2000), SCANNERS * QUEUED + 40)
    online = tickets[SCANNERS * QUEUED :]
    mine = [tickets[n * QUEUED : (n + 1) * QUEUED] for n in range(SCANNERS)]
    overlaps = [(mine[n][-SHARED:], (n + 1) % SCANNERS) for n in range(SCANNERS)]
    queues = [[queued(ticket.code, -60 + i / 10) for i, ticket in enumerate(one)] for one in mine]
    for shared, neighbour in overlaps:
        queues[neighbour] += [queued(ticket.code, -30) for ticket in shared]
    received: dict[str, Counter[str]] = {scan["scan_id"]: Counter() for queue in queues for scan in queue}

    async def scanner(n: int) -> None:
        sockets = [await hub.socket(await world.staff(name=f"Operator {n}"), gate=f"{n}") for hub in two_hubs]
        pieces = [queues[n][start : start + PIECE] for start in range(0, len(queues[n]), PIECE)] * REPLAYS
        lot.shuffle(pieces)
        for piece in pieces:
            scans = lot.sample(piece, len(piece))
            for result in await sync(lot.choice(sockets), *scans):
                received[result["scan_id"]][result["outcome"]] += 1

    async def gate(socket: Socket, presented: list[Ticket]) -> None:
        for ticket in presented:
            assert (await socket.verify(ticket.code))["reason"] == "VERIFIED"

    at_the_door = await two_hubs[0].socket(await world.staff(), gate="door")
    await asyncio.gather(gate(at_the_door, online), *(scanner(n) for n in range(SCANNERS)))

    assert all(counts.total() == REPLAYS for counts in received.values())
    # Each scan was accepted once and then a duplicate, or a conflict every time.
    kinds = Counter(tuple(sorted(counts.items())) for counts in received.values())
    conflicts = SCANNERS * SHARED
    assert kinds == {
        (("accepted", 1), ("duplicate", REPLAYS - 1)): SCANNERS * QUEUED, (("conflict", REPLAYS),): conflicts,
    }  # fmt: skip
    database = world.hub.database
    figures = (
        await count_entries(database), await count_scans(database), await count_conflicts(database),
        sum(await read_notice_counts(database)), await sum_verified(database),
    )  # fmt: skip
    entries = SCANNERS * QUEUED + len(online)
    assert figures == (entries, entries + conflicts, conflicts, conflicts, entries)
    assert await broken_invariants(world.hub.database) == []

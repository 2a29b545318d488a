"""Journeys over several hubs: what one of them has recorded is true at the others."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from loadtests.stock import code_of
from loadtests.wire.http_client import post
from loadtests.wire.socket_client import open_socket
from tests.support.cluster_clients import ask, book, command, frame, places_booked, signed_in, verify
from tests.support.topology import MANAGER, OPERATORS, Topology

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_visit_is_booked_at_one_hub_scanned_at_another_and_counted_at_a_third(topology: Topology) -> None:
    first, second, third = topology.hubs
    slot = (await topology.stock.slots_of(topology.today))[0]
    (number,) = await topology.stock.activated(1)
    dashboard = await signed_in(third, MANAGER)
    snapshot = (await command(dashboard, id=1, type="subscribe", topic="counts"))["data"]
    before = snapshot.get("snapshot", snapshot)["verified"]

    await book(first.url, number, slot.id)
    for hub in topology.hubs:
        async with asyncio.timeout(20):
            while await places_booked(hub.url, f"{topology.today:%Y-%m}", slot.id) != slot.booked + 1:
                await asyncio.sleep(0.05)
    scanner = await signed_in(second, OPERATORS[0])
    entry = (await command(scanner, **verify(number, str(uuid.uuid4()))))["data"]
    assert (entry["result"], entry["reason"]) == ("GREEN", "VERIFIED")

    await frame(dashboard, lambda got: got.get("type") == "event" and got["data"].get("verified") == before + 1)
    for socket in (dashboard, scanner):
        socket.close()


async def test_a_logout_at_one_hub_closes_the_sockets_of_the_others(topology: Topology) -> None:
    first, second, third = topology.hubs
    status, body, _ = await first.sign_in(OPERATORS[1])
    assert status == 200
    token = body["data"]["token"]
    sockets = [await open_socket(hub.url, token=token) for hub in (second, third)]
    for socket in sockets:
        await frame(socket, lambda received: received.get("type") == "ready")
    status, _ = await ask(first.url, post("/api/operator/logout", {}, {"Authorization": f"Bearer {token}"}))
    assert status == 200
    for socket in sockets:
        assert (await asyncio.wait_for(socket.closed, 30)).code == 4401
    refused = await open_socket(third.url, token=token)
    assert (await asyncio.wait_for(refused.closed, 30)).code == 4401


async def test_failed_sign_ins_at_all_hubs_lock_one_account(topology: Topology) -> None:
    guesses = [
        (await hub.sign_in(OPERATORS[2], secret=f"not-{number}-the-secret"))[0]
        for number, hub in enumerate(topology.hubs * 2)
    ]
    assert guesses == [401] * 5 + [429]


async def test_scans_made_offline_count_once_however_many_hubs_get_them(topology: Topology) -> None:
    slot = (await topology.stock.slots_of(topology.today))[1]
    numbers = await topology.stock.reserved(20, [slot.id])
    moment = topology.command_line.now.isoformat(timespec="seconds")
    scans = [
        {
            "scan_id": str(uuid.uuid4()),
            "code": code_of(number),
            "scanned_at": moment,
            "offline_result": "GREEN",
            "gate": "A",
        }
        for number in numbers
    ]
    sockets = [await signed_in(hub, OPERATORS[0]) for hub in topology.hubs]
    replies = await asyncio.gather(*(command(socket, id=7, type="sync", scans=scans) for socket in sockets))
    outcomes = [[scan["outcome"] for scan in reply["data"]["results"]] for reply in replies]
    assert [sum(statuses[n] == "accepted" for statuses in outcomes) for n in range(len(scans))] == [1] * len(scans)
    assert {status for statuses in outcomes for status in statuses} == {"accepted", "duplicate"}
    assert await topology.stock.verified(numbers) == len(numbers)
    for socket in sockets:
        socket.close()

"""An enrolled scanner at its socket: known by its enrolment, it learns at once what changes, and closed when it is revoked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import WSMsgType

from hub.access.scanners import Scanners
from hub.actions.audit.actor import Actor
from hub.actions.staff.enrol_scanner import EnrolledScanner, start_kiosk_session
from hub.actions.staff.scanners import (
    ScannerChange,
    change_scanner,
    list_scanners,
    renew_code,
    revoke_scanner,
    wipe_scanner,
)
from hub.actions.venues.gates import change_gate
from hub.app import LIVE
from hub.events.announcer import Announcer
from tests.support.hub import Hub
from tests.support.scan_log import read_scans
from tests.support.scanners import add_gate, enrolled
from tests.support.staff import gates
from tests.support.websocket_client import Socket, answer_of, error_of
from tests.support.world import World


@pytest.fixture
async def by(world: World) -> Actor:
    await add_gate(world, "North")
    await add_gate(world, "South")
    return Actor(world.org_id, world.venue_id)


async def connect(hub: Hub, session: str, scanner_token: str | None) -> Socket:
    """Open a socket and sign in by a first frame, with the scanner's token in its device object."""
    while not hub.app[LIVE].relay.connected:
        await asyncio.sleep(0.01)
    ws = await hub.client.ws_connect("/ws", compress=0)
    socket = Socket(ws)
    await socket.receive()
    device = {"id": "made-up", "gate": "West", "battery": 80, **({"token": scanner_token} if scanner_token else {})}
    await ws.send_json({"type": "auth", "token": session, "device": device})
    return socket


async def open_scanner(hub: Hub, session: str, enrolled_scanner: EnrolledScanner) -> Socket:
    socket = await connect(hub, session, enrolled_scanner.token)
    assert (await socket.receive())["type"] == "ready"
    return socket


async def refused(socket: Socket) -> tuple[str, int | None]:
    """Return the code of the error frame and of the close that follow."""
    code = ""
    while True:
        message = await socket.ws.receive(timeout=10)
        if message.type is not WSMsgType.TEXT:
            return code, socket.ws.close_code
        frame = message.json()
        if frame["type"] == "error":
            code = frame["error"]["code"]


async def test_a_change_reaches_the_scanner_at_another_process_and_its_scans_have_its_name(
    hub: Hub, world: World, by: Actor, open_hub: Any
):
    other = await open_hub()
    one, two = await enrolled(world, gate="North", mode="entry"), await enrolled(world, "North 2")
    operator = await world.staff("OPERATOR")
    socket, neighbour = await open_scanner(other, operator, one), await open_scanner(other, operator, two)
    snapshot = await answer_of(socket, "subscribe", topic="scanner")
    own = {"id": one.scanner.device_id, "venue": "Test Venue", "wipe": None}
    assert snapshot["scanner"] == {**own, "version": 2, "name": "North 1", "gate": "North", "mode": "entry"}
    await answer_of(neighbour, "subscribe", topic="scanner")
    await change_scanner(hub.services, by, one.scanner.id, ScannerChange(name="South 1", gate="South", mode="exit"))
    event = await socket.event(5)
    assert event["data"]["scanner"] == {**own, "version": 3, "name": "South 1", "gate": "South", "mode": "exit"}
    # The next thing the neighbour hears of is its own.
    await change_scanner(hub.services, by, two.scanner.id, ScannerChange(mode="kiosk", gate="South"))
    assert (await neighbour.event(5))["data"]["scanner"]["name"] == "North 2"
    async with asyncio.timeout(10):
        while True:
            shown = {one.name: one for one in (await list_scanners(hub.services, by)).scanners}["South 1"]
            if shown.presence is not None and shown.presence.gate == "South":
                break
            await asyncio.sleep(0.1)
    assert (shown.presence.live, shown.presence.battery, shown.device_id) == (True, 80, f"scanner-{one.scanner.id}")


async def test_another_name_of_its_gate_reaches_the_scanner_at_another_process(
    hub: Hub, world: World, by: Actor, open_hub: Any
):
    other = await open_hub()
    scanner, neighbour = await enrolled(world, gate="North"), await enrolled(world, "South 1", gate="South")
    token, (gate_id,) = await world.staff("OPERATOR"), await gates(world, "North")
    socket = await open_scanner(other, token, scanner)
    await answer_of(socket, "subscribe", topic="scanner")
    await change_gate(hub.services, by, gate_id, name="Main door", dry_run=True)
    await change_gate(hub.services, by, gate_id, name="Main door")
    event = await socket.event(5)
    assert (event["data"]["scanner"]["gate"], event["data"]["scanner"]["version"]) == ("Main door", 3)
    await socket.command("validate", code="TKT-2026-AAAAAA-AAAAAA")
    assert (await read_scans(hub.database))[0]["gate"] == "Main door"
    found = await other.services.scanners.find(neighbour.token)
    assert found is not None
    assert (found.gate, found.version) == ("South", 2)


@pytest.mark.parametrize("lost", [False, True], ids=["announced", "announcement lost"])
async def test_a_revoked_scanner_is_closed_at_every_process_and_its_session_ends(
    hub: Hub, world: World, by: Actor, open_hub: Any, monkeypatch: pytest.MonkeyPatch, lost: bool
):
    other = await open_hub()
    scanner, operator = await enrolled(world), await world.staff("OPERATOR")
    socket = await open_scanner(other, operator, scanner)
    bystander = await other.socket(await world.staff("OPERATOR"))
    if lost:
        monkeypatch.setattr(Announcer, "publish", lambda *_: None)
    await revoke_scanner(hub.services, by, scanner.scanner.id)
    if lost:
        # The negative control: without the look at Postgres the other process would not know.
        await bystander.command("ping")
        assert not socket.ws.closed
        await other.services.scanners.refresh()
    assert await refused(socket) == ("SCANNER_REVOKED", 4401)
    await bystander.command("ping")
    if not lost:
        async with asyncio.timeout(5):
            while not other.services.sessions._revocations._sessions:
                await asyncio.sleep(0.02)
    assert await refused(await connect(other, await world.staff("OPERATOR"), scanner.token)) == (
        "SCANNER_REVOKED",
        4401,
    )


async def test_a_scanner_to_be_wiped_may_only_sync_and_one_to_be_wiped_now_is_closed(hub: Hub, world: World, by: Actor):
    scanner, code = await enrolled(world), (await world.tickets(1))[0].code
    socket = await open_scanner(hub, await world.staff("OPERATOR"), scanner)
    await answer_of(socket, "subscribe", topic="scanner")
    await wipe_scanner(hub.services, by, scanner.scanner.id)
    assert (await socket.event(5))["data"]["scanner"]["wipe"] == "after_sync"
    assert (await error_of(socket, "validate", code=code))["code"] == "SCANNER_WIPED"
    scan = {
        "scan_id": "0b0d1b36-9c7f-4e0c-9d36-1f2a3b4c5d6e",
        "code": code,
        "scanned_at": "2026-11-20T10:59:00Z",
        "offline_result": "RED",
    }
    assert (await answer_of(socket, "sync", scans=[scan]))["results"]
    await wipe_scanner(hub.services, by, scanner.scanner.id, wipe="now")
    assert await refused(socket) == ("SCANNER_WIPED", 4401)


async def test_a_new_device_with_the_new_code_ends_the_old_one(hub: Hub, world: World, by: Actor):
    from hub.actions.staff.enrol_scanner import enrol_scanner

    scanner = await enrolled(world)
    socket = await open_scanner(hub, await world.staff("OPERATOR"), scanner)
    await enrol_scanner(hub.services, (await renew_code(hub.services, by, scanner.scanner.id)).code)
    assert await refused(socket) == ("SCANNER_REVOKED", 4401)


async def test_where_only_enrolled_scanners_may_scan_another_one_learns_so(hub: Hub, world: World, by: Actor):
    code = (await world.tickets(1))[0].code
    plain = await hub.socket(await world.staff("OPERATOR"))
    own = await open_scanner(hub, await world.staff("OPERATOR"), await enrolled(world))
    assert (await plain.validate(code))["result"] == "RED"
    await world.policy(unenrolled_scanners="deny")
    for command in ("validate", "verify", "exit"):
        more = {} if command == "validate" else {"scan_id": "0b0d1b36-9c7f-4e0c-9d36-1f2a3b4c5d6e"}
        assert (await error_of(plain, command, code=code, **more))["code"] == "SCANNER_NOT_ENROLLED"
    assert (await own.validate(code))["result"] == "RED"
    await world.policy(unenrolled_scanners="allow")
    assert (await plain.validate(code))["result"] == "RED"


async def test_a_kiosk_signs_in_by_itself_and_may_do_little(hub: Hub, world: World, by: Actor):
    kiosk, code = await enrolled(world, gate="North", mode="kiosk"), (await world.tickets(1))[0].code
    session, identity = start_kiosk_session(hub.services, kiosk.scanner)
    assert (identity.role, identity.venue_id, identity.staff_id) == ("OPERATOR", world.venue_id, -kiosk.scanner.id)
    assert await refused(await connect(hub, session, None)) == ("UNAUTHENTICATED", 4401)
    assert await refused(await connect(hub, session, (await enrolled(world, "Other")).token)) == (
        "UNAUTHENTICATED",
        4401,
    )
    socket = await open_scanner(hub, session, kiosk)
    assert (await socket.validate(code))["reason"] == "NO_RESERVATION"
    for command in ("history", "undo", "ask_supervisor"):
        assert (await error_of(socket, command))["code"] == "FORBIDDEN"
    await change_scanner(hub.services, by, kiosk.scanner.id, ScannerChange(mode="both"))
    assert await refused(socket) == ("UNAUTHENTICATED", 4401)


async def test_no_other_device_may_call_itself_an_enrolled_scanner(hub: Hub, world: World, by: Actor):
    scanner = await enrolled(world)
    plain = await hub.socket(await world.staff("OPERATOR"))
    await plain.command("device", device={"id": scanner.scanner.device_id, "gate": "North"})
    later = await hub.socket(await world.staff("OPERATOR"))
    await later.command("device", device={"id": "made-up", "token": scanner.token})
    await asyncio.sleep(0)
    registry = hub.app[LIVE].channels.device_registry
    async with asyncio.timeout(5):
        while not (rows := registry.rows(world.org_id, hub.services.clock.now())) or rows[0]["name"] != "North 1":
            await asyncio.sleep(0.02)
    assert [(row["device_id"], row["operator"]["id"]) for row in rows if row["live"]] == [
        (scanner.scanner.device_id, later.ready["operator"]["id"])
    ]


async def test_a_lookup_is_cached_and_a_strange_token_costs_one_query(hub: Hub, world: World, by: Actor):
    scanner = await enrolled(world)
    scanners: Scanners = hub.services.scanners
    assert await scanners.find(scanner.token) is await scanners.find(scanner.token)
    assert await scanners.find("vhs_unknown") is None
    assert await scanners.find("x" * 101) is None

"""Random bytes on a socket: nothing breaks, no error is logged, and other clients are served."""

import asyncio
import json
import logging
import random
import struct
from typing import Any
from uuid import uuid4

import pytest

from hub.app import LIVE
from tests.support.hub import Hub
from tests.support.raw_websocket import RawClient, frame
from tests.support.scan_log import count_scans
from tests.support.world import World

SEED = 20261120
WORDS = ("validate", "verify", "undo", "history", "subscribe", "unsubscribe", "ping", "device", "auth", "sync", "")
NAMES = ("id", "type", "code", "ticket_id", "scan_id", "scanned_at", "gate", "reason", "limit", "before", "topic", "date",
         "venue_id", "subscription", "device", "token")  # fmt: skip


def value(chance: random.Random, depth: int = 0) -> Any:
    plain = (None, True, False, 0, 1, -1, 7, 2**31, 2**53, 2**53 + 1, 2**63, 1.5, 1e308, "", "x", "\0", "\u202e", "x" * 600,
             "counts", "2026-11-20", "9999-12-31", "2026-11-20T09:00:00Z", "0001-01-01T00:00:00+23:59", str(uuid4()),
             "TKT-2026-ABC123-DEF456", "'; DROP TABLE tickets; --", "https://x/y?ticket=1")  # fmt: skip
    if depth < 3 and chance.random() < 0.2:
        return [value(chance, depth + 1)] if chance.random() < 0.5 else {chance.choice(NAMES): value(chance, depth + 1)}
    return chance.choice(plain)


def document(chance: random.Random) -> bytes:
    fields = {chance.choice(NAMES): value(chance) for _ in range(chance.randrange(6))}
    if chance.random() < 0.9:
        fields["type"] = chance.choice(WORDS)
    if chance.random() < 0.9:
        fields["id"] = chance.randrange(1, 1000)
    return json.dumps(fields).encode()


def command(chance: random.Random) -> bytes:
    """Return a random command that can be parsed, mostly with its required fields, of any value."""
    kind = chance.choice(WORDS)
    fields = {name: value(chance) for name in chance.sample(NAMES[2:], chance.randrange(4))}
    if chance.random() < 0.7:
        fields |= {"code": "x", "scan_id": str(uuid4()), "reason": "x", "topic": "counts"}
        fields[chance.choice(NAMES[2:])] = value(chance)
    return json.dumps({**fields, "type": kind, "id": chance.randrange(1, 1000)}).encode()


def noise(chance: random.Random) -> bytes:
    """Return a frame, valid or broken in one of the ways a frame can be."""
    payload = document(chance)
    match chance.randrange(12):
        case 0:
            spoilt = bytearray(frame(1, payload))
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
            return bytes(spoilt)
        case 1:
            return chance.randbytes(chance.randrange(1, 200))
        case 2:
            return frame(chance.randrange(16), payload[:125], final=chance.random() < 0.5)
        case 3:
            return struct.pack("!BBQ", 0x81, 0xFF, chance.randrange(2**64))
        case 4:
            return frame(1, payload[: chance.randrange(len(payload))])
        case 5:
            return frame(8, chance.randbytes(chance.randrange(125)))
    return frame(1, payload)


async def test_nothing_a_client_sends_breaks_anything(
    hub: Hub, world: World, raw: Any, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(SEED)
    token = await world.staff("MANAGER")
    neighbour = await hub.socket(await world.staff())
    codes: dict[int, int] = {}
    with caplog.at_level(logging.ERROR):
        for n in range(150):
            if n % 10 == 0:
                # Also answers the hub's pings, so that a slow machine does not lose the connection.
                assert (await neighbour.command("ping"))["success"]
            client: RawClient = await raw()
            if chance.random() < 0.8:
                await client.sign_in(token)
            # Half of the clients send only valid frames, and so get as far as the database.
            spoils = chance.random() < 0.5
            for _ in range(30):
                client.writer.write(noise(chance) if spoils else frame(1, command(chance)))
            client.writer.write(frame(8, b"\x03\xe8"))
            try:
                code = await client.code(12)
            except TimeoutError:
                code = 0
            codes[code] = codes.get(code, 0) + 1
            client.drop()
        assert (await neighbour.command("ping"))["success"]
        async with asyncio.timeout(10):
            await hub.app[LIVE].scans.entry_scans.drain()
            while len(hub.app[LIVE].host.background):
                await asyncio.sleep(0.05)
    logged = await count_scans(hub.database)
    assert logged > 50, "commands got as far as the entry scans"
    assert not caplog.records, [record.getMessage() for record in caplog.records]
    assert set(codes) <= {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 4400, 4401, 4408} | set(range(3000, 5000)), (
        codes
    )
    async with asyncio.timeout(5):
        while len(hub.app[LIVE].sockets.staff) > 1:
            await asyncio.sleep(0.05)

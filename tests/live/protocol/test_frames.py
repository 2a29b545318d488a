"""Frames: what a client may send, and the answer to everything else."""

import asyncio
import json
import struct
from uuid import uuid4

import pytest

from hub.live.protocol import frames
from tests.support.raw_websocket import BINARY, CLOSE, PING, TEXT, Closed, frame
from tests.support.world import World


@pytest.fixture
async def signed_in(world: World, raw):
    """`await signed_in()` returns one more signed-in client."""
    token = await world.staff("MANAGER")

    async def one_more():
        client = await raw()
        await client.sign_in(token)
        return client

    return one_more


@pytest.fixture
async def client(signed_in):
    return await signed_in()


UNREADABLE = {
    "not JSON": b"hello",
    "empty": b"",
    "a list": b"[1]",
    "a number": b"7",
    "null": b"null",
    "NaN": b'{"id":1,"type":"ping","x":NaN}',
    "a lone surrogate": b'{"id":1,"type":"validate","code":"\\ud800"}',
    "deep nesting": b'{"id":1,"type":"ping","x":' + b"[" * 30000 + b"]" * 30000 + b"}",
    "an endless number": b'{"id":' + b"9" * 400 + b',"type":"ping"}',
    "2^63 as id": b'{"id":9223372036854775808,"type":"ping"}',
    "2^64 as id": b'{"id":18446744073709551616,"type":"ping"}',
    "2^53 + 1 as id": b'{"id":9007199254740993,"type":"ping"}',
    "zero as id": b'{"id":0,"type":"ping"}',
    "a negative id": b'{"id":-1,"type":"ping"}',
    "a fraction as id": b'{"id":1.5,"type":"ping"}',
    "true as id": b'{"id":true,"type":"ping"}',
    "text as id": b'{"id":"1","type":"ping"}',
    "no type": b'{"id":1}',
    "a number as type": b'{"id":1,"type":7}',
    "a command without id": b'{"type":"ping"}',
    "a second auth": b'{"type":"auth","token":"x"}',
    "trailing text": b'{"id":1,"type":"ping"} {}',
}


async def test_an_unreadable_frame_gets_an_error_without_id_and_the_socket_lives(signed_in) -> None:
    for what, payload in UNREADABLE.items():
        client = await signed_in()
        client.send(payload)
        reply = await client.next()
        assert "id" not in reply, what
        assert reply["success"] is False, what
        assert reply["error"]["code"] == "INVALID_FRAME", what
        client.send({"id": 2**53, "type": "ping"})
        assert (await client.next())["id"] == 2**53, what


INVALID = {
    "a NUL in the code": {"type": "validate", "code": "TKT\0"},
    "a NUL in the gate": {"type": "validate", "code": "x", "gate": "\0"},
    "an empty code": {"type": "validate", "code": ""},
    "a code of 513 characters": {"type": "validate", "code": "x" * 513},
    "a number as code": {"type": "validate", "code": 7},
    "an object as code": {"type": "validate", "code": {"a": [{}]}},
    "no code at all": {"type": "validate"},
    "code and ticket": {"type": "validate", "code": "x", "ticket_id": 1},
    "verify without scan_id": {"type": "verify", "code": "x"},
    "scan_id in braces": {"type": "verify", "code": "x", "scan_id": "{" + str(uuid4())[:34] + "}"},
    "scan_id without dashes": {"type": "verify", "code": "x", "scan_id": "0" * 36},
    "scan_id of another kind": {"type": "verify", "code": "x", "scan_id": 7},
    "a huge ticket_id": {"type": "verify", "ticket_id": 2**63, "scan_id": str(uuid4())},
    "a ticket_id of zero": {"type": "validate", "ticket_id": 0},
    "a moment without zone": {"type": "verify", "code": "x", "scan_id": str(uuid4()), "scanned_at": "2026-11-20T09:00:00"},
    "a moment before time": {"type": "verify", "code": "x", "scan_id": str(uuid4()), "scanned_at": "0001-01-01T00:00:00+14:00"},
    "a moment of nonsense": {"type": "verify", "code": "x", "scan_id": str(uuid4()), "scanned_at": "yesterday"},
    "a limit of zero": {"type": "history", "limit": 0},
    "a limit of 201": {"type": "history", "limit": 201},
    "a cursor of nonsense": {"type": "history", "before": "x"},
    "an undo without reason": {"type": "undo", "scan_id": str(uuid4())},
    "a day that is none": {"type": "subscribe", "topic": "counts", "date": "2026-02-30"},
    "a day in another form": {"type": "subscribe", "topic": "counts", "date": "2026-W01-1"},
    "a day far away": {"type": "subscribe", "topic": "counts", "date": "9999-12-31"},
    "no topic": {"type": "subscribe"},
    "a device that is a list": {"type": "device", "device": []},
    "a device with a long name": {"type": "device", "device": {"name": "x" * 65}},
}  # fmt: skip


async def test_a_command_with_a_wrong_field_is_refused_by_its_id(client) -> None:
    for what, command in INVALID.items():
        client.send({"id": 5, **command})
        reply = await client.next()
        assert not reply["success"], what
        assert (reply["id"], reply["error"]["code"]) == (5, "INVALID_REQUEST"), what
        assert reply["error"]["errors"][0]["field"], what
    client.send({"id": 6, "type": "ping"})
    assert (await client.next())["success"]


async def test_an_unknown_command_and_an_unknown_topic_say_so(client) -> None:
    client.send({"id": 2, "type": "nonsense"})
    assert (await client.next())["error"]["code"] == "UNKNOWN_COMMAND"
    for topic in ("shows", "scans ", "nonsense"):
        client.send({"id": 3, "type": "subscribe", "topic": topic})
        assert (await client.next())["error"]["code"] == "UNKNOWN_TOPIC"


async def test_a_binary_frame_counts_as_bad(client) -> None:
    client.send_frame(BINARY, b'{"id":1,"type":"ping"}')
    assert (await client.next())["error"]["code"] == "INVALID_FRAME"


async def test_ten_bad_frames_close_the_socket(client) -> None:
    for number in range(10):
        client.send(b"x") if number % 2 else client.send_frame(BINARY, b"x")
    for _ in range(10):
        assert (await client.next())["error"]["code"] == "INVALID_FRAME"
    assert await client.code() == 4400


async def test_good_frames_between_do_not_wash_bad_ones_away(client) -> None:
    for number in range(1, 10):
        client.send(b"x")
        client.send({"id": number, "type": "ping"})
    client.send(b"x")
    assert await client.code() == 4400


async def test_a_frame_over_64_kib_closes_with_1009(signed_in) -> None:
    for size in (65537, 100_000, 100_000, 1_000_000):
        client = await signed_in()
        client.send(b"x" * size)
        assert await client.code() == 1009, size


async def test_a_frame_of_64_kib_is_read(client) -> None:
    head, tail = b'{"id":1,"type":"ping","x":"', b'"}'
    client.send(head + b"y" * (65536 - len(head) - len(tail)) + tail)
    assert (await client.next())["success"]


async def test_fragments_are_put_together_and_bounded_together(client) -> None:
    client.writer.write(frame(TEXT, b'{"id":1,', final=False) + frame(0, b'"type":"ping"}'))
    assert (await client.next())["success"]
    client.writer.write(frame(TEXT, b"x" * 40_000, final=False) + frame(0, b"x" * 40_000))
    assert await client.code() == 1009


async def test_text_that_is_no_utf8_closes_with_1007(client) -> None:
    client.send(b'{"id":1,"type":"ping","x":"\xff"}')
    assert await client.code() == 1007


BROKEN = {
    "reserved bits": b"\xf1\x80\0\0\0\0",
    "an unknown opcode": b"\x83\x80\0\0\0\0",
    "a long ping": frame(PING, b"x" * 126),
    "a split ping": frame(PING, b"", final=False),
    "a continuation of nothing": frame(0, b"x"),
    "a close code that is none": frame(CLOSE, struct.pack("!H", 999)),
}


async def test_what_is_no_websocket_closes_with_1002(signed_in) -> None:
    for what, bytes_sent in BROKEN.items():
        client = await signed_in()
        client.writer.write(bytes_sent)
        assert await client.code() == 1002, what


async def test_a_ping_is_answered_and_a_close_echoed(client) -> None:
    client.send_frame(PING, b"there?")
    opcode, payload = await client._frame()
    assert (opcode, payload) == (0xA, b"there?")
    client.send_frame(CLOSE, struct.pack("!H", 1001))
    with pytest.raises(Closed) as closed:
        await client.next()
    assert closed.value.code == 1001
    assert await asyncio.wait_for(client.reader.read(), 1) == b""


async def test_parsing_a_verify_takes_microseconds() -> None:
    from time import thread_time

    from hub.live.commands.table import COMMANDS

    payload = json.dumps({"id": 7, "type": "verify", "code": "TKT-2026-ABC123-DEF456", "scan_id": str(uuid4()),
                          "scanned_at": "2026-11-20T09:00:00Z", "gate": "A"}).encode()  # fmt: skip
    best = 1.0
    for _ in range(5):
        began = thread_time()
        for _ in range(1000):
            parsed = frames.parse(payload)
            assert parsed is not None
            COMMANDS["verify"].read(parsed.fields)
        best = min(best, (thread_time() - began) / 1000)
    assert best < 30e-6, f"{best * 1e6:.1f} microseconds"

"""Request bodies: limits of size and time, however they are sent."""

from __future__ import annotations

import asyncio
import gzip
import time

import orjson
import pytest

from tests.support.api_client import Api, raw_request
from web import json_body

PATH = "/api/tickets/validate"
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\n".encode()


def body_of(size: int) -> bytes:
    start = b'{"ticket_code":"x"'
    return start + b" " * (size - len(start) - 1) + b"}"


async def test_ten_kilobytes_are_read_and_one_byte_more_is_too_large(api: Api) -> None:
    assert (await api.post(PATH, data=body_of(10_240))).code == "TICKET_NOT_FOUND"
    answer = await api.post(PATH, data=body_of(10_241))
    assert (answer.status, answer.code) == (413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("size", [100_000, 10_000_000])
async def test_a_large_body_is_refused_not_read(api: Api, size: int) -> None:
    answer = await api.post(PATH, data=body_of(size))
    assert (answer.status, answer.code) == (413, "PAYLOAD_TOO_LARGE")


async def test_an_endless_chunked_body_is_too_large(api: Api) -> None:
    chunks = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 8
    assert b" 413 " in (await raw_request(api.hub, chunks)).split(b"\r\n")[0]


async def test_a_chunked_body_within_bounds_is_read(api: Api) -> None:
    body = b'{"ticket_code":"x"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    said = await raw_request(api.hub, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    assert b"TICKET_NOT_FOUND" in said


async def test_a_damaged_chunk_is_a_bad_request(api: Api) -> None:
    said = await raw_request(api.hub, HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}\r\nzz\r\n")
    assert b" 400 " in said.split(b"\r\n")[0]
    assert b"INVALID_REQUEST" in said


async def test_a_packed_body_is_not_unpacked(api: Api) -> None:
    bomb = gzip.compress(b"x" * 5_000_000)
    answer = await api.post(PATH, data=bomb[:9000], headers={"Content-Encoding": "gzip"})
    assert answer.status in (400, 413, 415)


async def test_a_dripping_body_is_given_up_after_five_seconds_and_others_are_served_meanwhile(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert json_body.BODY_SECONDS == 5, "and not to make the test wait, less in this one"
    monkeypatch.setattr(json_body, "BODY_SECONDS", 0.5)
    started = time.monotonic()
    dripping = asyncio.create_task(raw_request(api.hub, HEAD + b'Content-Length: 100\r\n\r\n{"ti', wait=60))
    while not dripping.done():
        assert (await api.post(PATH, {"ticket_code": "x"})).code == "TICKET_NOT_FOUND"
    said = await dripping
    assert b" 408 " in said.split(b"\r\n")[0]
    assert time.monotonic() - started > 0.5 - 0.05


@pytest.mark.parametrize(
    "request_",
    [b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", b"GET /\x00 HTTP/1.1\r\n\r\n",
     b"GET / HTTP/1.1\r\nBad Header\r\n\r\n", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
     b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"y" * 20_000 + b"\r\n\r\n"],
)  # fmt: skip
async def test_what_is_not_http_gets_a_400_in_json(api: Api, request_: bytes) -> None:
    said = await raw_request(api.hub, request_, wait=60)
    assert b" 400 " in said.split(b"\r\n")[0]
    assert orjson.loads(said.partition(b"\r\n\r\n")[2])["error"]["code"] == "INVALID_REQUEST"
    assert b"X-Request-ID" in said

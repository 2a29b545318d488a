"""Large bodies are written in pieces: whole for who reads them, and hardly held for who does not."""

from __future__ import annotations

import asyncio
import hashlib
import random
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiohttp import ClientSession, web
from aiohttp.payload import BytesPayload

from tests.support.ports import free_port
from web import pieced_body

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

BODY = random.Random(7).randbytes(24_000_000)


async def held_for_a_client_that_reads_nothing(*, in_pieces: bool) -> int:
    """Return the bytes that the server holds once its client's kernel takes no more. A client that reads gets all of them."""
    transports: list[Any] = []

    async def send(request: web.Request) -> web.Response:
        transports.append(request.transport)
        response = web.Response(body=BODY, content_type="application/octet-stream")
        if in_pieces:
            pieced_body.write_in_pieces(response)
        return response

    app = web.Application()
    app.router.add_get("/", send)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    url = f"http://127.0.0.1:{port}/"
    try:
        async with ClientSession() as session:
            async with session.get(url) as response:
                assert response.content_length == len(BODY)
                assert hashlib.sha256(await response.read()).digest() == hashlib.sha256(BODY).digest()
            async with session.head(url) as response:
                assert (response.content_length, await response.read()) == (len(BODY), b"")
        transports.clear()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n")
        while not transports or not transports[0].get_write_buffer_size():
            await asyncio.sleep(0.01)
        held: int = transports[0].get_write_buffer_size()
        writer.transport.abort()
        return held
    finally:
        await runner.cleanup()


async def test_a_large_body_waits_for_its_client() -> None:
    assert await held_for_a_client_that_reads_nothing(in_pieces=True) <= 2 * pieced_body.LARGE


async def test_a_body_in_one_piece_is_held_whole() -> None:
    """The control."""
    assert await held_for_a_client_that_reads_nothing(in_pieces=False) > len(BODY) // 4


@pytest.mark.parametrize("in_pieces", [True, False], ids=["in pieces", "control"])
async def test_others_have_a_turn_between_pieces_though_nothing_makes_the_writer_wait(in_pieces: bool) -> None:
    turns, written = 0, 0

    class Writer:
        async def write(self, chunk: memoryview) -> None:
            nonlocal written
            written += 1

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    body = pieced_body.PiecedBody(BODY, "text/plain") if in_pieces else BytesPayload(BODY)
    await body.write(cast("AbstractStreamWriter", Writer()))
    others.cancel()
    assert (turns >= written >= len(BODY) // pieced_body.PIECE) is in_pieces

"""F2: the frames of the Autobahn suite (groups 1 to 7 and 10), each on a socket of its own."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import os
from urllib.parse import urlsplit

import orjson

from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.frame_cases import CLOSE, PING, PONG, TEXT, FrameCase, all_cases
from loadtests.faults.ground import MANAGER, Ground

AT_ONCE = 8
PATIENCE = 15.0
"""Seconds for what must come. Nothing here waits for a time limit of the hub, so a busy machine only takes longer."""
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return opcode and payload of a server's frame, which is neither masked nor fragmented."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2), "big")
    elif size == 127:
        size = int.from_bytes(await reader.readexactly(8), "big")
    return first & 0x0F, await reader.readexactly(size)


async def wrong_in(case: FrameCase, url: str, token: str, patience: float = PATIENCE) -> str | None:
    """Play a case and return what is wrong with the answers; None if they are right."""
    target = urlsplit(url)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        f"GET /ws HTTP/1.1\r\nHost: {target.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        writer.close()
        return f"no handshake: {head[:80]!r}"
    answers: list[int] = []
    pongs: list[bytes] = []
    code: int | None = None
    sending = asyncio.ensure_future(_send(case, writer))
    try:
        async with asyncio.timeout(patience):
            while case.closes or set(case.answers) - set(answers) or len(pongs) < len(case.pongs):
                opcode, payload = await read_frame(reader)
                if opcode == CLOSE:
                    code = int.from_bytes(payload[:2], "big") if payload else 1005
                    break
                if opcode == PONG:
                    pongs.append(payload)
                elif opcode == PING:
                    writer.write(b"\x8a\x80\0\0\0\0")
                elif opcode == TEXT:
                    answers += [orjson.loads(payload).get("id") or 0]
    except (asyncio.IncompleteReadError, ConnectionError):
        code = 1006
    except TimeoutError:
        return f"nothing more within {patience:g} s: answers {answers}, pongs {len(pongs)}"
    finally:
        sending.cancel()
        writer.transport.abort()
    if case.closes and code not in case.closes:
        return f"closed with {code}, expected {' or '.join(map(str, case.closes))}"
    if not case.closes and code is not None:
        return f"closed with {code}"
    if set(case.answers) - set(answers) or tuple(pongs[: len(case.pongs)]) != case.pongs:
        return f"answers {answers}, pongs {pongs}"
    return None


async def _send(case: FrameCase, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        step = case.chop or len(case.sends)
        for at in range(0, len(case.sends), step):
            writer.write(case.sends[at : at + step])
            await writer.drain()
            if case.chop:
                await asyncio.sleep(0)


async def lenient_server() -> asyncio.Server:
    """Start the control's server: it reads any frame, answers every message as a ping command, and never closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # When the loop ends, asyncio would print a traceback for every connection that was cancelled.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            key = next(
                line.split(b":")[1].strip() for line in head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key")
            )
            accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            while data := await reader.read(65536):
                del data
                writer.write(b"\x81\x0a" + b'{"id":  9}')
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def run(ground: Ground, control: bool) -> Result:
    cases = list(all_cases())
    ground.begin()
    server = None
    if control:
        server = await lenient_server()
        url, token = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "any"
        # Each would wait its whole patience for a close that never comes.
        cases = [case for case in cases if case.closes][::12]
    else:
        await ground.hub.start()
        url, token = ground.hub.url, await ground.hub.token(MANAGER)
    result = Result("F2", CASE.what)
    left = iter(cases)

    async def play() -> None:
        for case in left:
            wrong = await wrong_in(case, url, token, 2.0 if control else PATIENCE)
            if wrong is not None:
                result.broken.append(f"{case.name}: {wrong}")

    await asyncio.gather(*(play() for _ in range(AT_ONCE)))
    result.figures = [Figure("cases", len(cases)), Figure("wrong", len(result.broken), most=0)]
    if server is not None:
        server.close()
        if len(result.broken) != len(cases):
            result.broken, result.figures = [], []  # the control is found only if each of its cases is
        return result
    result.broken += await ground.broken()
    return result


CASE = Case(
    "F2", "frames of every kind get the answer or the close code of RFC 6455", "a server that never closes", 60, run
)

"""Connections that ask for nothing: one address has few of them, and they never use up the open files."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from hub.observability import logs
from hub.serving import connections, open_files, unread
from hub.serving.connections import BoundedServer
from hub.serving.loop import bind
from tests.support.ports import free_port

REQUEST = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n"
WAIT = REQUEST.replace(b"/ ", b"/wait ")
"""A request that is being answered until the test lets it."""
MUCH, FILE = REQUEST.replace(b"/ ", b"/much "), REQUEST.replace(b"/ ", b"/file ")
LARGE = 24_000_000
"""Bytes of a response that the kernels of both sides cannot hold."""


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self) -> bool:
        """Send a request. Return whether it is answered."""
        try:
            self.writer.write(REQUEST)
            head = await self.reader.readuntil(b"\r\n\r\n")
            await self.reader.readexactly(2)
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        return head.startswith(b"HTTP/1.1 200")

    async def is_cut(self) -> bool:
        try:
            return await self.reader.read(1) == b""
        except ConnectionError:
            return True


class Served:
    """A small application behind a server with bounds."""

    def __init__(self, server: BoundedServer, port: int) -> None:
        self.server = server
        self.port = port
        self.clients: list[Client] = []
        self.may_answer = asyncio.Event()
        self.answering = 0
        """Requests of `WAIT` that were ever begun."""

    async def connect(self, source: str = "127.0.0.1", said: bytes = b"") -> Client:
        """Connect and send `said`. `WAIT` is being answered then, or its connection is cut: until it is read, it is silent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))
        begun = self.answering
        writer.write(said)
        client = Client(reader, writer)
        self.clients.append(client)
        while said == WAIT and self.answering == begun and not (reader.at_eof() or reader.exception()):
            await asyncio.sleep(0.001)
        return client

    async def open_count(self, wanted: int) -> None:
        while len(self.server._addresses) != wanted:
            await asyncio.sleep(0.005)


Open = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Open]:
    closing: list[Any] = []
    file = tmp_path / "large.png"
    file.write_bytes(bytes(LARGE))

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def send_much(_: web.Request) -> web.Response:
        return web.Response(body=bytes(LARGE))

    async def send_file(_: web.Request) -> web.FileResponse:
        return web.FileResponse(file)

    async def wait(_: web.Request) -> web.Response:
        closing[-1][-1].answering += 1
        await closing[-1][-1].may_answer.wait()
        return web.Response(text="ok")

    async def open_one(**bounds: Any) -> Served:
        app = web.Application()
        app.router.add_get("/", answer)
        app.router.add_get("/wait", wait)
        app.router.add_get("/much", send_much)
        app.router.add_get("/file", send_file)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        assert runner.server is not None
        server = BoundedServer(runner.server, **{"silent_seconds": 0.0, "most": 1000, **bounds})
        port = free_port()
        listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", port)
        served = Served(server, port)
        closing.append((listening, server, runner, served))
        return served

    yield open_one
    for listening, server, runner, served in closing:
        served.may_answer.set()
        for client in served.clients:
            client.writer.transport.abort()
        listening.close()
        await server.shutdown(1)
        await runner.cleanup()


@pytest.fixture(autouse=True)
def looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.01)


async def test_the_oldest_silent_connections_of_an_address_are_cut_and_nobody_elses(serve: Open) -> None:
    served = await serve(most_silent=3)
    elsewhere = await served.connect("127.0.0.2")
    silent = [await served.connect() for _ in range(8)]
    for client in silent[:5]:
        assert await client.is_cut()
    await served.open_count(4)
    for client in [*silent[5:], elsewhere]:
        assert await client.ask()


@pytest.mark.parametrize("said", [b"G", b"GET / HTTP/1.1\r\nHost: hub\r\n"])
async def test_half_a_request_counts_as_none(serve: Open, said: bytes) -> None:
    served = await serve(most_silent=3)
    slow = [await served.connect(said=said) for _ in range(8)]
    for client in slow[:5]:
        assert await client.is_cut()
    await served.open_count(3)


async def test_connections_that_asked_stay_however_many_they_are(serve: Open) -> None:
    served = await serve(most_silent=3)
    busy = []
    for _ in range(10):
        client = await served.connect()
        assert await client.ask()
        busy.append(client)
    silent = [await served.connect() for _ in range(4)]
    assert await silent[0].is_cut()
    await served.open_count(13)
    for client in busy:
        assert await client.ask()


async def test_a_crowd_that_comes_back_at_once_is_not_cut(serve: Open) -> None:
    """All of them connect before the first of them is read, and none has been silent for a second."""
    served = await serve(most_silent=3, silent_seconds=connections.SILENT_SECONDS * 600)
    crowd = await asyncio.gather(*(served.connect(said=REQUEST) for _ in range(60)))
    for client in crowd:
        assert await client.reader.readuntil(b"ok")


async def test_a_declared_proxy_brings_everybodys_connections(serve: Open) -> None:
    served = await serve(most_silent=3, exempt=(ip_network("127.0.0.2/32"),))
    proxied = [await served.connect("127.0.0.2") for _ in range(8)]
    silent = [await served.connect() for _ in range(4)]
    assert await silent[0].is_cut()
    for client in proxied:
        assert await client.ask()


async def test_when_files_run_short_those_who_wait_go_first_of_whom_has_most(serve: Open) -> None:
    served = await serve(most=10)
    honest = [await served.connect(f"127.0.0.{last}") for last in (2, 3, 4)]
    many = []
    for _ in range(12):
        client = await served.connect()
        await client.ask()
        many.append(client)
    await served.open_count(10)
    for client in honest:
        assert await client.ask()
    assert await many[0].is_cut()


@pytest.mark.parametrize("asks", [MUCH, FILE], ids=["from memory", "from a file"])
async def test_who_reads_nothing_of_a_response_is_cut_and_who_reads_slowly_is_not(serve: Open, asks: bytes) -> None:
    served = await serve()
    client = await served.connect(said=asks)
    await served.open_count(1)
    (link,) = served.server._transports.items()
    unread_responses, now = unread.UnreadResponses(), 0.0
    while not unread._waits_for_its_client(*link) or client.reader._transport.is_reading():  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
    for _ in range(4):
        assert unread_responses.look([link], now) == []
        await client.reader.readexactly(1_000_000)
        now += unread.UNREAD_SECONDS
    while not (overdue := unread_responses.look([link], now)):  # the kernels still pass on what they hold
        await asyncio.sleep(0.01)
        now += unread.UNREAD_SECONDS
    assert overdue == [link[0]]


async def test_a_connection_that_waits_for_its_request_or_its_answer_is_not_unread(serve: Open) -> None:
    served = await serve()
    client = await served.connect()
    assert await client.ask()
    unread_responses = unread.UnreadResponses()
    for n in range(3):
        assert unread_responses.look(served.server._transports.items(), n * unread.UNREAD_SECONDS) == []


async def test_the_server_cuts_what_is_not_read(serve: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "UNREAD_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(unread, "UNREAD_SECONDS", 0.0)
    served = await serve()
    await served.connect(said=MUCH)
    await served.open_count(1)
    await served.open_count(0)


async def test_when_files_run_short_those_who_read_nothing_go_too(serve: Open) -> None:
    served = await serve(most=10)
    honest = [await served.connect(f"127.0.0.{last}") for last in (2, 3, 4)]
    for _ in range(14):
        await served.connect(said=MUCH)
        await asyncio.sleep(0.02)
    await served.open_count(10)
    for client in honest:
        assert await client.ask()


async def test_what_cannot_be_closed_at_first_is_closed_later_though_nobody_connects(serve: Open) -> None:
    served = await serve(most=10)
    for last in range(2, 16):
        # One that is looked at before its request is read is cut, and comes again.
        while served.answering < last - 1:
            await served.connect(f"127.0.0.{last}", WAIT)
    await served.open_count(14)
    served.may_answer.set()
    await served.open_count(10)


@pytest.mark.parametrize("crowded", [connections.CROWDED, 1000.0], ids=["refused", "control"])
async def test_who_has_most_gets_no_more_while_nothing_can_be_closed_and_others_do(
    serve: Open, monkeypatch: pytest.MonkeyPatch, crowded: float
) -> None:
    monkeypatch.setattr(connections, "CROWDED", crowded)
    # No look closes the eleventh before its request is read.
    monkeypatch.setattr(connections, "LOOK_SECONDS", 60.0)
    served = await serve(most=10, most_silent=3, silent_seconds=600.0)
    many = [await served.connect(said=WAIT) for _ in range(20)]
    if crowded == 1000.0:
        await served.open_count(20)
        return
    for client in many[11:]:
        assert await client.is_cut()
    await served.open_count(11)
    for last in (2, 3, 4):
        client = await served.connect(f"127.0.0.{last}", REQUEST)
        assert await client.reader.readuntil(b"ok")


async def test_without_the_bounds_they_all_stay(serve: Open) -> None:
    """The control."""
    served = await serve(most_silent=1000)
    silent = [await served.connect() for _ in range(8)]
    await served.open_count(8)
    for client in silent:
        assert await client.ask()


async def test_the_log_says_it_once_a_minute_with_numbers(serve: Open) -> None:
    with logs.captured() as lines:
        served = await serve(most_silent=1)
        for _ in range(3):
            silent = [await served.connect() for _ in range(2)]
            assert await silent[0].is_cut()
            silent[1].writer.transport.abort()
            await served.open_count(0)
    bounded = [line for line in lines if line["event"] == "connections.bounded"]
    assert [(line["level"], line["silent"]) for line in bounded] == [("WARNING", 1)]


@pytest.mark.parametrize("runner_class", [connections.ConnectionRunner, web.AppRunner], ids=["left packed", "control"])
async def test_a_body_that_cannot_be_unpacked_leaves_no_traceback(
    runner_class: type[web.AppRunner], caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=415)

    app = web.Application()
    app.router.add_post("/", refuse)
    runner, port = runner_class(app, access_log=None, shutdown_timeout=1), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    packed = (
        b"POST / HTTP/1.1\r\nHost: hub\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(packed)
    assert (await reader.readline()).startswith(b"HTTP/1.1 415")
    with suppress(ConnectionError):
        await reader.read()
    writer.transport.abort()
    await runner.cleanup()
    is_unpacked = runner_class is web.AppRunner
    assert any(record.exc_info for record in caplog.records) is is_unpacked


def test_the_kernel_holds_little_of_a_response_that_nobody_reads() -> None:
    with bind("127.0.0.1", 0) as listening, socket.create_server(("127.0.0.1", 0)) as control:
        taken = []
        for server in (listening, control):
            server.listen()
            client = socket.create_connection(server.getsockname())
            server.setblocking(True)
            with client, server.accept()[0] as accepted:
                accepted.setblocking(False)
                sent = 0
                while True:
                    try:
                        sent += accepted.send(bytes(65536))
                    except BlockingIOError:
                        break
                # What the client's kernel has taken is the client's.
                unsent = struct.unpack("i", fcntl.ioctl(accepted.fileno(), termios.TIOCOUTQ, bytes(4)))[0]
            taken.append(unsent)
    assert taken[0] <= 256 * 1024 < taken[1]


def test_the_limits() -> None:
    assert (connections.MOST_SILENT, connections.SILENT_SECONDS, connections.SHARE_OF_FILES) == (100, 1.0, 0.75)


def test_the_bound_follows_from_the_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_files, "limit", lambda: 1024)
    loop = asyncio.new_event_loop()
    assert BoundedServer(web.Server(lambda _: None, loop=loop))._most == 768  # type: ignore[arg-type, return-value]
    loop.close()

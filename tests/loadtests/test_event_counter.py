"""The counting receiver of the benches counts each event once, and no server of a run prints a traceback when it ends before its clients."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable

import pytest

from loadtests.faults.f2_frames import lenient_server
from loadtests.receivers.event_counter import event_counter
from loadtests.receivers.mailbox import MailBox
from tests.support.pooler import pooler_before


def request(numbers: range) -> bytes:
    body = b'{"events":[%b]}' % b",".join(b'{"id":"x","sequence":%d}' % number for number in numbers)
    return b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_events_are_counted_however_a_request_is_cut(capfd: pytest.CaptureFixture[str]):
    with event_counter() as receiver:
        client = socket.create_connection(("127.0.0.1", int(receiver.url.rstrip("/").rpartition(":")[2])))
        whole = request(range(1, 101))
        for piece in (whole[:7], whole[7:300], whole[300:]):
            client.sendall(piece)
        assert client.recv(1000).startswith(b"HTTP/1.1 204")
        client.sendall(request(range(101, 103)) + request(range(103, 104)))
        answers = b""
        while answers.count(b"204") < 2:
            answers += client.recv(1000)
        assert receiver.events() == 103
    client.close()  # after the receiver's end
    assert capfd.readouterr().err == ""


async def lenient() -> int:
    return int((await lenient_server()).sockets[0].getsockname()[1])


async def mailbox() -> int:
    return (await MailBox().open()).port


async def pooler() -> int:
    url = await pooler_before("postgresql://user:word@127.0.0.1:1/hub", "session").__aenter__()
    return int(url.rpartition(":")[2].partition("/")[0])


async def careless() -> int:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return int(server.sockets[0].getsockname()[1])


def left_by(open_server: Callable[[], Awaitable[int]], caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what asyncio says when a loop ends while a client is connected to its server."""

    async def run() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", await open_server())
        await asyncio.sleep(0.05)
        assert not writer.is_closing()

    with caplog.at_level(logging.ERROR, "asyncio"):
        asyncio.run(run())
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("open_server", [lenient, mailbox, pooler])
def test_a_server_that_ends_before_its_clients_prints_nothing(open_server, caplog):
    assert left_by(open_server, caplog) == []


def test_a_server_whose_connection_is_cancelled_prints_a_traceback(caplog):
    """Control."""
    assert left_by(careless, caplog)

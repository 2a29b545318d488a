"""The message queue: a text that arrives alone is handled at once, and all others in their order."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.base_protocol import BaseProtocol

from hub.live.connection.frame_reader import FrameReader
from hub.live.connection.message_queue import MessageQueue
from tests.support.raw_websocket import PING, TEXT, frame


class Reading:
    """A queue behind the reader of a socket, and the texts that its session has taken at once."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.queue = MessageQueue(BaseProtocol(loop), 2**20, loop=loop)
        self.reader = FrameReader(self.queue, 2**20, compress=False, decode_text=False)
        self.taken: list[bytes] = []
        self.queue.take_text = self.taken.append

    def feed(self, data: bytes) -> None:
        self.reader.feed_data(data)

    @property
    def waiting(self) -> list[bytes]:
        return [bytes(message.data) for message, _ in self.queue._buffer]


async def test_a_text_that_arrives_alone_is_taken_at_once() -> None:
    reading = Reading()
    reading.feed(frame(TEXT, b"one"))
    reading.feed(frame(TEXT, bytes(300)))
    assert (reading.taken, reading.waiting) == ([b"one", bytes(300)], [])


@pytest.mark.parametrize(
    "pieces",
    [
        [frame(TEXT, b"one") + frame(TEXT, b"two"), frame(TEXT, b"three")],
        [frame(TEXT, b"one")[:3], frame(TEXT, b"one")[3:] + frame(TEXT, b"two"), frame(TEXT, b"three")],
        [frame(PING, b"one"), frame(TEXT, b"two"), frame(TEXT, b"three")],
    ],
    ids=["two in one piece", "in parts", "behind a ping"],
)
async def test_what_does_not_come_alone_waits_and_so_does_all_that_follows(pieces: list[bytes]) -> None:
    reading = Reading()
    for piece in pieces:
        reading.feed(piece)
    assert (reading.taken, reading.waiting) == ([], [b"one", b"two", b"three"])


async def test_nothing_is_taken_while_the_session_does_not_wait() -> None:
    reading = Reading()
    reading.queue.take_text = None
    reading.feed(frame(TEXT, b"one"))
    assert (reading.taken, reading.waiting) == ([], [b"one"])


async def test_what_the_session_raises_ends_it_as_if_it_had_read_the_message_itself() -> None:
    def fail(_: bytes) -> None:
        raise ZeroDivisionError

    reading = Reading()
    reading.queue.take_text = fail
    session = asyncio.ensure_future(reading.queue.read())
    await asyncio.sleep(0)
    reading.feed(frame(TEXT, b"one"))
    with pytest.raises(ZeroDivisionError):
        await session

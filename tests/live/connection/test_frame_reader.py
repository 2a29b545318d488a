"""The frame reader: which frames have a mask, and whether the client is in the middle of a message."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_websocket import WebSocketError
from hypothesis import given
from hypothesis import strategies as st

from hub.live.connection.frame_reader import FrameReader
from hub.live.connection.message_queue import MessageQueue
from tests.support.raw_websocket import CLOSE, PING, PONG, TEXT, frame

MORE = 0x0  # a continuation
ANY_FRAME = st.builds(frame, st.sampled_from([TEXT, PING, PONG]), st.binary(max_size=125)) | st.builds(
    frame, st.just(TEXT), st.sampled_from([125, 126, 127, 300, 65_535, 65_536, 70_000]).map(bytes)
)


def without_mask(opcode: int, payload: bytes) -> bytes:
    return bytes([0x80 | opcode, len(payload)]) + payload


class Reading:
    """A frame reader in front of aiohttp's parser, as a socket has them."""

    def __init__(self) -> None:
        loop = asyncio.new_event_loop()
        self.queue = MessageQueue(BaseProtocol(loop), 2**20, loop=loop)
        self.reader = FrameReader(self.queue, 2**20, compress=False, decode_text=False)
        self.unfinished = 0
        self.reader.on_unfinished = self._count
        loop.close()

    def _count(self) -> None:
        self.unfinished += 1

    def messages(self) -> list[bytes]:
        """Return the payloads read so far, and raise what the reader of the socket would get after them."""
        found = []
        while self.queue._buffer:
            found.append(bytes(self.queue._buffer.popleft()[0].data))
        return found

    def error(self) -> Any:
        return self.queue.exception()


def cut(data: bytes, at: list[int]) -> list[bytes]:
    ends = sorted({0, len(data), *(one for one in at if one < len(data))})
    return [data[start:end] for start, end in itertools.pairwise(ends)]


@given(st.lists(ANY_FRAME, min_size=1, max_size=6), st.lists(st.integers(0, 2000), max_size=8))
def test_however_the_data_is_cut_every_frame_arrives_and_its_end_is_known(frames: list[bytes], at: list[int]) -> None:
    reading, data = Reading(), b"".join(frames)
    ends, end = {0}, 0
    for one in frames:
        ends.add(end := end + len(one))
    position = 0
    for piece in cut(data, at):
        assert not reading.reader.feed_data(piece)[0]
        position += len(piece)
        assert reading.reader.is_unfinished == (position not in ends)
    assert len(reading.messages()) == len(frames)


@given(
    st.lists(ANY_FRAME, max_size=4), st.sampled_from([TEXT, PING, PONG, CLOSE]), st.binary(max_size=125),
    st.lists(st.integers(0, 2000), max_size=8),
)  # fmt: skip
def test_a_frame_without_a_mask_ends_the_reading_and_what_came_before_is_read(
    frames: list[bytes], opcode: int, payload: bytes, at: list[int]
) -> None:
    reading = Reading()
    answers = [
        reading.reader.feed_data(piece)[0] for piece in cut(b"".join(frames) + without_mask(opcode, payload), at)
    ]
    assert answers[-1]
    assert len(reading.messages()) == len(frames)
    assert isinstance(reading.error(), WebSocketError)
    assert reading.error().code == 1002
    assert reading.reader.feed_data(frame(TEXT, b"more"))[0]
    assert not reading.messages()


def test_a_message_of_several_frames_is_unfinished_until_its_last() -> None:
    reading = Reading()
    for piece, unfinished in (
        (frame(TEXT, b"a", final=False), True),
        (frame(PING, b""), True),
        (frame(MORE, b"b", final=False), True),
        (frame(MORE, b"c"), False),
    ):
        reading.reader.feed_data(piece)
        assert reading.reader.is_unfinished is unfinished
    assert reading.messages() == [b"", b"abc"]
    assert reading.unfinished == 1


def test_each_message_that_arrives_in_parts_is_announced_once() -> None:
    reading, one = Reading(), frame(TEXT, bytes(300))
    reading.reader.feed_data(one[:100])
    reading.reader.feed_data(one[100:200])
    assert reading.unfinished == 1
    # The rest of this one, and the beginning of the next.
    reading.reader.feed_data(one[200:] + one[:1])
    assert reading.unfinished == 2
    reading.reader.feed_data(one[1:])
    assert reading.unfinished == 2
    reading.reader.feed_data(one)
    assert reading.unfinished == 2
    assert len(reading.messages()) == 3


@pytest.mark.parametrize("size", [2**31, 2**63 - 1])
def test_a_length_that_nobody_sends_is_the_parsers_to_refuse(size: int) -> None:
    reading = Reading()
    assert reading.reader.feed_data(b"\x81\xff" + size.to_bytes(8, "big") + bytes(4))[0]
    assert reading.error().code == 1009

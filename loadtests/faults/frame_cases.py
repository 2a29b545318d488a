"""Frames for F2: what the Autobahn test suite sends in its groups 1 to 7 and 10, written for a server that answers commands.

Autobahn expects an echo. The hub answers `{"id": n, "type": "ping"}` with a result of the same id instead, which proves as well
that a message was read, and that whatever came before it was survived.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KEY = b"\x37\xfa\x21\x3d"
MESSAGE_LIMIT = 65536


@dataclass(frozen=True, slots=True)
class FrameCase:
    """Bytes to send, in pieces of `chop` bytes, and what must come back.

    `answers`: ids of the results that must come. `pongs`: payloads of the pongs that must come, in this order. `closes`: the
    codes of which one must come; () if the socket must stay open.
    """

    name: str
    sends: bytes
    answers: tuple[int, ...] = ()
    pongs: tuple[bytes, ...] = ()
    closes: tuple[int, ...] = ()
    chop: int = 0


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    first, mark = (0x80 if fin else 0) | reserved << 4 | opcode, 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, mark | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, mark | 126, size)
    else:
        head = struct.pack("!BBQ", first, mark | 127, size)
    if not masked:
        return head + payload
    return head + KEY + bytes(byte ^ KEY[n % 4] for n, byte in enumerate(payload))


def ask(number: int, size: int = 0) -> bytes:
    """Return the payload of a ping command, filled with spaces to `size` bytes."""
    return (b'{"id":%d,"type":"ping"}' % number).ljust(size)


def close(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, struct.pack("!H", code) + reason)


def all_cases() -> Iterator[FrameCase]:
    yield from _framing()
    yield from _pings()
    yield from _reserved()
    yield from _fragments()
    yield from _utf8()
    yield from _closing()
    yield from _large()


ALIVE = frame(TEXT, ask(9))
PROTOCOL, NOT_UTF8, TOO_LARGE = (1002,), (1007,), (1009,)


def _framing() -> Iterator[FrameCase]:
    for size in (0, 125, 126, 127, 128, 65535, 65536):
        yield FrameCase(f"1.1 text of {size or 'few'} bytes", frame(TEXT, ask(1, size)), answers=(1,))
    yield FrameCase("1.1 text of 65,536 bytes in pieces of 997", frame(TEXT, ask(1, 65536)), answers=(1,), chop=997)
    for size in (0, 125, 126, 65535):
        yield FrameCase(f"1.2 binary of {size} bytes", frame(BINARY, b"\xfe" * size) + ALIVE, answers=(9,))


def _pings() -> Iterator[FrameCase]:
    for name, payload in (
        ("no payload", b""), ("text", b"Hello"), ("binary", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"), ("125 bytes", b"\xfe" * 125),
    ):  # fmt: skip
        yield FrameCase(f"2 a ping with {name}", frame(PING, payload), pongs=(payload,))
    yield FrameCase("2.5 a ping of 126 bytes", frame(PING, b"\xfe" * 126), closes=PROTOCOL)
    yield FrameCase("2.6 a ping byte by byte", frame(PING, b"\xfe" * 125), pongs=(b"\xfe" * 125,), chop=1)
    yield FrameCase("2.7 a pong nobody asked for", frame(PONG) + ALIVE, answers=(9,))
    yield FrameCase("2.8 a pong with text", frame(PONG, b"unasked") + ALIVE, answers=(9,))
    yield FrameCase("2.9 a pong, then a ping", frame(PONG, b"unasked") + frame(PING, b"asked"), pongs=(b"asked",))
    ten = tuple(b"payload-%d" % n for n in range(10))
    for chop in (0, 1):
        yield FrameCase(
            f"2.10 ten pings{' byte by byte' * chop}", b"".join(frame(PING, one) for one in ten), pongs=ten, chop=chop
        )


def _reserved() -> Iterator[FrameCase]:
    for bits in range(1, 8):
        yield FrameCase(f"3 reserved bits {bits} in a text", frame(TEXT, ask(1), reserved=bits), closes=PROTOCOL)
        yield FrameCase(f"3 reserved bits {bits} in a ping", frame(PING, b"x", reserved=bits), closes=PROTOCOL)
        yield FrameCase(
            f"3 reserved bits {bits} byte by byte", frame(TEXT, ask(1), reserved=bits), closes=PROTOCOL, chop=1
        )
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield FrameCase(f"4 opcode {opcode} without payload", frame(opcode), closes=PROTOCOL)
        yield FrameCase(f"4 opcode {opcode} with payload", frame(opcode, b"reserved opcode"), closes=PROTOCOL)
        yield FrameCase(
            f"4 opcode {opcode} between two texts", frame(TEXT, ask(1)) + frame(opcode, b"x") + ALIVE, closes=PROTOCOL
        )
    yield FrameCase("unmasked text", frame(TEXT, ask(1), masked=False), closes=PROTOCOL)
    yield FrameCase("unmasked ping", frame(PING, b"x", masked=False), closes=PROTOCOL)
    yield FrameCase("unmasked second text", ALIVE + frame(TEXT, ask(1), masked=False), closes=PROTOCOL)


def _parts(payload: bytes, size: int, *, between: bytes = b"") -> bytes:
    """Return a text in fragments of `size` bytes, with other frames between them."""
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)]
    frames = [
        frame(TEXT if n == 0 else CONTINUATION, piece, fin=n == len(pieces) - 1) for n, piece in enumerate(pieces)
    ]
    return between.join(frames)


def _fragments() -> Iterator[FrameCase]:
    yield FrameCase(
        "5.1 a ping in two fragments", frame(PING, b"a", fin=False) + frame(CONTINUATION, b"b"), closes=PROTOCOL
    )
    yield FrameCase(
        "5.2 a pong in two fragments", frame(PONG, b"a", fin=False) + frame(CONTINUATION, b"b"), closes=PROTOCOL
    )
    for chop in (0, 1):
        how = " byte by byte" * chop
        yield FrameCase(f"5.3 a text in two fragments{how}", _parts(ask(1), 12), answers=(1,), chop=chop)
        yield FrameCase(
            f"5.6 a ping between two fragments{how}", _parts(ask(1), 12, between=frame(PING, b"between")),
            answers=(1,), pongs=(b"between",), chop=chop,
        )  # fmt: skip
        yield FrameCase(
            f"5.9 a continuation of nothing{how}", frame(CONTINUATION, b"x") + ALIVE, closes=PROTOCOL, chop=chop
        )
        yield FrameCase(
            f"5.10 an open continuation of nothing{how}",
            frame(CONTINUATION, b"x", fin=False) + ALIVE,
            closes=PROTOCOL,
            chop=chop,
        )
        yield FrameCase(
            f"5.15 a continuation after the last fragment{how}", _parts(ask(1), 12) + frame(CONTINUATION, b"x"),
            closes=PROTOCOL, chop=chop,
        )  # fmt: skip
        yield FrameCase(
            f"5.18 a new text inside of a fragmented one{how}", frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"),
            closes=PROTOCOL, chop=chop,
        )  # fmt: skip
    yield FrameCase(
        "5.19 five fragments with pings between", _parts(ask(1), 5, between=frame(PING, b"p")),
        answers=(1,), pongs=(b"p",) * 4,
    )  # fmt: skip
    yield FrameCase("5.20 empty fragments", frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False)
                    + frame(CONTINUATION, ask(1)), answers=(1,))  # fmt: skip


GOOD_TEXTS = (
    "κόσμε", "Hello-µ@ßöäüàá-UTF-8!!", "\u0080", "\u0800", "\U00010000", "\u007f", "\u07ff", "\uffff", "\ud7ff", "\ue000", "\ufffd",
    "\U0010ffff", "\ufffe", "\U0001fffe", "\U0001ffff", "\U0010fffe", "\ufdd0", "\ufdef", "日本語", "🎟️🚪",
)  # fmt: skip
BAD_TEXTS = (
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80",
    b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf", b"\xf4\x90\x80\x80", b"\x80", b"\xbf", b"\x80\xbf",
    b"\x80\xbf\x80", b"\xc0 \xc1 ", b"\xe0 \xe1 \xef ", b"\xf0 \xf1 ", b"\xf8 \xf9 ", b"\xfc ", b"\xc0", b"\xe0\x80", b"\xf0\x80\x80",
    b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xc0\xe0\x80\xf0\x80\x80", b"\xfe", b"\xff", b"\xfe\xfe\xff\xff", b"\xc0\xaf", b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf", b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xc0\x80", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xed\xad\xbf",
    b"\xed\xae\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbf\xbf", b"\xed\xa0\x80\xed\xb0\x80", b"\xed\xaf\xbf\xed\xbf\xbf",
)  # fmt: skip


def _validate(text: bytes) -> bytes:
    return b'{"id":1,"type":"validate","code":"' + text + b'"}'


def _utf8() -> Iterator[FrameCase]:
    for n, text in enumerate(GOOD_TEXTS, 1):
        payload = _validate(text.encode())
        yield FrameCase(f"6 good UTF-8 {n}", frame(TEXT, payload), answers=(1,))
        yield FrameCase(f"6 good UTF-8 {n} in fragments of one byte", _parts(payload, 1), answers=(1,))
    for n, bad in enumerate(BAD_TEXTS, 1):
        payload = _validate(bad)
        yield FrameCase(f"6 bad UTF-8 {n}", frame(TEXT, payload), closes=NOT_UTF8)
        yield FrameCase(f"6 bad UTF-8 {n} in fragments of one byte", _parts(payload, 1), closes=NOT_UTF8)


def _closing() -> Iterator[FrameCase]:
    yield FrameCase("7.1 a text, then a close", ALIVE + close(1000), answers=(9,), closes=(1000,))
    yield FrameCase("7.1 two closes", close(1000) + close(1000), closes=(1000,))
    yield FrameCase("7.1 a ping after the close", close(1000) + frame(PING), closes=(1000,))
    yield FrameCase("7.1 a text after the close", close(1000) + ALIVE, closes=(1000,))
    yield FrameCase(
        "7.1 a close inside of a fragmented text", frame(TEXT, b"a", fin=False) + close(1000), closes=(1000,)
    )
    yield FrameCase("7.3 a close without payload", frame(CLOSE), closes=(1000, 1005))
    yield FrameCase("7.3 a close of one byte", frame(CLOSE, b"a"), closes=PROTOCOL)
    yield FrameCase("7.3 a close with a reason", close(1000, b"Hello World!"), closes=(1000,))
    yield FrameCase("7.3 a close with 123 bytes", close(1000, b"*" * 123), closes=(1000,))
    yield FrameCase("7.3 a close with 124 bytes", close(1000, b"*" * 124), closes=PROTOCOL)
    yield FrameCase(
        "7.5 a close with a reason that is no UTF-8",
        close(1000, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80"),
        closes=(1007, 1002),
    )
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999):
        yield FrameCase(f"7.7 close {code}", close(code), closes=(code, 1000))
    for code in (0, 999, 1004, 1005, 1016, 1100, 2000, 2999):
        yield FrameCase(f"7.9 close {code}", close(code), closes=PROTOCOL)
    # aiohttp takes 1006, which no frame may hold, for a code like others. The socket is closed all the same.
    yield FrameCase("7.9 close 1006", close(1006), closes=(1002, 1000))


def _large() -> Iterator[FrameCase]:
    yield FrameCase("10 text of 65,536 bytes in fragments of 1,300", _parts(ask(1, MESSAGE_LIMIT), 1300), answers=(1,))
    yield FrameCase("10 text of 65,537 bytes", frame(TEXT, ask(1, MESSAGE_LIMIT + 1)), closes=TOO_LARGE)
    yield FrameCase(
        "10 text of 65,537 bytes in fragments of 1,300", _parts(ask(1, MESSAGE_LIMIT + 1), 1300), closes=TOO_LARGE
    )
    yield FrameCase(
        "10 a length of 2^63", struct.pack("!BBQ", 0x81, 0x80 | 127, 1 << 63) + KEY, closes=(1009, 1002),
    )  # fmt: skip

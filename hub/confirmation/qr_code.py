"""The QR code of a ticket's or a booking's code: as a matrix, as PNG and as SVG, each in some microseconds.

With version, error correction and mask fixed, every module of a QR code is an XOR of the data bits: error correction is
linear over GF(2) and a mask only flips. So for our codes of 22 and 31 characters the picture is a base matrix XORed with one
pattern per pair of characters, and those patterns come from the `qrcode` library itself, made once in about 30 ms each.
Any other text goes through the library, which then also picks version and mask.
"""

import base64
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Literal

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_ALPHANUMERIC_MODE: Literal[2] = 2  # qrcode.util.MODE_ALPHA_NUM, which its stubs take for any number
_VALUE = {character: value for value, character in enumerate(_ALPHANUMERIC)}
_VERSION = 2
_SIZE = 25
# The mask by the length of the code: the lowest mean penalty of the eight over tickets' codes (487 points against 530 to 743),
# and over bookings' codes (485 points against 516 to 614).
_MASKS = {22: 6, 31: 2}
_QUIET = 4
_SCALE = 8  # pixels per module; eight one-bit pixels are one byte of PNG


@dataclass(frozen=True, slots=True)
class Matrix:
    """The modules without quiet zone. `rows` go from the top; in each the leftmost module is the highest of `size` bits."""

    size: int
    rows: tuple[int, ...]


def matrix(text: str) -> Matrix:
    """Return the modules for `text`. Raises ValueError if no QR code can hold it."""
    size, bits = _modules(text)
    return Matrix(size, tuple(int(bits[at : at + size], 2) for at in range(0, size * size, size)))


def png(text: str) -> bytes:
    """Return a one-bit greyscale PNG with 8 pixels per module and a quiet zone of four modules."""
    size, bits = _modules(text)
    pixels = bits.encode().translate(_INK)
    margin = b"\xff" * _QUIET
    # PNG filter 2 stores the difference to the row above, so the seven repetitions of a row become zeros.
    repeat = (b"\x02" + bytes(size + 2 * _QUIET)) * (_SCALE - 1)
    edge = b"\x00" + b"\xff" * (size + 2 * _QUIET) + (b"\x02" + bytes(size + 2 * _QUIET)) * (_SCALE * _QUIET - 1)
    lines = [edge]
    for at in range(0, size * size, size):
        lines += (b"\x00", margin, pixels[at : at + size], margin, repeat)
    lines.append(edge)
    # Compression level 1 takes 8 microseconds and gives about 370 bytes; level 6 takes 28 to save 100 more.
    return _png_head(size) + _chunk(b"IDAT", zlib.compress(b"".join(lines), 1)) + _PNG_END


def png_data_url(text: str) -> str:
    """Return the PNG as a `data:` URL."""
    return "data:image/png;base64," + base64.b64encode(png(text)).decode("ascii")


def svg(text: str) -> str:
    """Return the same picture as SVG: one path of horizontal bars on white."""
    size, bits = _modules(text)
    bars: list[str] = []
    for row in range(size):
        line = bits[row * size : (row + 1) * size]
        start = line.find("1")
        while start >= 0:
            end = line.find("0", start)
            if end < 0:
                end = size
            bars.append(f"M{start + _QUIET} {row + _QUIET}h{end - start}v1h-{end - start}z")
            start = line.find("1", end)
    side = size + 2 * _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * _SCALE}" '
        f'height="{side * _SCALE}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path d="{"".join(bars)}"/></svg>'
    )


def prepare() -> None:
    """Make the patterns now (60 ms), so that the first picture does not wait for them."""
    for length in _MASKS:
        _patterns(length)


class _PairPatterns(dict[str, int]):
    """Maps two characters at one position to the modules they flip. Pairs are added on first use, at most 2,025.

    The last character of a code of odd length stands alone.
    """

    def __init__(self, flips: list[int]) -> None:
        super().__init__()
        self._flips = flips  # per bit of the pair's eleven-bit number, lowest first; a character alone has six bits

    def __missing__(self, pair: str) -> int:
        number = 0
        for character in pair:
            number = 45 * number + _VALUE[character]
        pattern = 0
        for bit, flip in enumerate(self._flips):
            if number >> bit & 1:
                pattern ^= flip
        self[pair] = pattern
        return pattern


@cache
def _patterns(length: int) -> tuple[int, tuple[_PairPatterns, ...]]:
    """Return the picture of `length` zeros, and the pair patterns of each position."""
    zeros, mask = "0" * length, _MASKS[length]
    base = int(_by_library(zeros, mask)[1], 2)
    places: list[_PairPatterns] = []
    for place in range(0, length, 2):
        flips: list[int] = []
        alone = place + 1 == length
        for bit in range(6 if alone else 11):
            first, second = divmod(1 << bit, 45)
            pair = _ALPHANUMERIC[second] if alone else _ALPHANUMERIC[first] + _ALPHANUMERIC[second]
            text = zeros[:place] + pair + zeros[place + 2 :]
            flips.append(base ^ int(_by_library(text, mask)[1], 2))
        places.append(_PairPatterns(flips))
    return base, tuple(places)


def _modules(text: str) -> tuple[int, str]:
    """Return the side length, and all modules as "1" (dark) and "0", row by row."""
    if len(text) not in _MASKS:
        return _by_library(text)
    picture, places = _patterns(len(text))
    at = 0
    try:
        for place in places:
            picture ^= place[text[at : at + 2]]
            at += 2
    except KeyError:  # a character outside QR's alphanumeric set
        return _by_library(text)
    return _SIZE, f"{picture:0625b}"


def _by_library(text: str, mask: int | None = None) -> tuple[int, str]:
    """Return what the library makes of a text. With `mask`, version, mask and mode are those of our codes."""
    # Imported here because it takes 20 ms with its imaging library, and after `prepare` this path is rare.
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.exceptions import DataOverflowError
    from qrcode.main import QRCode
    from qrcode.util import QRData

    if mask is not None:
        code = QRCode(version=_VERSION, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=mask)
        code.add_data(QRData(text.encode(), mode=_ALPHANUMERIC_MODE), optimize=0)
    else:
        code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
        code.add_data(text.encode("utf-8", "replace"))
    try:
        code.make(fit=mask is None)
    except (DataOverflowError, ValueError):
        # The library reports a text that is too long as an invalid version.
        raise ValueError("the text is too long for a QR code") from None
    return code.modules_count, "".join("1" if module else "0" for row in code.modules for module in row)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


@cache
def _png_head(size: int) -> bytes:
    side = (size + 2 * _QUIET) * _SCALE
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))


_INK = bytes.maketrans(b"01", b"\xff\x00")
_PNG_END = _chunk(b"IEND", b"")

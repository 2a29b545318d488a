"""The header of an image: its kind and size, read from the bytes and never from its name or media type.

Only what a poster may be is known: PNG, JPEG and WebP. Nothing is decoded, so no damaged image can do harm here.
"""

import struct
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD8)))


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The media type of an image and its size in pixels."""

    media_type: str
    width: int
    height: int


def read_image_header(content: bytes) -> ImageHeader | None:
    """Return the header of a PNG, JPEG or WebP image; None for anything else or a header that is cut off."""
    try:
        if content.startswith(_PNG):
            return _png(content)
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
    except (struct.error, IndexError):
        pass
    return None


def _png(content: bytes) -> ImageHeader | None:
    length, kind, width, height = struct.unpack_from(">I4sII", content, 8)
    if kind != b"IHDR" or length != 13 or b"IEND" not in content:
        return None
    return _header("image/png", width, height)


def _jpeg(content: bytes) -> ImageHeader | None:
    """Walk the segments to the first frame header, which has the size."""
    at = 2
    while at < len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1  # a fill byte
        elif marker in _JPEG_ALONE:
            at += 2
        elif marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return _header("image/jpeg", width, height)
        else:
            (length,) = struct.unpack_from(">H", content, at + 2)
            if length < 2:
                return None
            at += 2 + length
    return None


def _webp(content: bytes) -> ImageHeader | None:
    (size,) = struct.unpack_from("<I", content, 4)
    if size + 8 > len(content):
        return None
    match content[12:16]:
        case b"VP8 ":
            if content[23:26] != b"\x9d\x01\x2a":
                return None
            width, height = struct.unpack_from("<HH", content, 26)
            return _header("image/webp", width & 0x3FFF, height & 0x3FFF)
        case b"VP8L":
            if content[20] != 0x2F:
                return None
            (bits,) = struct.unpack_from("<I", content, 21)
            return _header("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
            return _header("image/webp", width, height) if len(content) >= 30 else None
    return None


def _header(media_type: str, width: int, height: int) -> ImageHeader | None:
    return ImageHeader(media_type, width, height) if width > 0 and height > 0 else None

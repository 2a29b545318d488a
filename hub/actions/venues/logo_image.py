"""The image of a logo: an upload becomes a small opaque PNG that every browser and mail program shows.

It is decoded and encoded again, so nothing of the file survives but its pixels: no place of a photograph, no script, no odd chunk.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from hub.rules.image_header import ImageHeader, read_image_header
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import N_

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 2 * 1024 * 1024
LEAST_PIXELS, MOST_PIXELS = 32, 3000
"""Of each side. Decoding takes four bytes a pixel."""
BOX = (480, 144)
"""The stored image is at most this large: twice what mails show, for screens with small pixels."""
_HEAVY = 60_000
"""Bytes above which an image gets a palette: a mail has the logo in it each time."""
_MARGIN = 0.12
"""Of the height, around what was cut out of a transparent image."""
_WHITE, _DARK = (255, 255, 255), (20, 27, 49)
_LIGHT = 200
"""Mean brightness of the visible part above which it stands on dark ground: white letters on white would not be seen."""


@dataclass(frozen=True, slots=True)
class LogoImage:
    """A PNG with its size in pixels."""

    image: bytes
    width: int
    height: int


def read_logo(content: bytes) -> LogoImage:
    """Return the logo in an uploaded PNG, JPEG or WebP image.

    Refuses PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE for what is none of them, and INVALID_REQUEST for an impossible size or damage.
    """
    _check_header(content)
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        raise _refused(N_("The image is damaged")) from None
    shown = _on_ground(picture)
    shown.thumbnail(BOX, Image.Resampling.LANCZOS)
    written = _png(shown)
    if len(written) > _HEAVY:
        written = _png(shown.quantize(256))
    return LogoImage(written, shown.width, shown.height)


def _check_header(content: bytes) -> ImageHeader:
    if len(content) > MOST_BYTES:
        raise Refused(Reason.PAYLOAD_TOO_LARGE, message=N_("A logo has at most 2 MB"))
    header = read_image_header(content)
    if header is None:
        raise Refused(Reason.UNSUPPORTED_MEDIA_TYPE, message=N_("A logo is a PNG, JPEG or WebP image"))
    if not (LEAST_PIXELS <= header.width <= MOST_PIXELS and LEAST_PIXELS <= header.height <= MOST_PIXELS):
        size = f"{header.width} x {header.height}"
        raise _refused(f"Each side has {LEAST_PIXELS} to {MOST_PIXELS} pixels; this image has {size}")
    return header


def _on_ground(picture: "Image") -> "Image":
    """Return the picture without transparency: its visible part with a margin, on white, or on dark ground if it is light."""
    from PIL import Image, ImageStat

    alpha = picture.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return picture.convert("RGB")
    seen = alpha.point(lambda value: 255 if value > 8 else 0)
    box = seen.getbbox()
    if box is None:
        raise _refused(N_("Nothing can be seen in this image"))
    cut, mask = picture.crop(box), seen.crop(box)
    is_light = ImageStat.Stat(cut.convert("L"), mask).mean[0] > _LIGHT
    margin = round(cut.height * _MARGIN)
    ground = Image.new("RGB", (cut.width + 2 * margin, cut.height + 2 * margin), _DARK if is_light else _WHITE)
    ground.paste(cut, (margin, margin), cut)
    return ground


def _png(picture: "Image") -> bytes:
    stream = BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _refused(words: str) -> Refused:
    return Refused(Reason.INVALID_REQUEST, errors=[{"field": "image", "message": words}])

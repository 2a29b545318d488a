"""A video for Chromium's fake camera: real QR codes one after another, with noise between them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from hub.confirmation.qr_code import png

SIZE = (640, 480)
SIDE = 230
FRAMES, GAP = 20, 6
"""Frames of one scene, and of the noise after it. The fake camera plays 30 a second."""
CONDITIONS = ("clean", "dim", "blurred", "glare", "moving")


def film(path: Path, scenes: Sequence[tuple[str, str]], *, gap: int = GAP) -> Path:
    """Write a film of `scenes`, each a (condition, text).

    A text of "" is a scene without a code. Chromium repeats the film.
    """
    # A file of its own: the camera before may still read the other one.
    path.unlink(missing_ok=True)
    with path.open("wb") as out:
        for condition, text in scenes:
            code = Image.open(BytesIO(png(text))).convert("L").resize((SIDE, SIDE)) if text else None
            for n in range(FRAMES):
                out.write(_jpeg(_scene(code, condition, n)))
            for n in range(gap):
                out.write(_jpeg(_noise(n)))
    return path


@cache
def _noises() -> list[Image.Image]:
    return [Image.effect_noise(SIZE, 18 + n).point(lambda grey: grey // 2 + 60) for n in range(4)]


def _noise(n: int) -> Image.Image:
    return _noises()[n % 4].copy()


def _scene(code: Image.Image | None, condition: str, n: int) -> Image.Image:
    picture = _noise(n)
    if code is None:
        return picture
    if condition == "moving":
        # The code moves across the picture, turns a little, and has motion blur.
        held = Image.new("L", SIZE, 110)
        held.paste(code.rotate(n / 3, expand=True, fillcolor=255), (60 + n * 5, 90 + n * 2))
        smeared = Image.blend(held, ImageChops.offset(held, 3, 1), 0.5)
        return ImageChops.add(smeared, _grain(n), 1, -128)
    picture.paste(code, ((SIZE[0] - SIDE) // 2, (SIZE[1] - SIDE) // 2))
    if condition == "dim":
        picture = ImageEnhance.Brightness(picture).enhance(0.22)
    elif condition == "blurred":
        picture = picture.filter(ImageFilter.GaussianBlur(2.2))
    elif condition == "glare":
        shine = Image.new("L", SIZE, 0)
        ImageDraw.Draw(shine).ellipse((290, 225, 400, 300), fill=190)
        picture = ImageChops.add(picture, shine.filter(ImageFilter.GaussianBlur(18)))
    return ImageChops.add(picture, _grain(n), 1, -128)


@cache
def _grains() -> list[Image.Image]:
    return [Image.effect_noise(SIZE, 6 + n / 2) for n in range(4)]


def _grain(n: int) -> Image.Image:
    return _grains()[n % 4]


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()

"""A film for Chromium's fake camera: QR codes one after another, with grey noise between them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import qrcode
from PIL import Image

SIZE = (640, 480)
SIDE = 230
FRAMES, GAP = 30, 15
"""Frames of a code and of the noise after it. The fake camera plays 30 a second."""


def write_film(path: Path, texts: Sequence[str]) -> Path:
    noises = [
        Image.frombytes("L", SIZE, bytes(60 + byte // 4 for byte in os.urandom(SIZE[0] * SIZE[1]))) for _ in range(3)
    ]
    gaps = [_jpeg(noise) for noise in noises]
    with path.open("wb") as out:
        for text in texts:
            code = qrcode.make(text, border=4).get_image().convert("L").resize((SIDE, SIDE))
            scenes = []
            for noise in noises:
                scene = noise.copy()
                scene.paste(code, ((SIZE[0] - SIDE) // 2, (SIZE[1] - SIDE) // 2))
                scenes.append(_jpeg(scene))
            out.writelines(scenes[n % 3] for n in range(FRAMES))
            out.writelines(gaps[n % 3] for n in range(GAP))
    return path


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()

"""The header of an image: kind and size of real files, and nothing for anything else."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hub.rules.image_header import ImageHeader, read_image_header


def image(form: str, width: int = 320, height: int = 480, mode: str = "RGB", **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (width, height), "red").save(stream, form, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (image("PNG"), "image/png"),
        (image("PNG", mode="RGBA"), "image/png"),
        (image("JPEG"), "image/jpeg"),
        (image("JPEG", progressive=True), "image/jpeg"),
        (image("JPEG", exif=b"Exif\0\0MM" + b"\0" * 300), "image/jpeg"),
        (image("WEBP"), "image/webp"),
        (image("WEBP", lossless=True), "image/webp"),
        (image("WEBP", mode="RGBA", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"), "image/webp"),
    ],
)
def test_the_size_of_every_kind_is_read(content, media_type):
    assert read_image_header(content) == ImageHeader(media_type, 320, 480)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GIF89a\x01\x00\x01\x00", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", b"RIFF\x00\x00\x00\x00WEBP", b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\0" * 20,
        image("BMP"), image("GIF"), image("PNG")[:40], image("JPEG")[:100], image("WEBP")[:25],
    ],
)  # fmt: skip
def test_anything_else_and_what_is_cut_off_has_none(content):
    assert read_image_header(content) is None


@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBPVP8 ", b"RIFF\x40\0\0\0WEBPVP8X", b""]),
    st.binary(max_size=200),
)
def test_noise_never_fails(start, noise):
    read_image_header(start + noise)

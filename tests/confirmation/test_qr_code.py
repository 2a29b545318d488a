"""QR codes: the modules equal those of the library, and another reader reads every picture."""

import base64
import io
import re
import secrets
import struct

import pytest
import zxingcpp
from PIL import Image, ImageFilter
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

from hub.confirmation import qr_code
from hub.rules.ticket_code import new_booking_code, new_code

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def by_library(text):
    mask = {22: 6, 31: 2}[len(text)]
    code = QRCode(version=2, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=mask)
    code.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=False)
    return tuple(int("".join("1" if module else "0" for module in row), 2) for row in code.modules)


def read(png):
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    return [barcode.text for barcode in found]


def test_our_codes_have_the_librarys_modules():
    for _ in range(2000):
        code = new_code(2026, secrets.randbelow)
        assert qr_code.matrix(code) == qr_code.Matrix(25, by_library(code))


def test_the_codes_of_bookings_have_the_librarys_modules():
    for _ in range(1000):
        code = new_booking_code(secrets.randbelow)
        assert qr_code.matrix(code) == qr_code.Matrix(25, by_library(code))


@pytest.mark.parametrize("length", [22, 31])
def test_any_characters_of_the_alphanumeric_set_have_the_librarys_modules(length):
    for _ in range(1000):
        text = "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))
        assert qr_code.matrix(text).rows == by_library(text)
    for text in ("0" * length, ":" * length):
        assert qr_code.matrix(text).rows == by_library(text)


def test_every_picture_reads_back():
    for n in range(1000):
        code = new_booking_code(secrets.randbelow) if n % 2 else new_code(2026, secrets.randbelow)
        assert read(qr_code.png(code)) == [code]


def test_a_bookings_code_printed_small_and_grey_reads_back():
    """25 mm wide at 150 dots an inch, dark grey on light grey, and a little out of focus."""
    for _ in range(20):
        code = new_booking_code(secrets.randbelow)
        picture = Image.open(io.BytesIO(qr_code.png(code))).convert("L").resize((148, 148), Image.Resampling.BILINEAR)
        grey = picture.point(lambda ink: 96 + ink * (190 - 96) // 255).filter(ImageFilter.GaussianBlur(1.2))
        assert [barcode.text for barcode in zxingcpp.read_barcodes(grey)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "DT-1",
        "MP-2025-abcdef",
        "tkt-2026-abc234-def567",  # 22 characters, some outside the alphanumeric set
        "票号-票号-票号-票号-票号-票号-票号-票",
        "https://hub.example.org/b/pA5tQ-3Zk_9xYw0VbN7uLgpA5tQ-3Zk_9xYw0VbN7uLg",
        "x" * 600,
    ],
)
def test_any_other_text_reads_back_too(text):
    assert read(qr_code.png(text)) == [text]


def test_a_text_too_long_for_a_qr_code_is_refused():
    with pytest.raises(ValueError, match="too long"):
        qr_code.png("x" * 5000)


def test_the_png_is_one_bit_with_eight_pixels_a_module_and_a_quiet_zone():
    png = qr_code.png("TKT-2026-ABC234-DEF567")
    assert struct.unpack(">IIBB", png[16:26]) == (264, 264, 1, 0)
    assert len(png) < 800
    picture = Image.open(io.BytesIO(png))
    picture.verify()
    picture = Image.open(io.BytesIO(png)).convert("L")
    modules = qr_code.matrix("TKT-2026-ABC234-DEF567")
    for row in range(33):
        for column in range(33):
            inside = 4 <= row < 29 and 4 <= column < 29
            dark = inside and modules.rows[row - 4] >> (28 - column) & 1
            corners = {picture.getpixel((column * 8 + x, row * 8 + y)) for x in (0, 7) for y in (0, 7)}
            assert corners == {0 if dark else 255}


def test_the_data_url_holds_the_png():
    url = qr_code.png_data_url("DT-1")
    head, _, body = url.partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == qr_code.png("DT-1")


@pytest.mark.parametrize("text", ["TKT-2026-ABC234-DEF567", "https://hub.example.org/b/abc"])
def test_the_svg_draws_the_same_modules(text):
    modules = qr_code.matrix(text)
    drawn = [0] * modules.size
    for column, row, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", qr_code.svg(text)):
        for at in range(int(column) - 4, int(column) - 4 + int(width)):
            drawn[int(row) - 4] |= 1 << (modules.size - 1 - at)
    assert tuple(drawn) == modules.rows
    assert f'viewBox="0 0 {modules.size + 8} {modules.size + 8}"' in qr_code.svg(text)

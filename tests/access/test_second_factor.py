"""Codes by the vectors of RFC 6238, and recovery codes as people type them."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.access.second_factor import enrolment_url, matching_step, new_recovery_codes, new_secret, recovery_hash

SECRET = b32encode(b"12345678901234567890").decode()
# RFC 6238, appendix B, SHA-1: the last six of its eight digits.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    step = seconds // 30
    for around, expected in ((0, step), (30, step), (-30, step), (60, None), (-60, None)):
        moment = datetime.fromtimestamp(max(0, seconds + around), UTC)
        if seconds + around >= 0:
            assert matching_step(SECRET, code, moment) == expected, around
    persian = "".join(chr(0x6F0 + int(digit)) for digit in code)
    for typed in (f" {code[:3]} {code[3:]} ", persian):
        assert matching_step(SECRET, typed, datetime.fromtimestamp(seconds, UTC)) == step


@pytest.mark.parametrize("typed", ["", "28708", "2870820", "28708x", "-87082", "\ud800", "1" * 10_000])
def test_what_is_no_code_matches_nothing(typed: str) -> None:
    assert matching_step(SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


def test_an_app_reads_name_organisation_and_secret() -> None:
    secret = new_secret()
    url = urlsplit(enrolment_url(secret, "jane", "Museum: Rome & Co"))
    assert (url.scheme, url.netloc, url.path) == ("otpauth", "totp", "/Museum%20%20Rome%20%26%20Co:jane")
    assert parse_qs(url.query) == {"secret": [secret], "issuer": ["Museum  Rome & Co"]}


def test_recovery_codes_are_ten_different_ones_and_typing_them_is_easy() -> None:
    codes = new_recovery_codes()
    assert len({recovery_hash(code) for code in codes}) == 10
    assert recovery_hash(codes[0]) == recovery_hash(f" {codes[0].upper().replace('-', ' ')} ")
    assert recovery_hash("\ud800 a") == recovery_hash("a")

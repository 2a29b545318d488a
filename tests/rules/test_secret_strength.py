"""The strength of secrets: what generators make passes, and what people leave standing does not."""

from __future__ import annotations

import base64
import random
import string
import uuid
from collections.abc import Callable

import pytest

from hub.rules.secret_strength import KEY_BITS, PASSWORD_BITS, PUBLISHED, strength

DICE = random.Random(20261129)


def of_letters(alphabet: str, length: int) -> Callable[[], str]:
    return lambda: "".join(DICE.choices(alphabet, k=length))


@pytest.mark.parametrize(
    "make",
    [
        of_letters(string.hexdigits[:16], 32),
        of_letters(string.hexdigits[:16], 64),
        of_letters(string.ascii_lowercase, 40),
        of_letters(string.digits, 40),
        of_letters(string.ascii_letters + string.digits, 32),
        of_letters(string.ascii_lowercase + "234567", 32),
        lambda: base64.b64encode(DICE.randbytes(24)).decode(),
        lambda: base64.urlsafe_b64encode(DICE.randbytes(48)).decode(),
        lambda: str(uuid.UUID(int=DICE.getrandbits(128), version=4)),
    ],
    ids=["hex of 16", "hex of 32", "letters", "digits", "alphanumeric", "base32", "base64 of 24", "urlsafe of 48", "uuid"],
)  # fmt: skip
def test_a_key_that_a_generator_made_is_strong(make: Callable[[], str]) -> None:
    weakest = min((make() for _ in range(2000)), key=strength)
    assert strength(weakest) >= KEY_BITS, weakest


@pytest.mark.parametrize("length", [16, 20, 32])
def test_a_password_that_a_generator_made_is_strong(length: int) -> None:
    made = [of_letters(alphabet, length)() for alphabet in (string.hexdigits[:16], string.ascii_letters) * 1000]
    assert min(map(strength, made)) >= PASSWORD_BITS


@pytest.mark.parametrize(
    "key",
    [
        *sorted(PUBLISHED),
        "k" * 32,
        "0123456789abcdef0123456789abcdef",
        "00112233445566778899aabbccddeeff",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "changeme" * 8,
        "please-change-me-to-a-long-random-string",
        "super-secret-key-for-production-32-bytes!!",
        "a test's secret of at least thirty-two bytes",
        "VenueHubVenueHubVenueHubVenueHubVenueHub",
        "this is a very long secret key, please replace it",
        "insecure-dev-only-key-do-not-use-in-production",
        "1234567890123456789012345678901234567890",
        " " * 40,
        "",
    ],
)
def test_a_key_that_stands_in_an_example_is_weak(key: str) -> None:
    assert strength(key) < KEY_BITS


@pytest.mark.parametrize("password", ["", "hub", "postgres", "password", "only-for-trying-it-out", "Passw0rd!", "hunter2",
                                      "hub-password", "admin123", "changeme!", "VenueHub", "V3nueHub", "p4$$w0rd2026"])  # fmt: skip
def test_a_password_that_everybody_tries_first_is_weak(password: str) -> None:
    assert strength(password) < PASSWORD_BITS


def test_words_drawn_by_lot_are_worth_their_number() -> None:
    assert strength("glacier tomato velvet") >= PASSWORD_BITS
    assert strength("glacier tomato velvet orchid bishop lantern") >= KEY_BITS
    assert strength("glacier glacier glacier glacier glacier glacier") < KEY_BITS

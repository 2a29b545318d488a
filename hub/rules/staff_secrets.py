"""Passwords and PINs of staff: which may be chosen, and a new PIN."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

LEAST_PASSWORD, LONGEST_PASSWORD = 8, 1024
LEAST_PIN, LONGEST_PIN = 6, 12
"""Digits of a PIN. The command line takes four with `--weak-pin`."""
_PASSWORD = re.compile(rf"[^\ud800-\udfff]{{{LEAST_PASSWORD},{LONGEST_PASSWORD}}}", re.DOTALL)
_PIN = re.compile(rf"[0-9]{{{LEAST_PIN},{LONGEST_PIN}}}", re.ASCII)
_KNOWN = frozenset({
    "password", "passw0rd", "password1", "qwertyui", "qwerty123", "qwertyuiop", "iloveyou", "letmein1", "welcome1", "changeme",
    "adminadmin", "11111111", "12345678", "123456789", "1234567890", "87654321", "abcd1234", "football",
})  # fmt: skip


def composed(secret: str) -> str:
    """Return a secret as it is hashed and compared, however the keyboard composes it: NFC, plain spaces, and digits of a PIN in ASCII."""
    if secret.isascii():
        return secret
    if secret.isdecimal():
        return "".join(str(unicodedata.decimal(digit)) for digit in secret)
    text = "".join(" " if unicodedata.category(one) == "Zs" else one for one in secret)
    return unicodedata.normalize("NFC", text)


def composed_username(username: str) -> str:
    """Return a user name as it is stored and looked up: NFC, without blanks around it."""
    return unicodedata.normalize("NFC", username.strip())


def wrong_password(password: str, *, username: str = "") -> str | None:
    """Return what is wrong with a password, or None."""
    if not _PASSWORD.fullmatch(password):
        return f"Give at least {LEAST_PASSWORD} characters"
    plain = password.casefold()
    if plain in _KNOWN or plain == username.casefold() or len(set(password)) < 3:
        return "This password is too easy to guess"
    return None


def wrong_pin(pin: str) -> str | None:
    """Return what is wrong with a PIN, or None."""
    if not _PIN.fullmatch(pin):
        return f"Give {LEAST_PIN} to {LONGEST_PIN} digits"
    return "This PIN is too easy to guess" if _is_easy(pin) else None


def new_pin(digit: Callable[[int], int]) -> str:
    """Return a PIN of six digits that is not easy to guess. `digit(n)` draws a number below n."""
    while True:
        pin = f"{digit(10**LEAST_PIN):0{LEAST_PIN}}"
        if not _is_easy(pin):
            return pin


def _is_easy(pin: str) -> bool:
    """Return whether all digits are the same, go up or down by one, or repeat in pairs or threes."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    repeats = any(len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3))
    return repeats or steps in ({1}, {9})

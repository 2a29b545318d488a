"""Time-based codes (TOTP, RFC 6238) and recovery codes: made, shown and compared. Nothing here is stored or counted."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from datetime import datetime

import pyotp

from hub.rules.digits import ascii_digits

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""Steps that a telephone's clock may be behind or ahead."""
RECOVERY_CODES = 10


def new_secret() -> str:
    """Return 160 random bits as 32 base32 characters."""
    return pyotp.random_base32(32)


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """Return the step whose code was typed, if it is the current one or a neighbour. Blanks and the script of the digits do not matter."""
    digits = ascii_digits("".join(typed.split()))
    if not (digits.isascii() and digits.isdigit()):
        return None
    maker, step, found = pyotp.TOTP(secret, interval=STEP_SECONDS), _step_of(now), None
    for candidate in range(max(0, step - DRIFT_STEPS), step + DRIFT_STEPS + 1):
        if hmac.compare_digest(maker.generate_otp(candidate), digits):
            found = candidate
    return found


def enrolment_url(secret: str, account: str, organisation: str) -> str:
    """Return the `otpauth://` URL that an authenticator app reads from a QR code."""
    issuer = organisation.replace(":", " ")
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(
        name=account.replace(":", " "), issuer_name=issuer
    )


def new_recovery_codes() -> list[str]:
    """Return ten codes of 80 random bits, such as `k4tz-9dpm-...`: too many to try, so that a plain hash is enough."""
    return [_grouped(b32encode(secrets.token_bytes(10)).decode().lower()) for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> bytes:
    """Return the hash of a recovery code as it is typed: case, dashes and blanks do not matter."""
    plain = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(b"venue-hub recovery code: " + plain.encode("utf-8", "replace")).digest()


def _step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def _grouped(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))

"""Enrolled scanners: their modes and states, and the enrolment code as people type it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

ScannerMode = Literal["entry", "exit", "both", "kiosk"]
MODES: tuple[ScannerMode, ...] = ("entry", "exit", "both", "kiosk")

ScannerState = Literal["waiting", "code_expired", "enrolled", "wiping", "revoked", "wiped"]
Wipe = Literal["after_sync", "now"]
"""When a scanner deletes what it keeps off line: after it has sent its scans, or now, even if they are lost."""

CODE_LIFETIME = timedelta(minutes=15)
CODE_LENGTH = 10
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like a digit. Ten characters are 50 bits."""
_MISREAD = str.maketrans("OILU", "011V")


def tidy_enrolment_code(typed: str) -> str | None:
    """Return the code as it was made, whatever the case, blanks and dashes; None if it cannot be one."""
    code = "".join(typed.upper().split()).replace("-", "").translate(_MISREAD)
    return code if len(code) == CODE_LENGTH and not set(code) - set(CODE_ALPHABET) else None


def shown_enrolment_code(code: str) -> str:
    """Return the code as it is shown: `ABCDE-FGHJK`."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def state_of(row: Mapping[str, Any], now: datetime) -> ScannerState:
    """Return the state of a row of `scanners`."""
    if row["wiped_at"] is not None:
        return "wiped"
    if row["wipe"] is not None:
        return "wiping"
    if row["revoked_at"] is not None:
        return "revoked"
    if row["enrolled_at"] is not None:
        return "enrolled"
    return "waiting" if row["code_expires_at"] is not None and row["code_expires_at"] > now else "code_expired"

"""The code of the first set-up: made at every start of a hub without staff, printed once, and stored as a hash."""

from __future__ import annotations

import hmac
import re
import secrets

from db.statements import load
from hub.access.randomness import token_hash
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_

SETUP = load("setup/first_setup")
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 10
"""Characters of a code: 50 random bits, against at most `TRIES` per minute."""


async def new_setup_code(services: Services) -> str | None:
    """Return a new code and forget the one before; None if the hub has staff, or was set up already."""
    if await services.database.fetchval(SETUP.has_staff):
        return None
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    if await services.database.fetchval(SETUP.set_code, token_hash(code)) is None:
        return None
    return f"{code[:5]}-{code[5:]}"


async def is_setup_open(services: Services) -> bool:
    """Return whether this hub waits for its first set-up."""
    return await services.database.fetchrow(SETUP.read_setup) is not None


async def check_setup_code(services: Services, code: str) -> None:
    """Refuse NOT_FOUND if there is nothing to set up, and INVALID_REQUEST for another code than the newest one."""
    row = await services.database.fetchrow(SETUP.read_setup)
    if row is None:
        raise Refused(Reason.NOT_FOUND)
    if not hmac.compare_digest(row["code_hash"], token_hash(plain_code(code))):
        raise Refused(
            Reason.INVALID_REQUEST,
            errors=[{"field": "code", "message": N_("This is not the code that the hub printed last")}],
        )


def plain_code(code: str) -> str:
    """Return a code as it is compared: without dashes and blanks, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", code.upper())[:40]

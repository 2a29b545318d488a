"""Second factors and sign-in settings as tests write and read them, and the app on a person's telephone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyotp

from hub.actions.audit.actor import Actor
from hub.actions.staff.second_factor import begin_enrolment, confirm_enrolment
from hub.services import Services
from tests.support.rows import add_row, change_rows, count_rows, read_row


def code_of(secret: str, moment: datetime, steps: int = 0) -> str:
    """Return what the app shows at this moment, or so many steps of 30 seconds later."""
    return pyotp.TOTP(secret).at(int(moment.timestamp()), counter_offset=steps)


async def set_up(services: Services, org_id: int, staff_id: int) -> tuple[str, list[str]]:
    """Set up a second factor as its owner does. Returns the secret and the recovery codes; the present code is used up."""
    by = Actor(org_id, None, staff_id, "Jane Smith", "page")
    begun = await begin_enrolment(services, by)
    codes = await confirm_enrolment(services, by, begun.token, code_of(begun.secret, services.clock.now()))
    return begun.secret, codes


async def set_sign_in(database: Any, org_id: int, **columns: Any) -> None:
    """Set sign-in settings of an organisation, such as `require_second_factor="everybody"`."""
    if await count_rows(database, "sign_in_settings", org_id=org_id):
        await change_rows(database, "sign_in_settings", {"org_id": org_id}, counter="version", **columns)
    else:
        await add_row(database, "sign_in_settings", org_id=org_id, **columns)


async def read_second_factor(database: Any, **where: Any) -> Any:
    return await read_row(database, "second_factors", **where)


async def read_sign_in_settings(database: Any, **where: Any) -> Any:
    return await read_row(database, "sign_in_settings", **where)


async def count_recovery_codes(database: Any, **where: Any) -> int:
    return await count_rows(database, "recovery_codes", **where)


async def read_staff_id(database: Any, username: str) -> int:
    found: int = (await read_row(database, "staff", "id", username=username))["id"]
    return found

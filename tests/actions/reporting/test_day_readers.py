"""Days that are read a few at a time, each by a task that works for the organisation of its caller."""

from __future__ import annotations

import asyncio

import pytest

from db.organisation import current_organisation, working_for
from hub.actions.reporting.day_readers import AT_ONCE, read_each


@pytest.mark.parametrize("org_id", [7, None])
async def test_every_day_is_read_for_the_organisation_of_the_caller(org_id: int | None) -> None:
    seen: list[tuple[int, int | None]] = []

    async def read(day: int) -> None:
        await asyncio.sleep(0)
        seen.append((day, current_organisation()))

    with working_for(org_id):
        await read_each(range(2 * AT_ONCE + 1), read)
    assert seen == [(day, org_id) for day in range(2 * AT_ONCE + 1)]


async def test_the_first_day_that_fails_ends_the_others() -> None:
    ended: list[int] = []

    async def read(day: int) -> None:
        if day == 0:
            raise LookupError(day)
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(day)

    with pytest.raises(LookupError):
        await read_each(range(9), read)
    assert ended == list(range(1, AT_ONCE))

"""The first set-up finished by several browsers at once, and hubs that start together: one organisation, whoever comes first."""

from __future__ import annotations

import asyncio

import pytest

from hub.actions.setup.finish_setup import finish_setup
from hub.actions.venues.venues import found_first_organisation, found_first_venue
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.meeting import MEETS, two_meet
from tests.support.negative_controls import sabotage
from tests.support.rows import count_rows
from tests.support.setup import enter_everything

BROWSERS = 6
MADE = {"organisations": 1, "venues": 1, "gates": 2, "staff": 2, "reservation_slots": 48, "audit_log": 1}


async def finished_at_once(hubs: list[Hub]) -> tuple[list[str], dict[str, int]]:
    """Finish from several browsers at two hubs. Return the sorted answers and the rows that were made."""
    await enter_everything(hubs[0].services)

    async def finish(hub: Hub) -> str:
        try:
            await finish_setup(hub.services)
        except Refused as no:
            return no.reason.value
        except Exception as broken:
            return type(broken).__name__
        return "made"

    answers = await asyncio.gather(*(finish(hubs[n % 2]) for n in range(BROWSERS)))
    return sorted(answers), {table: await count_rows(hubs[0].database, table) for table in MADE}


async def test_browsers_that_finish_at_once_make_one_organisation(two_hubs: list[Hub]) -> None:
    answers, made = await finished_at_once(two_hubs)
    assert answers == ["NOT_FOUND"] * (BROWSERS - 1) + ["made"]
    assert made == MADE


async def test_without_the_locks_they_trip_over_each_other(
    two_hubs: list[Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(monkeypatch, "setup/first_setup", "lock_founding", ("pg_advisory_xact_lock(7351002)", "7351002"))
    sabotage(
        monkeypatch, "setup/first_setup", "lock_setup",
        (" WHERE id = 1 FOR UPDATE", " WHERE id = 1 AND (SELECT pg_sleep(0.2) IS NOT NULL)"),
    )  # fmt: skip
    answers, made = await finished_at_once(two_hubs)
    assert answers != ["NOT_FOUND"] * (BROWSERS - 1) + ["made"] or made != MADE


@pytest.mark.parametrize("locked", [True, False])
async def test_hubs_that_start_together_make_one_venue(
    two_hubs: list[Hub], monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """Both look for a venue before either makes one. The control takes the lock away."""
    await found_first_organisation(two_hubs[0].services)
    await two_meet(two_hubs[0].database, patience=60)
    sabotage(monkeypatch, "venues/venues", "venue_anywhere", (" WHERE (", f" WHERE {MEETS} AND ("))
    if not locked:
        sabotage(monkeypatch, "setup/first_setup", "lock_founding", ("pg_advisory_xact_lock(7351002)", "7351002"))
    await asyncio.gather(*(found_first_venue(hub.services) for hub in two_hubs))
    assert await count_rows(two_hubs[0].database, "venues") == (1 if locked else 2)

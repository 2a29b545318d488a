"""Two holders of one link correct the address at once: one of them wins, and the link that the other gets is never dead."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.actions.booking.correct_address import correct_address
from hub.actions.booking.reservation_views import party_of_token
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.locks import count_waiting, hold_row
from tests.support.mail_outbox import read_outbox
from tests.support.negative_controls import sabotage
from tests.support.still_outbox import send_nothing
from tests.support.world import TODAY, World

ADDRESSES = ("ann@example.org", "bea@example.org")


async def corrected_twice(hub: Hub, world: World) -> tuple[list[str], list[str]]:
    """Correct one visit to two addresses at once. Return the outcome of each, and the addresses that got a new confirmation."""
    visit = await world.reserved(await world.slot(TODAY + timedelta(days=3)))

    async def correct(email: str) -> str:
        try:
            fresh = await correct_address(hub.services, visit.token, email)
            assert fresh
            party = await party_of_token(hub.services, fresh)
        except Refused as no:
            return no.reason.value
        return "done" if party.reservation.customer_email == email else "somebody else's"

    async with hub.database.records.transaction() as transaction:
        await hold_row(transaction, "tickets", id=visit.id)
        tasks = [asyncio.ensure_future(correct(email)) for email in ADDRESSES]
        async with asyncio.timeout(30):
            while await count_waiting(hub.database) < len(tasks):
                await asyncio.sleep(0.01)
    outcomes = sorted(await asyncio.gather(*tasks))
    mails = await read_outbox(hub.database, "recipient", kind="reservation.resent", order_by="id")
    return outcomes, [row["recipient"] for row in mails]


async def test_of_two_corrections_at_once_one_wins_and_one_confirmation_goes_out(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_nothing(monkeypatch)
    outcomes, confirmed = await corrected_twice(hub, world)
    assert outcomes == ["RESERVATION_NOT_FOUND", "done"]
    assert len(confirmed) == 1


async def test_control_without_the_version_both_write_and_one_gets_a_dead_link(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_nothing(monkeypatch)
    sabotage(
        monkeypatch,
        "booking/found_reservations",
        "correct_contact",
        ("WHERE t.version = a.version", "WHERE a.version > 0"),
    )
    _, confirmed = await corrected_twice(hub, world)
    assert sorted(confirmed) == list(ADDRESSES)

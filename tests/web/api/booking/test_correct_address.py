"""The holder of a link corrects the address of a visit: over the API and on its page without JavaScript."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.mail_outbox import read_outbox
from tests.support.still_outbox import send_nothing
from tests.support.world import TODAY, World

LATER = TODAY + timedelta(days=9)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No message is sent or dropped, so that the outbox can be read."""
    send_nothing(monkeypatch)


async def test_the_confirmation_goes_to_the_corrected_address_and_the_wrong_one_keeps_no_key(api: Api, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    path = f"/api/reservations/{ticket.reservation_id}"
    headers = {"X-Reservation-Token": ticket.token}
    answer = await api.put(f"{path}/contact", {"customer_email": "Ann@EXAMPLE.org"}, headers=headers)
    assert (answer.status, answer.data["customer_email"], answer.data["confirmation_sent"]) == (
        200,
        "Ann@example.org",
        True,
    )
    mails = await read_outbox(world.hub.database, order_by="id")
    assert [(row["kind"], row["recipient"]) for row in mails] == [
        ("reservation.confirmed", "john@example.com"), ("reservation.contact_changed", "john@example.com"),
        ("reservation.resent", "Ann@example.org"),
    ]  # fmt: skip
    assert json.loads(mails[2]["payload"])["manage_token"] == answer.data["token"]
    assert answer.data["manage_url"].endswith(f"/r/{answer.data['token']}")
    assert (await api.get(path, headers=headers)).status == 404
    seen = await api.get(path, headers={"X-Reservation-Token": answer.data["token"]})
    assert (seen.status, seen.data["customer_email"]) == (200, "Ann@example.org")


async def test_the_same_address_changes_nothing_and_a_wrong_one_says_what_was_meant(api: Api, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    path = f"/api/reservations/{ticket.reservation_id}/contact?token={ticket.token}"
    same = await api.put(path, {"customer_email": "john@example.com"})
    assert (same.status, same.data["confirmation_sent"], same.data["token"]) == (200, False, ticket.token)
    wrong = await api.put(path, {"customer_email": "o\u2019connor@example.com"})
    (problem,) = wrong.error["validation_errors"]
    assert (wrong.code, problem["field"], problem["suggestion"]) == (
        "INVALID_CONTACT",
        "customer_email",
        "o'connor@example.com",
    )
    assert len(await read_outbox(world.hub.database, order_by="id")) == 1


async def test_nobody_without_the_link_corrects_it_and_unknown_fields_are_refused(api: Api, world: World):
    ticket, other = await world.reserved(await world.slot(LATER)), await world.reserved(await world.slot(TODAY))
    path = f"/api/reservations/{ticket.reservation_id}"
    body = {"customer_email": "ann@example.org"}
    assert (await api.put(f"{path}/contact", body)).status == 401
    assert (await api.put(f"{path}/contact?token={other.token}", body)).status == 404
    assert (await api.put(f"{path}/contact?token={ticket.token}", {**body, "phone": "+12025551234"})).status == 400
    # Moving is another request: it says that it does not know the field, and does not answer 200.
    slot = await world.slot(LATER, start="16:00", end="17:00")
    moved = await api.put(f"{path}?token={ticket.token}", {"slot_id": slot, **body})
    assert (moved.status, moved.error["errors"][0]["field"]) == (400, "customer_email")


async def test_a_venue_that_asks_for_a_code_gets_one_for_the_new_address_too(api: Api, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    await world.policy(contact_check="email")
    path = f"/api/reservations/{ticket.reservation_id}/contact?token={ticket.token}"
    answer = await api.put(path, {"customer_email": "ann@example.org"})
    assert (answer.code, answer.error["needed"]) == ("CONTACT_NOT_VERIFIED", ["email"])


async def test_a_visit_that_is_over_stays_as_it_was(api: Api, world: World):
    ticket = await world.reserved(await world.slot(TODAY))
    world.hub.clock.advance(2 * 86400)
    path = f"/api/reservations/{ticket.reservation_id}/contact?token={ticket.token}"
    assert (await api.put(path, {"customer_email": "ann@example.org"})).code == "NOT_RESENDABLE"


async def test_the_page_corrects_it_without_javascript(api: Api, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    client = api.hub.client
    async with client.post(f"/r/{ticket.token}/email", data={"email": "o\u2019connor@example.com"}) as response:
        page = await response.text()
        assert (response.status, "Did you mean o&#39;connor@example.com?" in page) == (400, True)
    async with client.get(f"/r/{ticket.token}/email", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, f"/r/{ticket.token}")
    async with client.post(
        f"/r/{ticket.token}/email", data={"email": "ann@example.org"}, allow_redirects=False
    ) as response:
        assert response.status == 303
        there = response.headers["Location"]
    async with client.get(there) as response:
        page = await response.text()
    assert "ann@example.org" in page
    assert "The confirmation is on its way to this address." in page
    async with client.get(f"/r/{ticket.token}") as response:
        assert response.status == 404

"""The holder of a link corrects the address of a visit: over the API and on its page without JavaScript."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from hub.settings import Rate
from tests.support.api_client import Api
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.plain_browser import PlainBrowser
from tests.support.still_outbox import newest_code, send_nothing
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


async def test_a_correction_by_link_is_in_the_audit_log_without_the_addresses(api: Api, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    path = f"/api/reservations/{ticket.reservation_id}/contact?token={ticket.token}"
    assert (await api.put(path, {"customer_email": "ann@example.org"})).status == 200
    (row,) = await read_audit_log(world.hub.database)
    assert (row["action"], row["source"], row["staff_id"], row["client_ip"]) == (
        "reservation.contact_changed", "visitor", None, None,
    )  # fmt: skip
    assert row["subject_id"] == str(ticket.reservation_id)
    assert "example" not in f"{row['before']} {row['after']}"


async def test_the_page_asks_for_the_code_where_the_venue_does(hub: Hub, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    await world.policy(contact_check="email")
    async with PlainBrowser(hub.url) as browser:
        page = await browser.open(f"/r/{ticket.token}")
        page.find("visit-email").fill("ann@example.org")
        await page.press("Correct and send again")
        assert (page.status, "ann@example.org" in page.words_of("visit-part")) == (200, True)
        await page.press("Correct and send again")
        assert "Please enter the 6 digits of the code." in page.alert
        code = await newest_code(hub)
        page.find("visit-code").fill(str((int(code) + 1) % 1_000_000).zfill(6))
        await page.press("Correct and send again")
        assert page.status == 400
        assert "This code is wrong. Please check it and try again." in page.alert
        # Another code is not sent within a minute, and the first one stays good.
        await page.press("Send a new code")
        assert "You can ask for another one in a minute." in page.alert
        page.find("visit-code").fill(f"{code[:3]} {code[3:]}")
        await page.press("Correct and send again")
        assert "The confirmation is on its way to this address." in page.text
    mails = await read_outbox(world.hub.database, "recipient", kind="reservation.resent")
    assert [row["recipient"] for row in mails] == ["ann@example.org"]


async def test_after_three_wrong_codes_a_new_one_is_needed(hub: Hub, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    await world.policy(contact_check="email")
    async with PlainBrowser(hub.url) as browser:
        page = await browser.open(f"/r/{ticket.token}")
        page.find("visit-email").fill("ann@example.org")
        await page.press("Correct and send again")
        wrong = str((int(await newest_code(hub)) + 1) % 1_000_000).zfill(6)
        for _ in range(3):
            page.find("visit-code").fill(wrong)
            await page.press("Correct and send again")
        assert "The code was wrong three times." in page.alert
        assert page.by_id("visit-code") is None
        world.hub.clock.advance(61)
        await page.press("Send a new code")
        page.find("visit-code").fill(await newest_code(hub))
        await page.press("Correct and send again")
        assert "The confirmation is on its way to this address." in page.text


async def test_a_code_for_one_address_confirms_no_other(hub: Hub, world: World):
    ticket = await world.reserved(await world.slot(LATER))
    await world.policy(contact_check="email")
    async with PlainBrowser(hub.url) as browser:
        page = await browser.open(f"/r/{ticket.token}")
        page.find("visit-email").fill("ann@example.org")
        await page.press("Correct and send again")
        page.find("visit-code").fill(await newest_code(hub))
        next(one for one in page.tree.all("input") if one["name"] == "email").fill("eve@example.org")
        await page.press("Correct and send again")
        assert "eve@example.org" in page.words_of("visit-part")
        assert page.by_id("visit-code") is not None
        page = await browser.open(f"/r/{ticket.token}")
        assert "john@example.com" in page.text


async def test_corrections_are_limited_and_the_page_says_so(open_hub: Any):
    hub = await open_hub(rate_codes=Rate(2, 3600))
    world = await World(hub).found()
    token = (await world.reserved(await world.slot(LATER))).token
    async with PlainBrowser(hub.url) as browser:
        page = await browser.open(f"/r/{token}")
        for n in range(3):
            page.find("visit-email").fill(f"ann{n}@example.org")
            await page.press("Correct and send again")
    assert page.status == 400
    assert page.words_of("visit-email-wrong").startswith("Too many")
    assert page.field("Correct email address").value == "ann2@example.org"

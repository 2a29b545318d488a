"""The waiting list over HTTP: fields, messages and statuses, validated against the OpenAPI document."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.api_client import Api
from tests.support.hub import Hub
from tests.support.waitlist import cancel, mails, on_demand, read_waitlist_entries, serve_all
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def quiet_hubs(monkeypatch):
    on_demand(monkeypatch)


@pytest.fixture
async def full(world: World):
    slot_id = await world.slot(TOMORROW, capacity=2)
    return slot_id, await world.fill(slot_id, 2)


def join_request(slot_id: int, *tickets, **other):
    return {"ticket_codes": [ticket.code for ticket in tickets], "slot_id": slot_id, "customer_email": "Ann@Example.com",
            "customer_phone": "+12025551234", **other}  # fmt: skip


async def test_the_whole_way_from_joining_to_the_entry(api: Api, hub: Hub, world: World, full):
    slot_id, booked = full
    tickets = await world.tickets(2)
    joined = (await api.post("/api/waitlist", join_request(slot_id, *tickets))).data
    assert (joined["position"], joined["places"]) == (1, 2)
    assert joined["waitlist_url"] == f"{hub.url}/w/{joined['token']}"
    address = f"/api/waitlist/{joined['token']}"
    entry = (await api.get(address)).data
    assert (entry["status"], entry["position"], entry["offer_ends_at"], entry["manage_url"]) == (
        "WAITING",
        1,
        None,
        None,
    )
    assert sorted(entry["ticket_codes"]) == sorted(ticket.code for ticket in tickets)
    assert entry["slot"]["date"] == TOMORROW.isoformat()
    no = await api.post(f"{address}/accept")
    assert (no.status, no.code, no.error["status"]) == (409, "NO_OFFER", "WAITING")
    manager = await world.staff("MANAGER")
    for ticket in booked:
        await cancel(hub, ticket, manager)
    await serve_all(hub)
    entry = (await api.get(address)).data
    assert (entry["status"], entry["position"]) == ("OFFERED", None)
    assert entry["offer_ends_at"].startswith("2026-11-20T11:30:")
    accepted = (await api.post(f"{address}/accept")).data
    assert {one["ticket_code"] for one in accepted["reservations"]} == {ticket.code for ticket in tickets}
    assert accepted["reservations"][0]["qr_code"].startswith("data:image/png")
    assert accepted["manage_url"] == f"{hub.url}/r/{accepted['token']}"
    assert (await api.post(f"{address}/accept")).data == accepted
    entry = (await api.get(address)).data
    assert (entry["status"], entry["manage_url"]) == ("ACCEPTED", f"{hub.url}/r/{joined['token']}")
    party = (await api.get(f"/api/reservations/by-token?token={joined['token']}")).data
    assert {one["ticket_code"] for one in party["party"]} == {ticket.code for ticket in tickets}


async def test_a_get_changes_nothing_and_leaving_is_harmless_to_repeat(api: Api, hub: Hub, world: World, full):
    slot_id, _ = full
    joined = (await api.post("/api/waitlist", join_request(slot_id, await world.ticket()))).data
    address = f"/api/waitlist/{joined['token']}"
    before = await read_waitlist_entries(hub.database)
    for _ in range(3):
        await api.get(address)
    assert await read_waitlist_entries(hub.database) == before
    assert [(await api.delete(address)).data["status"] for _ in range(2)] == ["LEFT", "LEFT"]
    no = await api.post(f"{address}/accept")
    assert (no.status, no.code, no.error["status"]) == (409, "NO_OFFER", "LEFT")


async def test_refusals_say_what_to_do_next(api: Api, world: World, full):
    slot_id, booked = full
    ticket, inactive = await world.ticket(), await world.ticket("INACTIVE")
    free = await world.slot(TOMORROW, "15:00", "16:00")
    no = await api.post("/api/waitlist", join_request(free, ticket))
    assert (no.status, no.code, no.error["free"]) == (409, "SLOT_NOT_FULL", 200)
    no = await api.post("/api/waitlist", join_request(slot_id, ticket, booked[0], inactive))
    assert (no.status, no.code) == (409, "TICKET_ALREADY_RESERVED")
    assert [one["code"] for one in no.error["tickets"]] == ["TICKET_ALREADY_RESERVED", "TICKET_NOT_ACTIVATED"]
    assert all(one["message"] for one in no.error["tickets"])
    assert no.error["tickets"][1]["can_activate"] is True
    assert (await api.post("/api/waitlist", join_request(slot_id, ticket))).status == 200
    again = await api.post("/api/waitlist", join_request(slot_id, ticket))
    assert (again.status, again.code) == (409, "ALREADY_WAITING")
    no = await api.post("/api/waitlist", join_request(4711, ticket))
    assert (no.status, no.code) == (404, "SLOT_NOT_FOUND")
    await world.policy(waitlist_offer_minutes=None)
    no = await api.post("/api/waitlist", join_request(slot_id, await world.ticket()))
    assert (no.status, no.code) == (409, "WAITLIST_CLOSED")


@pytest.mark.parametrize(
    "change",
    [
        {"ticket_codes": []}, {"ticket_codes": ["A"] * 21}, {"ticket_codes": ["A", "A"]}, {"ticket_codes": "A"},
        {"ticket_codes": [7]}, {"slot_id": 0}, {"slot_id": "1"}, {"contact_proof": 7}, {"contact_proof": ["a"] * 5},
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused_by_field(api: Api, world: World, change):
    no = await api.post("/api/waitlist", {**join_request(1, await world.ticket()), **change})
    assert (no.status, no.code) == (400, "INVALID_REQUEST")
    assert no.error["errors"][0]["field"].startswith(next(iter(change)))


async def test_a_contact_that_will_not_do_is_named(api: Api, world: World, full):
    no = await api.post("/api/waitlist", join_request(full[0], await world.ticket(), customer_email="nobody"))
    assert (no.status, no.code) == (400, "INVALID_CONTACT")
    assert [one["field"] for one in no.error["validation_errors"]] == ["customer_email"]


async def test_where_the_venue_wants_an_address_confirmed_nobody_waits_without(api: Api, world: World, full):
    await world.policy(contact_check="both")
    no = await api.post("/api/waitlist", join_request(full[0], await world.ticket()))
    assert (no.status, no.code, no.error["needed"]) == (403, "CONTACT_NOT_VERIFIED", ["email", "sms"])


@pytest.mark.parametrize("token", ["x", "0" * 32, "%00", "%F0%9F%8E%9F", "a" * 1000])
async def test_a_link_of_nobody_is_not_found(api: Api, world: World, token):
    for ask in (api.get, api.delete):
        assert (await ask(f"/api/waitlist/{token}")).status == 404
    assert (await api.post(f"/api/waitlist/{token}/accept")).status == 404


async def test_a_repeat_with_the_key_of_the_page_is_the_same_entry(api: Api, hub: Hub, world: World, full):
    slot_id, _ = full
    ticket, other = await world.tickets(2)
    key = {"Idempotency-Key": "page-7"}
    first = (await api.post("/api/waitlist", join_request(slot_id, ticket), headers=key)).data
    again = (
        await api.post("/api/waitlist", join_request(slot_id, ticket, customer_email="Ann@EXAMPLE.com"), headers=key)
    ).data
    assert (first["waitlist_id"], first["position"]) == (again["waitlist_id"], again["position"])
    assert (await api.get(f"/api/waitlist/{again['token']}")).data["status"] == "WAITING"
    assert len(await mails(hub, "waitlist.joined")) == 1
    no = await api.post("/api/waitlist", join_request(slot_id, other), headers=key)
    assert (no.status, no.code) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_the_language_of_the_page_is_that_of_the_mails(api: Api, hub: Hub, world: World, full):
    await api.post("/api/waitlist", join_request(full[0], await world.ticket()), headers={"Accept-Language": "zh-CN"})
    assert [mail["language"] for mail in await mails(hub, "waitlist.joined")] == ["zh_Hans"]

"""Rate limits over HTTP: what is counted, and what cannot evade the count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hub.settings import Rate
from tests.support.api_client import Api, booking
from tests.support.hub import Hub
from tests.support.world import World
from web.middleware.client_address import read_address

OpenHub = Callable[..., Awaitable[Hub]]
VALIDATE = "/api/tickets/validate"
UNKNOWN = {"ticket_code": "TKT-2025-ABC123-DEF456"}


async def statuses(api: Api, count: int, **more: object) -> list[int]:
    return [(await api.post(VALIDATE, UNKNOWN, **more)).status for _ in range(count)]


async def test_the_thirty_first_check_in_a_minute_waits(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_validate=Rate(30, 60))
    await World(hub).found()
    api = Api(hub)
    answers = await asyncio.gather(*(api.post(VALIDATE, UNKNOWN) for _ in range(31)))
    assert sorted(answer.status for answer in answers) == [400] * 30 + [429]
    refusal = next(answer for answer in answers if answer.status == 429)
    assert refusal.code == "RATE_LIMITED"
    assert 1 <= int(refusal.headers["Retry-After"]) <= 60


async def test_bookings_are_counted_apart_and_mistyped_ones_not_at_all(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_reservations=Rate(2, 60), rate_validate=Rate(1, 60))
    world, api = await World(hub).found(), Api(hub)
    slot, tickets = await world.slot(), await world.tickets(3)
    assert await statuses(api, 2) == [400, 429]
    for _ in range(5):
        wrong = booking(tickets[0], slot, customer_email="no")
        assert (await api.post("/api/reservations/create", wrong)).code == "INVALID_CONTACT"
    results = [(await api.post("/api/reservations/create", booking(ticket, slot))).status for ticket in tickets]
    assert results == [200, 200, 429]


async def test_an_invented_forwarded_address_changes_nothing(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_validate=Rate(2, 60))
    await World(hub).found()
    results = [(await statuses(Api(hub), 1, headers={"X-Forwarded-For": f"203.0.113.{n}"}))[0] for n in range(4)]
    assert results == [400, 400, 429, 429]


async def test_behind_a_proxy_of_ours_each_client_has_a_budget(open_hub: OpenHub) -> None:
    from ipaddress import ip_network

    hub = await open_hub(
        rate_validate=Rate(1, 60), trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
    )
    await World(hub).found()
    api = Api(hub)

    async def asked(forwarded: str) -> int:
        return (await statuses(api, 1, headers={"X-Forwarded-For": forwarded}))[0]

    assert await asked("203.0.113.1") == 400
    assert await asked("203.0.113.1, 10.1.2.3") == 429, "the rightmost hop that is not ours is the client"
    assert await asked("198.51.100.7, 203.0.113.1") == 429, "what stands left of the client is invented"
    assert await asked("203.0.113.2") == 400
    assert await asked("2001:db8:1:2::1") == 400
    assert await asked("2001:db8:1:2:ffff::9") == 429, "one IPv6 customer holds the whole /64"
    assert await asked("2001:db8:1:3::1") == 400
    assert await asked("nonsense") == 400
    assert await asked("203.0.113.9, nonsense") == 429, "left of what is no address nothing is believed"


async def test_operators_have_a_budget_each(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_operator=Rate(3, 60))
    world, api = await World(hub).found(), Api(hub)
    first, second = await world.staff(), await world.staff()
    results = [(await api.post("/venue/scan", {"code": "x"}, token=first)).status for _ in range(4)]
    assert results == [200, 200, 200, 429]
    assert (await api.post("/venue/scan", {"code": "x"}, token=second)).status == 200


def guessed_party(count: int, first: int = 0) -> list[str]:
    return [f"TKT-2025-ABC123-{n:06}" for n in range(first, first + count)]


@pytest.mark.parametrize("path", ["/api/reservations", "/api/waitlist"])
async def test_the_bad_codes_of_parties_are_held_to_the_pace_of_single_ones(open_hub: OpenHub, path: str) -> None:
    hub = await open_hub(rate_validate=Rate(30, 60))
    world, api = await World(hub).found(), Api(hub)
    slot, tickets = await world.slot(), await world.tickets(10)
    contact = {"slot_id": slot, "customer_email": "john@example.com", "customer_phone": "+12025551234"}

    async def said(codes: list[str]) -> int:
        answer = await api.post(path, {"ticket_codes": codes, **contact})
        if answer.status == 429:
            return 0
        return len(answer.error["tickets"])

    good = [ticket.code for ticket in tickets]
    for n in range(9):
        assert await said([*good, *guessed_party(1, n)]) == 1, "a party that is typed again counts its wrong codes"
        await hub.services.rate_limit.close()  # waits until the good ones are given back
    at_once = await asyncio.gather(*(said(guessed_party(20, 20 * n)) for n in range(10)))
    assert sorted(at_once) == [0] * 9 + [20]
    assert await said(guessed_party(2)) == 0


async def test_parties_that_are_booked_count_nothing(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_validate=Rate(20, 60))
    world, api = await World(hub).found(), Api(hub)
    slot, tickets = await world.slot(capacity=60), await world.tickets(40)
    for n in range(0, 40, 10):
        codes = [ticket.code for ticket in tickets[n : n + 10]]
        contact = {"customer_email": "john@example.com", "customer_phone": "+12025551234"}
        answer = await api.post("/api/reservations", {"ticket_codes": codes, "slot_id": slot, **contact})
        assert answer.status == 200
        await hub.services.rate_limit.close()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("fe80::1%eth0", "fe80::1"),
        ("", "None"),
        ("unknown", "None"),
        ("1.2.3", "None"),
        ("[", "None"),
    ],
)
def test_a_hop_is_read_in_all_its_spellings(text: str, address: str) -> None:
    assert str(read_address(text)) == address


async def test_a_login_has_a_pace_for_all_that_it_asks(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_staff=Rate(3, 3600), rate_operator=Rate(1, 3600))
    world, api = await World(hub).found(), Api(hub)
    manager, other = await world.staff("MANAGER"), await world.staff("MANAGER")
    ticket = await world.reserved(await world.slot())
    reservation = f"/api/reservations/{ticket.reservation_id}"
    assert [(await api.get(path, token=manager)).status for path in ("/api/operators/scan-history", reservation)] == [
        200,
        200,
    ]
    assert (await api.get(f"/api/tickets/{ticket.id}/status", token=manager)).status == 200
    for path in ("/api/operators/scan-history", reservation, f"/api/tickets/{ticket.id}/status", "/api/admin/venues"):
        answer = await api.get(path, token=manager)
        assert (answer.status, answer.code) == (429, "RATE_LIMITED"), path
        assert 1 <= int(answer.headers["Retry-After"]) <= 1200
    async with hub.client.get("/manager", headers={"Authorization": f"Bearer {manager}"}) as page:
        assert page.status == 429
    assert (await api.get("/api/operators/scan-history", token=other)).status == 200
    assert (await api.get(f"{reservation}?token={ticket.token}")).status == 200, "the holder has no login"


LINKS = {
    "/r/{}": 404, "/w/{}": 404, "/b/{}": 404, "/invitation/{}": 404, "/api/waitlist/{}": 404,
    "/api/reservations/by-token?token={}": 404,
}  # fmt: skip
"""Where a link may lead, and the status of an unknown one."""


async def test_unknown_links_are_counted_together_and_known_ones_not_at_all(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_validate=Rate(len(LINKS), 60))
    world = await World(hub).found()
    known = (await world.reserved(await world.slot())).token
    for _ in range(3):
        assert await status_of(hub, f"/r/{known}") == 200
    for path, status in LINKS.items():
        assert await status_of(hub, path.format("A" * 32)) == status, path
    for path in LINKS:
        assert await status_of(hub, path.format("B" * 32)) == 429, path
    assert await status_of(hub, f"/r/{known}") == 200
    assert await status_of(hub, f"/r/{'C' * 32}", token=await world.staff()) == 404


async def test_who_has_tried_too_many_links_sees_a_page_that_says_so(open_hub: OpenHub) -> None:
    hub = await open_hub(rate_validate=Rate(1, 60))
    await World(hub).found()
    await status_of(hub, "/r/A")
    async with hub.client.get("/r/B", headers={"Accept": "text/html"}) as response:
        assert (response.status, "A moment, please" in await response.text()) == (429, True)
        assert 1 <= int(response.headers["Retry-After"]) <= 60
    answer = await Api(hub).get("/api/waitlist/B")
    assert (answer.status, answer.code) == (429, "RATE_LIMITED")


async def status_of(hub: Hub, path: str, token: str | None = None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with hub.client.get(path, headers=headers, allow_redirects=False) as response:
        return response.status

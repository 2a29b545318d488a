"""Figures of the booking page: its funnel, refusals, hours, times to a booking, and the rates of activation and reservation."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.api_client import Api, booking
from tests.support.hub import Hub
from tests.support.job_table import run_job_every
from tests.support.orders import add_product, change_order
from tests.support.plain_browser import PlainBrowser
from tests.support.portal_steps import add_contact, count_contacts, read_contacts, read_refusals
from tests.support.reservations import change_reservation
from tests.support.ticket_checks import add_check, count_checks
from tests.support.tickets import cancel_ticket, change_ticket
from tests.support.world import NOON, TODAY, Ticket, World

TOMORROW = TODAY + timedelta(days=1)
CONTACT = {"email": "john@example.com", "phone": "+12025551234"}


@pytest.fixture(autouse=True)
def write_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hubs opened from now on write the rows more often, to keep the tests short."""
    for job in ("checked tickets", "portal steps"):
        run_job_every(monkeypatch, job, 0.02)


async def until(read: Any, wanted: Any) -> None:
    """Wait until an awaited reading is as wanted: what is only counted is written after the answer."""
    async with asyncio.timeout(20):
        while await read() != wanted:
            await asyncio.sleep(0.01)


async def figures(api: Api, token: str, first: date = TODAY, last: date = TODAY, **query: Any) -> dict[str, Any]:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    answer = await api.get(f"/api/analytics/portal?from={first}&to={last}{more}", token=token)
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.data
    return found


async def check(api: Api, ticket: Ticket) -> int:
    return (await api.post("/api/tickets/validate", {"ticket_code": ticket.code})).status


async def test_the_funnel_counts_tickets_from_check_to_contact_to_booking(api: Api, hub: Hub, world: World) -> None:
    slot, tickets = await world.slot(start="18:00", end="20:00"), await world.tickets(5)
    for ticket in tickets:
        assert await check(api, ticket) == 200
    party = [ticket.id for ticket in tickets[:3]]
    answer = await api.post("/api/tickets/verify-contact", {"ticket_id": party[0], "ticket_ids": party, **CONTACT})
    assert answer.status == 200
    hub.clock.set(NOON + timedelta(seconds=100))
    for ticket in (tickets[0], tickets[4]):  # the last without the step for contact details
        assert (await api.post("/api/reservations/create", booking(ticket, slot))).status == 200
    await until(lambda: count_checks(hub.database), 5)
    await until(lambda: count_contacts(hub.database), 3)
    total = (await figures(api, await world.staff("MANAGER")))["total"]
    assert (total["checked"], total["contact_verified"], total["booked"]) == (5, 4, 2)
    assert (total["contact_rate"], total["conversion"], total["reservations"]) == (0.8, 0.4, 2)


async def test_contact_details_of_an_unknown_ticket_count_nowhere(api: Api, hub: Hub, world: World) -> None:
    ticket = await world.ticket()
    for ticket_id in (ticket.id + 1, ticket.id):
        assert (await api.post("/api/tickets/verify-contact", {"ticket_id": ticket_id, **CONTACT})).status == 200
    await until(lambda: count_contacts(hub.database), 1)
    [row] = await read_contacts(hub.database)
    assert (row["ticket_id"], row["venue_id"], row["date"]) == (ticket.id, world.venue_id, TODAY)


async def test_the_page_without_javascript_counts_contact_details_too(api: Api, hub: Hub, world: World) -> None:
    ticket = await world.ticket()
    async with PlainBrowser(hub.url) as browser:
        page = await browser.open("/reserve/plain")
        page.field("Ticket code").fill(ticket.code)
        await page.press("Continue")
        for email in ("john@example", CONTACT["email"]):
            page.find("email").fill(email)
            page.find("phone").fill(CONTACT["phone"])
            await page.press("Continue")
    await until(lambda: count_contacts(hub.database), 1)
    await until(lambda: read_refusals(hub.database), {("contact", "INVALID_CONTACT"): 1})


async def test_refusals_are_counted_by_step_and_reason(api: Api, hub: Hub, world: World) -> None:
    full, [late, *others] = await world.slot(start="18:00", end="20:00", capacity=1, booked=1), await world.tickets(3)
    for _ in range(2):  # the same code within a minute is one refusal
        assert await check(api, Ticket(0, "NO-SUCH-TICKET")) == 400
    assert await check(api, Ticket(0, "NO-SUCH-OTHER")) == 400
    assert await check(api, await world.ticket("CANCELLED")) == 400
    wrong = {"ticket_id": late.id, "email": "no", "phone": "no"}
    assert (await api.post("/api/tickets/verify-contact", wrong)).status == 400
    for ticket in (late, *others):
        assert (await api.post("/api/reservations/create", booking(ticket, full))).code == "SLOT_FULL"
    wanted = {
        ("ticket", "TICKET_NOT_FOUND"): 2, ("ticket", "TICKET_CANCELLED"): 1, ("contact", "INVALID_CONTACT"): 1,
        ("booking", "SLOT_FULL"): 3,
    }  # fmt: skip
    await until(lambda: read_refusals(hub.database), wanted)
    found = await figures(api, await world.staff("MANAGER"))
    assert {(one["step"], one["reason"]): one["refusals"] for one in found["refusals"]} == wanted
    assert found["refusals"][0]["reason"] == "SLOT_FULL", "the most frequent first"
    assert (found["total"]["refused"], found["days"][0]["refused"]) == (7, 7)


async def test_the_time_to_a_booking_begins_with_the_first_check_of_its_day(api: Api, hub: Hub, world: World) -> None:
    slot = await world.slot(TOMORROW, "18:00", "20:00")
    yesterday = TODAY - timedelta(days=1)
    for ticket_id_seconds in ((45, 0), (170, 0), (1000, 0), (7200, 86_400)):
        seconds, before = ticket_id_seconds
        ticket = await world.reserved(slot)
        reserved_at = NOON - timedelta(seconds=before)
        await change_reservation(hub.database, ticket.reservation_id, reserved_at=reserved_at)
        day = yesterday if before else TODAY
        await add_check(world, ticket.id, day, reserved_at - timedelta(seconds=seconds))
    never = await world.ticket()
    await add_check(world, never.id, TODAY, NOON)
    await add_contact(world, never.id, TODAY, NOON)
    found = await figures(api, await world.staff("MANAGER"), yesterday)
    parts = {(one["from_seconds"], one["to_seconds"]): one["bookings"] for one in found["times"]["parts"]}
    assert {part for part, bookings in parts.items() if bookings} == {(0, 60), (120, 180), (600, 1800), (3600, 86400)}
    assert sum(parts.values()) == found["total"]["booked"] == 4
    assert (found["times"]["median_seconds"], found["times"]["within_three_minutes"]) == (170, 0.5)
    assert [(day["checked"], day["booked"]) for day in found["days"]] == [(1, 1), (4, 3)]


async def test_reservations_have_the_hour_of_the_venues_clock(api: Api, hub: Hub, world: World) -> None:
    slot = await world.slot(TOMORROW, "18:00", "20:00")
    midnight = NOON + timedelta(hours=12)  # in Rome
    for moment in (NOON, NOON + timedelta(minutes=59), midnight - timedelta(minutes=1), midnight):
        ticket = await world.reserved(slot)
        await change_reservation(hub.database, ticket.reservation_id, reserved_at=moment)
    hub.clock.set(midnight + timedelta(hours=2))
    found = await figures(api, await world.staff("MANAGER"), TODAY, TOMORROW)
    hours = [(one["date"], one["hour"], one["reservations"]) for one in found["hours"]]
    assert hours == [(str(TODAY), 12, 2), (str(TODAY), 23, 1), (str(TOMORROW), 0, 1)]
    assert [day["reservations"] for day in found["days"]] == [3, 1]


async def test_the_activation_rate_is_of_tickets_whose_thirty_days_have_ended(api: Api, hub: Hub, world: World) -> None:
    month, hour = timedelta(days=30), timedelta(hours=1)
    paid = NOON - month - hour
    await change_order(hub.database, world.order_id, paid_at=paid)
    made = {"activation_mode": "deferred", "created_at": paid - timedelta(days=3)}
    await world.ticket("ACTIVATED", **made, activated_at=paid + month - hour)
    await world.ticket("ACTIVATED", **made, activated_at=paid + month)  # too late
    await world.ticket("INACTIVE", **made)
    await cancel_ticket(hub.database, (await world.ticket("INACTIVE", **made)).id)
    # Added to the paid order later, so their 30 days have not ended.
    await world.tickets(2, "INACTIVE", activation_mode="deferred", created_at=NOON - month + hour)
    await world.ticket("ACTIVATED", created_at=paid, activated_at=paid)  # never inactive
    total = (await figures(api, await world.staff("MANAGER")))["total"]
    assert (total["activated"], total["activation_due"], total["activation_rate"]) == (1, 3, 0.3333)
    hub.clock.set(NOON + 2 * hour)
    total = (await figures(api, await world.staff("MANAGER")))["total"]
    assert (total["activated"], total["activation_due"]) == (1, 5)


async def test_the_reservation_rate_is_of_tickets_that_were_active_for_seven_days(
    api: Api, hub: Hub, world: World
) -> None:
    week, slot = timedelta(days=7), await world.slot(TOMORROW, "18:00", "20:00")
    since = NOON - week - timedelta(hours=1)
    for reserved_at in (since + week - timedelta(minutes=1), since + week):
        ticket = await world.reserved(slot)
        await change_ticket(hub.database, ticket.id, activated_at=since)
        await change_reservation(hub.database, ticket.reservation_id, reserved_at=reserved_at)
    await world.ticket(activated_at=since)
    await world.ticket(activated_at=NOON - week + timedelta(hours=1))  # its seven days have not ended
    elsewhere = await world.venue()
    product = await add_product(hub.database, org_id=world.org_id, venue_id=elsewhere, name="Elsewhere only")
    await change_ticket(hub.database, (await world.ticket(activated_at=since)).id, product_id=product)
    manager = await world.staff("MANAGER")
    total = (await figures(api, manager))["total"]
    assert (total["reserved"], total["reservation_due"], total["reservation_rate"]) == (1, 3, 0.3333)
    total = (await figures(api, manager, venue_id=elsewhere))["total"]
    assert (total["reserved"], total["reservation_due"]) == (0, 1)


async def test_each_table_is_a_file(api: Api, hub: Hub, world: World) -> None:
    slot, [ticket] = await world.slot(start="18:00", end="20:00"), await world.tickets(1)
    assert await check(api, ticket) == 200
    assert await check(api, Ticket(0, "NO-SUCH-TICKET")) == 400
    assert (await api.post("/api/reservations/create", booking(ticket, slot))).status == 200
    await until(lambda: count_checks(hub.database), 1)
    await until(lambda: read_refusals(hub.database), {("ticket", "TICKET_NOT_FOUND"): 1})
    manager = await world.staff("MANAGER")
    found = await figures(api, manager)
    rows_of = {**{name: found[name] for name in ("days", "refusals", "hours")}, "times": found["times"]["parts"]}
    for table, wanted in rows_of.items():
        path = f"/api/analytics/portal?date={TODAY}&format=csv&table={table}"
        async with hub.client.get(path, headers={"Authorization": f"Bearer {manager}"}) as answer:
            assert f"booking-page-{table}-" in answer.headers["Content-Disposition"]
            rows = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
        assert rows == [{name: "" if one[name] is None else str(one[name]) for name in one} for one in wanted], table


async def test_the_figures_are_for_managers_and_have_bounds(api: Api, world: World) -> None:
    operator, manager = await world.staff(), await world.staff("MANAGER")
    for path in ("/api/analytics/portal", "/api/analytics/operators"):
        assert (await api.get(path)).code == "UNAUTHENTICATED"
        assert (await api.get(path, token=operator)).code == "FORBIDDEN"
        long = f"{path}?from={TODAY - timedelta(days=92)}&to={TODAY}"
        assert (await api.get(long, token=manager)).code == "INVALID_REQUEST"
    assert (await api.get("/api/analytics/portal?table=people", token=manager)).code == "INVALID_REQUEST"
    days = (await api.get("/api/analytics/portal", token=manager)).data["days"]
    assert (len(days), days[-1]["date"], days[0]["conversion"]) == (30, str(TODAY), None)

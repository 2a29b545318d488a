"""The page states: every page of the hub in every state a person can meet, reached as a person reaches it.

One list serves all users: `test_every_state.py` looks for barriers, and `pictures.py` takes photographs. Elements are
not found by their words, so every state is reached in every language. Where one state leads to another, the page of the
first state is used again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import wraps
from itertools import count
from typing import Any

from playwright.async_api import Page, expect

from hub.actions.waitlist.leave import leave_waitlist
from tests.support.hub import Hub
from tests.support.mail_outbox import read_newest_code
from tests.support.notices import drop_notices
from tests.support.shows import add_booking, add_performance, add_room, add_show
from tests.support.waitlist import serve_beside_job
from tests.support.websocket_client import Socket
from tests.support.world import TODAY, Ticket, World

EMAIL, PHONE = "john@example.com", "+12025551234"
LATER = TODAY + timedelta(days=5)
"""A day with a slot for every case: many places, few places, none."""


@dataclass
class Scene:
    """A venue with a calendar, and a person at a browser. `open` takes a path and the arguments of `open_page`."""

    hub: Hub
    world: World
    open: Callable[..., Awaitable[Page]]
    slots: dict[str, int] = field(default_factory=dict)
    last: list[int] = field(default_factory=list)
    offers: Iterator[int] = field(default_factory=lambda: count(1))
    missed: Ticket = field(default_factory=lambda: Ticket(0, ""))
    happened: set[str] = field(default_factory=set)
    stands: tuple[str, Page] | None = None
    """The state of the page that is open here."""
    scanner: Page | None = None
    """The scanner that is open here, if it is an operator's at gate A."""
    inside: str = ""
    """The code of a visitor who is inside, on the list of the offline scanner that is open here."""
    beside: list[Socket] = field(default_factory=list)
    """Scanners that stay connected as long as this state is looked at. Any other closes when nobody holds it."""

    def goes_on(self, *names: str) -> Page | None:
        """Return the page if it was left in a state of one of these names. The page then has no state."""
        if self.stands is None or self.stands[0] not in names:
            return None
        (_, page), self.stands = self.stands, None
        return None if page.is_closed() else page

    def once(self, what: str) -> bool:
        """Return whether this is the first call with `what`. A later state finds what the first call has left."""
        return what not in self.happened and not self.happened.add(what)

    async def furnish(self) -> Scene:
        world = self.world
        for day in range(1, 12):
            await world.slot(TODAY + timedelta(day), "10:00", "12:00", 8, booked=(0, 5, 8, 0, 2)[day % 5])
        # The token of a ticket from `fill` is its id.
        (self.missed,) = await world.fill(await world.slot(TODAY, "08:00", "10:00"), 1)
        self.slots["today"] = await world.slot(TODAY, "16:00", "18:00")
        self.slots["roomy"] = await world.slot(LATER, "12:00", "14:00", 60, booked=9)
        self.slots["nearly"] = await world.slot(LATER, "14:00", "16:00", 10, booked=8)
        self.slots["full"] = await world.slot(LATER, "16:00", "18:00", 3, booked=3)
        self.slots["late"] = await world.slot(LATER, "18:00", "20:00", 60)
        # Slots of one place, which somebody else takes while they are shown.
        self.last = [
            await world.slot(LATER + timedelta(1), f"{hour}:00", f"{hour + 1}:00", 1) for hour in range(12, 18)
        ]
        return self

    async def visit(self, slot: str = "roomy", count: int = 1) -> tuple[str, list[Ticket]]:
        """Book a party. Return its token and its tickets."""
        tickets = await self.world.tickets(count)
        status, reply = await self.hub.post("/api/reservations", self._asking(tickets, self.slots[slot]))
        assert status == 200, reply
        ids = {one["ticket_code"]: one["reservation_id"] for one in reply["data"]["reservations"]}
        token = reply["data"]["token"]
        return token, [Ticket(one.id, one.code, token, ids[one.code]) for one in tickets]

    async def used(self) -> tuple[str, Ticket]:
        """Book a visit and let its ticket in."""
        token, (one,) = await self.visit("today")
        gate = await self.hub.socket(await self.world.staff(), gate="A")
        await gate.verify(one.code)
        await gate.close()
        return token, one

    async def wait(self, slot_id: int, count: int = 1) -> str:
        """Put a party on the waiting list, and return its token."""
        status, reply = await self.hub.post("/api/waitlist", self._asking(await self.world.tickets(count), slot_id))
        assert status == 200, reply
        return str(reply["data"]["token"])

    async def offered(self) -> str:
        """Make an offer to a party with another party behind it on the list. Return its token."""
        slot_id = await self.world.slot(LATER + timedelta(next(self.offers)), "20:00", "22:00", 1)
        holder = await self.world.reserved(slot_id)
        token = await self.wait(slot_id)
        await self.wait(slot_id)
        await self.hub.delete(f"/api/reservations/{holder.reservation_id}?token={holder.token}")
        await serve_beside_job(self.hub, slot_id)
        return token

    async def seats_offered(self) -> str:
        """Offer the seats of a sold-out performance to a waiting party of three. Return its token."""
        number = next(self.offers)
        show_id, room_id = await add_show(self.world, "仲夏夜之梦"), await add_room(self.world, f"{number} 号厅", 4)
        performance_id = await add_performance(self.world, show_id, room_id, LATER + timedelta(number))
        booked = await add_booking(self.world, performance_id, 4)
        request = await add_booking(self.world, performance_id, 3, "PENDING")
        status, reply = await self.hub.post("/api/bookings/waitlist", {"token": request.confirm_token})
        assert status == 200, reply
        await self.hub.delete(f"/api/reservations/{booked.reservation_id}?token={booked.manage_token}")
        await serve_beside_job(self.hub, performance_id)
        return str(reply["data"]["token"])

    @staticmethod
    def _asking(tickets: list[Ticket], slot_id: int) -> dict[str, Any]:
        codes = [ticket.code for ticket in tickets]
        return {"ticket_codes": codes, "slot_id": slot_id, "customer_email": EMAIL, "customer_phone": PHONE}

    async def code(self) -> str:
        """Return the newest one-time code in plain text. The outbox must send nothing."""
        return await read_newest_code(self.hub.database)


Reach = Callable[[Scene], Awaitable[Page]]


@dataclass(frozen=True)
class State:
    """A page state. With `shows_code` the QR code is read from its picture. With `reloads` a reload does not change it.

    `after` names the state from which this one is reached.
    """

    name: str
    area: str
    reach: Reach
    shows_code: bool = False
    reloads: bool = False
    after: str = ""


STATES: dict[str, State] = {}


def state(area: str, *, shows_code: bool = False, reloads: bool = False, after: str = "") -> Callable[[Reach], Reach]:
    """Register a function as the way to the state of its name. From that state itself it makes no step.

    The way begins without the notices of earlier states, which a gate shows again for 15 minutes.
    """

    def enter(reach: Reach) -> Reach:
        name = reach.__name__.replace("_", "-")

        @wraps(reach)
        async def from_where_one_stands(scene: Scene) -> Page:
            if page := scene.goes_on(name):
                return page
            await drop_notices(scene.hub.database)
            while scene.beside:
                await scene.beside.pop().close()
            return await reach(scene)

        assert name not in STATES
        STATES[name] = State(name, area, from_where_one_stands, shows_code, reloads, after)
        return from_where_one_stands

    return enter


def in_walks() -> list[State]:
    """Return all states grouped by area, each right after the state from which it is reached."""

    def walk(one: State) -> list[State]:
        return [one, *(each for other in STATES.values() if other.after == one.name for each in walk(other))]

    areas = dict.fromkeys(one.area for one in STATES.values())
    return [
        each for area in areas for one in STATES.values() if one.area == area and not one.after for each in walk(one)
    ]


def leading_on() -> set[str]:
    """Return the names of the states from which others are reached."""
    return {one.after for one in STATES.values() if one.after}


def day_button(page: Page, day: date) -> Any:
    return page.locator(f"#days td[data-date='{day}'] button")


def slot_button(page: Page, slot_id: int) -> Any:
    return page.locator(f".slot[data-slot='{slot_id}'] > button")


# Steps of the booking page, in any language.


async def at_step(page: Page, step: str) -> None:
    await expect(page.locator(f"section[data-step='{step}']")).to_be_visible()


async def with_tickets(scene: Scene, *tickets: Ticket, path: str = "/reserve", **how: Any) -> Page:
    page = await scene.open(path, **how)
    await page.locator("#ticket-code").fill(", ".join(ticket.code for ticket in tickets))
    await page.locator("#ticket-go").click()
    return page


async def with_contact(scene: Scene, *tickets: Ticket, **how: Any) -> Page:
    page = await with_tickets(scene, *tickets, **how)
    await at_step(page, "contact")
    await page.locator("#email").fill(EMAIL)
    await page.locator("#phone").fill(PHONE)
    await page.locator("#contact-go").click()
    return page


async def at_times(scene: Scene, count: int = 1, day: date | None = LATER, **how: Any) -> Page:
    page = await with_contact(scene, *await scene.world.tickets(count), **how)
    await at_step(page, "slot")
    await expect(page.locator("#calendar[aria-busy]")).to_have_count(0)
    return page if day is None else await choose_day(page, day)


async def choose_day(page: Page, day: date) -> Page:
    await day_button(page, day).click()
    await expect(page.locator("#slots .slot").first).to_be_visible()
    return page


async def at_confirm(scene: Scene, slot_id: int, count: int = 1, day: date = LATER) -> Page:
    page = await at_times(scene, count, day)
    await slot_button(page, slot_id).click()
    await at_step(page, "confirm")
    return page


# The home page and the ticket step


@state("ticket", reloads=True)
async def landing(scene: Scene) -> Page:
    return await scene.open("/")


@state("ticket", reloads=True)
async def ticket(scene: Scene) -> Page:
    return await scene.open("/reserve")


async def refused_ticket(scene: Scene, status: str, **columns: Any) -> Page:
    page = await with_tickets(scene, await scene.world.ticket(status, **columns))
    await expect(page.locator("#ticket-answer")).not_to_be_empty()
    return page


@state("ticket")
async def ticket_unknown(scene: Scene) -> Page:
    page = await with_tickets(scene, Ticket(0, "TKT-2026-ABCDEF-GHJKMN"))
    await expect(page.locator("#ticket-answer")).not_to_be_empty()
    return page


@state("ticket")
async def ticket_unpaid(scene: Scene) -> Page:
    return await refused_ticket(scene, "PENDING_PAYMENT")


@state("ticket")
async def ticket_expired(scene: Scene) -> Page:
    return await refused_ticket(scene, "EXPIRED")


@state("ticket")
async def ticket_cancelled(scene: Scene) -> Page:
    return await refused_ticket(scene, "CANCELLED")


@state("ticket")
async def ticket_used(scene: Scene) -> Page:
    _, used = await scene.used()
    page = await with_tickets(scene, used)
    await expect(page.locator("#ticket-answer")).not_to_be_empty()
    return page


@state("ticket")
async def ticket_reserved(scene: Scene) -> Page:
    _, tickets = await scene.visit()
    page = await with_tickets(scene, *tickets)
    await expect(page.locator("#ticket-answer")).not_to_be_empty()
    return page


@state("ticket")
async def ticket_inactive(scene: Scene) -> Page:
    return await refused_ticket(scene, "INACTIVE", activation_mode="deferred")


@state("ticket", after="ticket-inactive")
async def ticket_activating(scene: Scene) -> Page:
    page = await ticket_inactive(scene)
    await page.locator("#ticket-answer button").first.click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    return page


@state("ticket")
async def ticket_mistyped(scene: Scene) -> Page:
    code = (await scene.world.ticket()).code
    page = await scene.open("/reserve")
    wrong = "2" if code[-1] != "2" else "3"
    await page.locator("#ticket-code").fill(code[:-1] + wrong)
    await page.locator("#ticket-code").blur()
    await expect(page.locator("#ticket-advice")).not_to_be_empty()
    return page


@state("ticket", reloads=True)
async def party(scene: Scene) -> Page:
    """Three tickets of an order, with the offer to add the others."""
    page = await with_tickets(scene, *await scene.world.tickets(3))
    await at_step(page, "contact")
    await page.go_back()
    await expect(page.locator("#party li")).to_have_count(3)
    return page


@state("ticket")
async def party_with_a_bad_ticket(scene: Scene) -> Page:
    _, used = await scene.used()
    unpaid = await scene.world.ticket("PENDING_PAYMENT")
    page = await with_tickets(scene, await scene.world.ticket(), used, unpaid)
    await expect(page.locator("#ticket-answer li")).to_have_count(2)
    return page


# Contact and code


@state("contact", reloads=True)
async def contact(scene: Scene) -> Page:
    page = await with_tickets(scene, await scene.world.ticket())
    await at_step(page, "contact")
    return page


@state("contact", after="contact")
async def contact_wrong(scene: Scene) -> Page:
    page = await contact(scene)
    await page.locator("#email").fill("john@")
    await page.locator("#phone").fill("12")
    await page.locator("#contact-go").click()
    await expect(page.locator("#email-wrong")).not_to_be_empty()
    await expect(page.locator("#phone-wrong")).not_to_be_empty()
    return page


async def at_code(scene: Scene) -> Page:
    await scene.world.policy(contact_check="email")
    page = await with_contact(scene, await scene.world.ticket())
    await at_step(page, "code")
    await expect(page.locator("#code-left")).not_to_be_empty()
    # The next visitor does not wait for the minute between two codes for one address.
    scene.hub.clock.advance(61)
    return page


@state("code")
async def code(scene: Scene) -> Page:
    page = await at_code(scene)
    await scene.world.policy(contact_check="format")
    return page


@state("code")
async def code_wrong(scene: Scene) -> Page:
    page = await at_code(scene)
    wrong = f"{(int(await scene.code()) + 1) % 1_000_000:06}"
    await page.locator("#code").fill(wrong)
    if await page.locator("#code-go").is_enabled():
        await page.locator("#code-go").click()
    await expect(page.locator("#code-wrong")).not_to_be_empty()
    await scene.world.policy(contact_check="format")
    return page


# Day and time


@state("time", reloads=True)
async def calendar(scene: Scene) -> Page:
    page = await at_times(scene, day=None)
    await expect(page.locator("#calendar-line")).to_have_attribute("data-state", "live")
    return page


@state("time", after="calendar")
async def times(scene: Scene) -> Page:
    return await choose_day(await calendar(scene), LATER)


@state("time")
async def times_for_a_party(scene: Scene) -> Page:
    """A party of five sees that two places are not enough."""
    return await at_times(scene, 5)


@state("time")
async def times_apart(scene: Scene) -> Page:
    page = await at_times(scene, 2, day=None)
    await page.locator("#together input[value='apart']").check()
    await expect(page.locator("#turns li")).to_have_count(2)
    return await choose_day(page, LATER)


@state("time", after="times")
async def time_full(scene: Scene) -> Page:
    page = await times(scene)
    await slot_button(page, scene.slots["full"]).click()
    await expect(page.locator(".slot .alternative").first).to_be_visible()
    await expect(page.locator(".slot .alternatives")).to_be_visible()
    return page


@state("time", after="time-full")
async def waitlist_joined(scene: Scene) -> Page:
    page = await time_full(scene)
    await page.locator(f".slot[data-slot='{scene.slots['full']}'] .slot-wait button").click()
    await expect(page.locator(".waitlist .notice a")).to_be_visible()
    return page


@state("time")
async def calendar_not_live(scene: Scene) -> Page:
    page = await at_times(scene, day=None, clock=True)
    # Advance the page's clock past its time limits (an unanswered question, a delayed warning).
    await page.context.set_offline(True)
    await page.wait_for_function("() => !navigator.onLine")
    await page.clock.run_for(10_000)
    await expect(page.locator("#calendar-line")).to_have_attribute("data-state", "lost")
    await expect(page.locator(":is(#calendar-offline, #calendar-answer) button")).to_have_count(1)
    return page


# Confirm and done


@state("confirm", reloads=True)
async def confirm(scene: Scene) -> Page:
    return await at_confirm(scene, scene.slots["roomy"])


@state("confirm", reloads=True)
async def confirm_party(scene: Scene) -> Page:
    return await at_confirm(scene, scene.slots["roomy"], 3)


@state("confirm")
async def confirm_filled(scene: Scene) -> Page:
    """Somebody else took the last place while the visitor checked their details."""
    slot_id = scene.last.pop()
    page = await at_confirm(scene, slot_id, day=LATER + timedelta(1))
    await scene.world.reserved(slot_id)
    await page.locator("#confirm").click()
    await expect(page.locator("#confirm-answer .alternatives")).to_be_visible()
    await expect(page.locator("#confirm-waitlist .waitlist")).to_be_visible()
    return page


@state("confirm", after="confirm")
async def confirm_offline(scene: Scene) -> Page:
    page = await confirm(scene)
    await page.context.set_offline(True)
    await page.locator("#confirm").click()
    await expect(page.locator("#confirm-answer")).not_to_be_empty()
    return page


@state("confirm", shows_code=True, reloads=True, after="confirm-offline")
async def booked(scene: Scene) -> Page:
    """The visitor has confirmed, or is online again and the page confirms by itself."""
    if page := scene.goes_on("confirm-offline"):
        await page.context.set_offline(False)
    else:
        page = await confirm(scene)
        await page.locator("#confirm").click()
    await at_step(page, "done")
    await expect(page.locator("#done-tickets .qr").first).to_be_visible()
    return page


@state("confirm", shows_code=True, reloads=True)
async def booked_party(scene: Scene) -> Page:
    page = await at_confirm(scene, scene.slots["roomy"], 3)
    await page.locator("#confirm").click()
    await at_step(page, "done")
    await expect(page.locator("#done-tickets .qr").first).to_be_visible()
    return page


# The visit by its link


@state("visit", shows_code=True, reloads=True)
async def visit(scene: Scene) -> Page:
    token, _ = await scene.visit()
    return await scene.open(f"/r/{token}")


@state("visit", shows_code=True, reloads=True)
async def visit_of_a_party(scene: Scene) -> Page:
    token, _ = await scene.visit(count=3)
    return await scene.open(f"/r/{token}")


@state("visit", shows_code=True, reloads=True)
async def visit_today(scene: Scene) -> Page:
    token, _ = await scene.visit("today")
    return await scene.open(f"/r/{token}")


@state("visit", after="visit")
async def visit_moving(scene: Scene) -> Page:
    page = await visit(scene)
    await page.locator("[data-action='move']").click()
    await expect(page.locator("#mover #slots .slot").first).to_be_visible()
    return page


@state("visit", after="visit-moving")
async def visit_move_confirm(scene: Scene) -> Page:
    page = await visit_moving(scene)
    await slot_button(page, scene.slots["late"]).click()
    await expect(page.locator("#mover-confirm")).to_be_visible()
    return page


@state("visit", after="visit-move-confirm")
async def visit_moved(scene: Scene) -> Page:
    page = await visit_move_confirm(scene)
    await page.locator("#mover-do").click()
    await expect(page.locator("#visit-news")).not_to_be_empty()
    return page


@state("visit")
async def visit_cancelling(scene: Scene) -> Page:
    token, _ = await scene.visit(count=2)
    page = await scene.open(f"/r/{token}")
    await page.locator("[data-action='cancel']").click()
    await expect(page.locator("#canceller")).to_be_visible()
    return page


@state("visit", reloads=True)
async def visit_cancelled(scene: Scene) -> Page:
    token, (one,) = await scene.visit()
    await scene.hub.delete(f"/api/reservations/{one.reservation_id}?token={token}")
    return await scene.open(f"/r/{token}")


@state("visit", reloads=True)
async def visit_used(scene: Scene) -> Page:
    token, _ = await scene.used()
    return await scene.open(f"/r/{token}")


@state("visit", reloads=True)
async def visit_over(scene: Scene) -> Page:
    return await scene.open(f"/r/{scene.missed.id}")


@state("visit", reloads=True)
async def visit_unknown(scene: Scene) -> Page:
    return await scene.open("/r/nobodys-token")


# The waiting list by its link


@state("waiting", reloads=True)
async def waiting(scene: Scene) -> Page:
    return await scene.open(f"/w/{await scene.wait(scene.slots['full'], 2)}")


@state("waiting", after="waiting")
async def waiting_leaving(scene: Scene) -> Page:
    page = await waiting(scene)
    await page.locator("[data-action='leave']").click()
    await expect(page.locator("#leaver")).to_be_visible()
    return page


@state("waiting", reloads=True)
async def waiting_offered(scene: Scene) -> Page:
    return await scene.open(f"/w/{await scene.offered()}")


@state("waiting", reloads=True)
async def waiting_accepted(scene: Scene) -> Page:
    token = await scene.offered()
    await scene.hub.post(f"/api/waitlist/{token}/accept", {})
    return await scene.open(f"/w/{token}")


@state("waiting")
async def waiting_lapsed(scene: Scene) -> Page:
    token = await scene.offered()
    scene.hub.clock.advance(31 * 60)
    page = await scene.open(f"/w/{token}")
    scene.hub.clock.advance(-31 * 60)
    return page


@state("waiting", reloads=True)
async def waiting_left(scene: Scene) -> Page:
    token = await scene.wait(scene.slots["full"])
    await leave_waitlist(scene.hub.services, token)
    return await scene.open(f"/w/{token}")


@state("waiting", reloads=True)
async def waiting_seats_offered(scene: Scene) -> Page:
    return await scene.open(f"/w/{await scene.seats_offered()}")


@state("waiting", reloads=True)
async def waiting_seats_left(scene: Scene) -> Page:
    token = await scene.seats_offered()
    await leave_waitlist(scene.hub.services, token)
    return await scene.open(f"/w/{token}")


@state("waiting", reloads=True)
async def waiting_unknown(scene: Scene) -> Page:
    return await scene.open("/w/nobodys-token")


# The plain pages. They look the same with scripts, which the checks need.


async def plain_after(scene: Scene, step: str, *tickets: Ticket) -> Page:
    """Fill in the plain form up to the page of `step`."""
    page = await scene.open("/reserve/plain?ticket=" + ",".join(one.code for one in tickets))
    for own, fields in (("ticket", {}), ("contact", {"#email": EMAIL, "#phone": PHONE})):
        if own == step:
            break
        for field_id, typed in fields.items():
            await page.locator(field_id).fill(typed)
        await page.locator("main button.grow").click()
    return page


@state("plain", reloads=True)
async def plain_ticket(scene: Scene) -> Page:
    return await scene.open("/reserve/plain")


@state("plain", reloads=True)
async def plain_ticket_wrong(scene: Scene) -> Page:
    inactive = await scene.world.ticket("INACTIVE", activation_mode="deferred")
    page = await plain_after(scene, "ticket", await scene.world.ticket(), inactive, Ticket(0, "TKT-2026-ABCDEF-GHJKMN"))
    await page.locator("main button.grow").click()
    await expect(page.locator(".wrong")).to_have_count(1)
    await expect(page.locator(".notice")).to_have_count(1)
    return page


@state("plain", reloads=True)
async def plain_contact_wrong(scene: Scene) -> Page:
    page = await plain_after(scene, "contact", await scene.world.ticket())
    await page.locator("main button.grow").click()
    await expect(page.locator(".wrong")).to_have_count(2)
    return page


@state("plain", reloads=True)
async def plain_code(scene: Scene) -> Page:
    await scene.world.policy(contact_check="email")
    page = await plain_after(scene, "time", await scene.world.ticket())
    await expect(page.locator("#code")).to_be_visible()
    await scene.world.policy(contact_check="format")
    scene.hub.clock.advance(61)
    return page


@state("plain", reloads=True)
async def plain_times(scene: Scene) -> Page:
    page = await plain_after(scene, "time", *await scene.world.tickets(3))
    await page.locator(f"a.day[href='?day={LATER}#times']").click()
    await expect(page.locator(".time-list li")).not_to_have_count(0)
    return page


@state("plain", reloads=True)
async def plain_confirm(scene: Scene) -> Page:
    page = await plain_times(scene)
    await page.locator(f"button[value='{scene.slots['roomy']}.{LATER}']").click()
    await expect(page.locator("input[name=key]")).to_be_attached()
    return page


@state("plain", reloads=True)
async def plain_filled(scene: Scene) -> Page:
    slot_id, day = scene.last.pop(), LATER + timedelta(1)
    page = await plain_after(scene, "time", await scene.world.ticket())
    await page.locator(f"a.day[href='?day={day}#times']").click()
    await page.locator(f"button[value='{slot_id}.{day}']").click()
    await scene.world.reserved(slot_id)
    await page.locator("main button.grow").click()
    await expect(page.locator(".offers button").first).to_be_visible()
    return page


@state("plain", reloads=True)
async def plain_cancel(scene: Scene) -> Page:
    token, _ = await scene.visit(count=2)
    return await scene.open(f"/r/{token}/plain")


@state("plain", reloads=True)
async def plain_offer(scene: Scene) -> Page:
    return await scene.open(f"/w/{await scene.offered()}/plain")


@state("plain", reloads=True)
async def plain_seats_offered(scene: Scene) -> Page:
    return await scene.open(f"/w/{await scene.seats_offered()}/plain")


@state("plain", reloads=True)
async def plain_lost(scene: Scene) -> Page:
    return await scene.open("/reserve/plain/nothing-here/contact")


# The page about an error


@state("error", reloads=True)
async def not_found(scene: Scene) -> Page:
    return await scene.open("/nothing/here")

"""Customers with tickets: they look, type codes, choose a time, book alone or as a party, or give up on the way.

Every answer is checked. The last fact of each ticket in the history says where it is, and the audit compares that with the tables.
"""

from __future__ import annotations

import random
import uuid
from typing import Any, ClassVar

from locust import tag, task

from loadtests.framework import pools
from loadtests.framework.people import OK, ArrivalsUser
from loadtests.scenarios.booking_checks import booked_is, party_is, slot_id, token_of
from loadtests.scenarios.visits import Ticket, Visit, Visitor, wait_for_place

LEAVES = 0.06
"""Share of the customers who leave at each step."""
WANTS_SMALL_SLOT = 0.25


class Customer(Visitor):
    def look(self) -> None:
        """Look at the calendar, and come back later."""
        self.calendar()
        if random.random() < 0.3:
            self.think(3)
            self.calendar()

    def mistype(self) -> None:
        wrong = f"TKT-2026-{random.randrange(10**6):06d}-QQQQQQ"
        body = {"ticket_code": wrong}
        self.call("POST", "/api/tickets/validate", "validate a wrong code", body, expected=("TICKET_NOT_FOUND",))

    def book(self) -> None:
        code = pools.take("bookable")
        if code is None:
            return
        ticket = Ticket(code)
        self._validate(ticket)
        contact = self._contact(ticket)
        slot = self._choose()
        body = {"ticket_id": ticket.id, "slot_id": slot_id(slot), **contact}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        small = slot_id(slot) == pools.borrow("small slot")
        ticket.is_changing()
        answer = self.call(
            "POST", "/api/reservations/create", "reserve", body, headers=key, check=booked_is(code, slot),
            expected=(OK, "SLOT_FULL") if small else (OK,),
        )  # fmt: skip
        if answer.code == "SLOT_FULL":
            ticket.is_in(None)
            self._find_it_full(ticket, slot, contact, answer.error.get("alternative_slots") or [])
            return
        if not answer.ok:
            return
        ticket.is_in(slot_id(slot))
        if random.random() < 0.1:  # the button was pressed twice
            self.call(
                "POST", "/api/reservations/create", "reserve, the same request", body, headers=key,
                check=lambda data: None if data["reservation_id"] == answer.data["reservation_id"] else f"another booking {data}",
            )  # fmt: skip
        Visit(self, [ticket], slot, token_of(answer.data["manage_url"]), answer.data["reservation_id"]).go_on()

    def book_for_today(self) -> None:
        """Book the last slot of today. The ticket is then among those that come to the entrances."""
        code = pools.take("bookable")
        if code is None:
            return
        ticket, slot = Ticket(code), {"slot_id": pools.borrow("last slot of today")}
        self._validate(ticket)
        contact = self._contact(ticket)
        ticket.is_changing()
        body = {"ticket_id": ticket.id, **slot, **contact}
        self.must("POST", "/api/reservations/create", "reserve for today", body, check=booked_is(code, slot))
        ticket.is_in(slot["slot_id"])
        pools.give("today", code, first=True)

    def book_party(self) -> None:
        codes = [code for code in (pools.take("bookable") for _ in range(random.randint(2, 4))) if code is not None]
        if not codes:
            return
        tickets = [Ticket(code) for code in codes]
        for ticket in tickets:
            self._validate(ticket)
        contact = self._contact(tickets[0], "party")  # one e-mail for all of them
        slot = self._choose(small=False)
        for ticket in tickets:
            ticket.is_changing()
        answer = self.must(
            "POST", "/api/reservations", "reserve for a party",
            {"ticket_codes": codes, "slot_id": slot_id(slot), **contact}, check=party_is(codes, slot),
        )  # fmt: skip
        for ticket in tickets:
            ticket.is_in(slot_id(slot))
        first = answer.data["reservations"][0]["reservation_id"]
        Visit(self, tickets, slot, answer.data["token"], first).go_on()

    # -- steps -----------------------------------------------------------------------------------------------------------

    def _validate(self, ticket: Ticket) -> None:
        answer = self.must(
            "POST", "/api/tickets/validate", "validate", {"ticket_code": ticket.code},
            check=lambda data: None if data["status"] == "ACTIVATED" and data["ticket_id"] else f"it is {data['status']}",
        )  # fmt: skip
        ticket.id = int(answer.data["ticket_id"])
        self.perhaps_give_up(LEAVES)

    def _contact(self, ticket: Ticket, who: str = "guest") -> dict[str, str]:
        """Type the address; one in ten types it wrongly first."""
        email, phone = f"{who}{ticket.id}@example.com", f"+1202555{random.randrange(10000):04d}"
        path, body = "/api/tickets/verify-contact", {"ticket_id": ticket.id, "phone": phone}
        if random.random() < 0.1:
            wrong = {**body, "email": "guest@"}
            self.call("POST", path, "verify a wrong contact", wrong, expected=("INVALID_CONTACT",))
            self.think()
        self.must("POST", path, "verify contact", {**body, "email": email})
        self.perhaps_give_up(LEAVES)
        return {"customer_email": email, "customer_phone": phone}

    def _choose(self, *, small: bool = True) -> dict[str, Any]:
        """Return a slot: sometimes the small one, which is soon full, else one with many places."""
        slots, small_slot = self.calendar(), pools.borrow("small slot")
        self.perhaps_give_up(LEAVES)
        wanted = [slot for slot in slots if slot["id"] == small_slot]
        if small and wanted and random.random() < WANTS_SMALL_SLOT:
            return wanted[0]
        return self.other_slot(slots)

    def _find_it_full(self, ticket: Ticket, slot: dict[str, Any], contact: dict[str, str], others: list[Any]) -> None:
        """Take an alternative that the refusal offers, or join the waiting list."""
        self.perhaps_give_up(LEAVES)
        if not others or random.random() < 0.5:
            wait_for_place(self, ticket, slot, contact)
            return
        ticket.is_changing()
        body = {"ticket_id": ticket.id, "slot_id": slot_id(others[0]), **contact}
        path, check = "/api/reservations/create", booked_is(ticket.code, others[0])
        self.must("POST", path, "reserve an alternative", body, check=check)
        ticket.is_in(slot_id(others[0]))


class CustomerUser(ArrivalsUser):
    """Customers, one a second on average."""

    weight = 4
    arrivals_per_second: ClassVar[float] = 1.0

    @tag("customers", "calendar")
    @task(3)
    def look(self) -> None:
        self.arrive(Customer, Customer.look)

    @tag("customers")
    @task(1)
    def mistype(self) -> None:
        self.arrive(Customer, Customer.mistype)

    @tag("customers", "booking")
    @task(7)
    def book(self) -> None:
        self.arrive(Customer, Customer.book)

    @tag("customers", "booking")
    @task(2)
    def book_for_today(self) -> None:
        self.arrive(Customer, Customer.book_for_today)

    @tag("customers", "booking", "parties")
    @task(2)
    def book_party(self) -> None:
        self.arrive(Customer, Customer.book_party)

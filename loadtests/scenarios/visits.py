"""What becomes of a booking: its holder looks at it, moves it, cancels it, or waits for a place in a full slot."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtests.framework import history, pools
from loadtests.framework.people import OK, Checks, GaveUp, Person
from loadtests.scenarios.booking_checks import calendar_problem, party_is, slot_id, starts_with, visit_is

LOOKS = 8
"""How often somebody who waits for a full slot looks before leaving the list."""
WITH_PLACES = 20
"""Free places of a slot that is not full by the time a customer has decided."""


class Ticket:
    """A ticket of the pool. Its facts say the slot it is booked into, or None, and whether that is certain."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.id = 0

    def is_changing(self) -> None:
        """Until the answer comes its state is not certain: the run may end before."""
        history.record("visits", {"code": self.code, "slot_id": None, "certain": False})

    def is_in(self, slot: int | None) -> None:
        history.record("visits", {"code": self.code, "slot_id": slot, "certain": True})


class Visitor(Person):
    """Somebody who chooses a time."""

    def calendar(self) -> list[dict[str, Any]]:
        path = f"/api/reservation-slots/available?month={pools.borrow('month')}&orq={pools.borrow('org')}"
        return list(self.must("GET", path, "availability of a month", check=calendar_problem).data)

    def other_slot(self, slots: list[dict[str, Any]]) -> dict[str, Any]:
        soon_full = {*pools.shared("small slot"), *pools.shared("sale slot")}
        free = [slot for slot in slots if slot["available_count"] > WITH_PLACES and slot["id"] not in soon_full]
        if not free:
            history.trouble("no slot with places is left for customers: prepare more (--stock), or run shorter")
            raise GaveUp
        return random.choice(free)


@dataclass
class Visit:
    """A booking of one ticket or of a party, with the token of its link."""

    customer: Visitor
    tickets: list[Ticket]
    slot: Mapping[str, Any]
    token: str
    reservation_id: int

    def go_on(self) -> None:
        """Look at the visit. Then some move it, some cancel it, and some try to book the ticket again."""
        customer = self.customer
        customer.think()
        customer.must(
            "GET",
            "/api/reservations/by-token",
            "look at a visit",
            headers=self._link,
            check=visit_is(self._codes, self.slot),
        )
        dice = random.random()
        cancels = 0.7 if slot_id(self.slot) == pools.borrow("small slot") else 0.4
        if dice < 0.15:
            self._fetch_files()
        elif dice < 0.3:
            self._move()
        elif dice < cancels:
            self._cancel()
        elif dice > 0.9:
            body = {"ticket_code": self.tickets[0].code}
            expected = ("TICKET_ALREADY_RESERVED",)
            customer.call("POST", "/api/tickets/validate", "validate when reserved", body, expected=expected)

    def _fetch_files(self) -> None:
        for file, name, beginning in (
            ("qr.png", "QR code of a visit", b"\x89PNG"),
            ("calendar.ics", "calendar file of a visit", b"BEGIN:VCALENDAR"),
        ):
            self.customer.call("GET", f"{self._path}/{file}", name, headers=self._link, check=starts_with(beginning))

    def _move(self) -> None:
        customer, party = self.customer, len(self.tickets) > 1
        others = [slot for slot in customer.calendar() if slot["id"] != slot_id(self.slot)]
        other = customer.other_slot(others)
        customer.think()
        for ticket in self.tickets:
            ticket.is_changing()
        body, check = {"slot_id": slot_id(other), "party": party}, visit_is(self._codes, other)
        customer.must("PUT", self._path, "move a visit", body, headers=self._link, check=check)
        for ticket in self.tickets:
            ticket.is_in(slot_id(other))
        customer.call("GET", self._path, "look at a moved visit", headers=self._link, check=check)

    def _cancel(self) -> None:
        customer, count = self.customer, len(self.tickets)
        customer.think()
        for ticket in self.tickets:
            ticket.is_changing()
        customer.must(
            "DELETE", self._path + ("?party=1" if count > 1 else ""), "cancel a visit", headers=self._link,
            check=lambda data: None if len(data["reservation_ids"]) == count else f"cancelled {data['reservation_ids']} of {count}",
        )  # fmt: skip
        for ticket in self.tickets:
            ticket.is_in(None)
        customer.call(
            "POST", "/api/tickets/validate", "validate after cancelling", {"ticket_code": self.tickets[0].code},
            check=lambda data: None if data["status"] == "ACTIVATED" else f"the ticket is {data['status']}",
        )  # fmt: skip

    @property
    def _codes(self) -> list[str]:
        return [ticket.code for ticket in self.tickets]

    @property
    def _link(self) -> dict[str, str]:
        return {"X-Reservation-Token": self.token}

    @property
    def _path(self) -> str:
        return f"/api/reservations/{self.reservation_id}"


def wait_for_place(customer: Visitor, ticket: Ticket, slot: Mapping[str, Any], contact: Mapping[str, str]) -> None:
    """Join the waiting list of a full slot, look some times, accept an offer, or leave."""
    joined = customer.call(
        "POST", "/api/waitlist", "join the waiting list", {"ticket_codes": [ticket.code], "slot_id": slot_id(slot), **contact},
        expected=(OK, "SLOT_NOT_FULL"),  # somebody may have cancelled meanwhile
        check=lambda data: None if data["position"] >= 1 and data["places"] == 1 else f"{data}",
    )  # fmt: skip
    if not joined.ok:
        return
    path, position = f"/api/waitlist/{joined.data['token']}", int(joined.data["position"])
    for _ in range(LOOKS):
        customer.think(2)
        entry = customer.must("GET", path, "look at the waiting list", check=_is_at_most(position)).data
        position = entry["position"] or position
        if entry["status"] == "OFFERED":
            ticket.is_changing()
            customer.must("POST", f"{path}/accept", "accept an offer", check=party_is([ticket.code], slot))
            ticket.is_in(slot_id(slot))
            return
    customer.call("DELETE", path, "leave the waiting list", check=_has_left)


def _is_at_most(position: int) -> Checks:
    """Return the check of an entry: nobody loses places in the list."""

    def check(data: Mapping[str, Any]) -> str | None:
        if data["status"] == "WAITING" and data["position"] > position:
            return f"place {data['position']} after place {position}"
        return None if data["status"] in ("WAITING", "OFFERED") else f"the entry is {data['status']}"

    return check


def _has_left(data: Mapping[str, Any]) -> str | None:
    return None if data["status"] == "LEFT" else f"the entry is {data['status']}"

"""The customer scenario: validate a ticket, check a contact, read the calendar, reserve. Every answer is checked."""

from __future__ import annotations

import base64
import random
from typing import Any

from locust import tag, task

from loadtests.framework import history, pools
from loadtests.framework.users import Answer, ScheduledHttpUser, WrongAnswer
from loadtests.scenarios.slots import slot_problem


class CustomerUser(ScheduledHttpUser):
    """Books one ticket per arrival. A fifth of the customers want the small slot, which is soon full."""

    arrivals_per_second = 0.4
    weight = 8

    @tag("customers")
    @task
    def book(self) -> None:
        ticket = pools.take("bookable")
        if ticket is None:
            return
        ticket_id = self._validate(ticket)
        if ticket_id is None:
            return
        contact = {"email": f"guest{ticket_id}@example.com", "phone": f"+1202555{random.randrange(10000):04d}"}
        with self.ask(
            "POST", "/api/tickets/verify-contact", "verify contact", {"ticket_id": ticket_id, **contact}
        ) as ok:
            ok.data()
        slot = self._choose() if ok.right else None
        if slot is None:
            return
        booking = {
            "ticket_id": ticket_id, "slot_id": slot["id"], "customer_email": contact["email"],
            "customer_phone": contact["phone"],
        }  # fmt: skip
        booked = self._reserve(ticket, booking, slot)
        if booked is not None:
            history.record("bookings", [ticket, booked])
            self._again(ticket, {**booking, "slot_id": booked})

    def _validate(self, code: str) -> int | None:
        with self.ask("POST", "/api/tickets/validate", "validate", {"ticket_code": code}) as answer:
            data = answer.data()
            if data["status"] != "ACTIVATED":
                raise WrongAnswer(f"a fresh ticket is {data['status']}")
        return int(data["ticket_id"]) if answer.right else None

    def _choose(self) -> dict[str, Any] | None:
        """Return a slot with places, after checking that all numbers of the calendar are consistent."""
        path = f"/api/reservation-slots/available?month={pools.borrow('month')}&orq={pools.borrow('org')}"
        slots: list[dict[str, Any]] = []
        with self.ask("GET", path, "availability of a month") as answer:
            slots = answer.data()
            problems = [problem for slot in slots if (problem := slot_problem(slot))]
            if problems or not slots:
                raise WrongAnswer(problems[0] if problems else "no calendar")
        if not answer.right:
            return None
        small = [slot for slot in slots if slot["id"] == pools.borrow("small slot")]
        if small and random.random() < 0.2:
            return small[0]  # it may be full; then the refusal must offer another slot
        free = [slot for slot in slots if slot["available_count"] > 0 and slot["id"] != pools.borrow("small slot")]
        return random.choice(free) if free else None

    def _reserve(self, code: str, booking: dict[str, Any], slot: dict[str, Any]) -> int | None:
        """Book and return the slot: the requested one, or an alternative if it was full."""
        wants_small = slot["id"] == pools.borrow("small slot")
        alternative = None
        with self.ask("POST", "/api/reservations/create", "reserve", booking) as answer:
            if wants_small and answer.code == "SLOT_FULL":
                offered = answer.refusal(409, "SLOT_FULL").get("alternative_slots")
                if not offered:
                    raise WrongAnswer("full, and no alternative offered although the day has free slots")
                alternative = offered[0]
            else:
                check_booking(answer, code, slot)
        if not answer.right:
            _doubt(answer, code)
            return None
        if alternative is None:
            return int(slot["id"])
        second = {**booking, "slot_id": alternative["slot_id"]}
        with self.ask("POST", "/api/reservations/create", "reserve an alternative", second) as answer:
            check_booking(answer, code, alternative)
        if not answer.right:
            _doubt(answer, code)
            return None
        return int(alternative["slot_id"])

    def _again(self, code: str, booking: dict[str, Any]) -> None:
        """Check that the ticket cannot book again, by validation and by reservation.

        If the slot is full by now, SLOT_FULL is right too, because the documents check the slot before the ticket.
        """
        for path, name, body in (
            ("/api/reservations/create", "reserve a second time", booking),
            ("/api/tickets/validate", "validate when reserved", {"ticket_code": code}),
        ):
            full = ("SLOT_FULL",) if body.get("slot_id") == pools.borrow("small slot") else ()
            with self.ask("POST", path, name, body) as answer:
                error = answer.refusal(409, "TICKET_ALREADY_RESERVED", *full)
                if answer.code != "SLOT_FULL" and not error.get("reserved_date"):
                    raise WrongAnswer("a reserved ticket without the date of its visit")


def _doubt(answer: Answer, code: str) -> None:
    """Without an answer, the booking may stand or not."""
    if not answer.status or answer.status >= 500:
        history.record("unknown bookings", code)


def check_booking(answer: Answer, code: str, slot: dict[str, Any]) -> None:
    """Refuse an answer that is not this ticket's booking of this slot with a QR image."""
    data = answer.data()
    if data.get("ticket_code") != code or not data.get("reservation_id"):
        raise WrongAnswer(f"booked {data.get('ticket_code')} as {data.get('reservation_id')}, not {code}")
    if any(data.get("slot", {}).get(name) != slot.get(name) for name in ("date", "start_time")):
        raise WrongAnswer(f"booked {data.get('slot')}, not {slot}")
    head, _, image = str(data.get("qr_code")).partition(",")
    if head != "data:image/png;base64" or not base64.b64decode(image).startswith(b"\x89PNG"):
        raise WrongAnswer("no QR image")

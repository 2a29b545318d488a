"""The customer scenario: validate a ticket, check a contact, read the calendar, reserve. Every answer is checked."""

from __future__ import annotations

import base64
import random
from typing import Any

from locust import FastHttpUser, between, task

from loadtests.scenarios import pools


class CustomerUser(FastHttpUser):
    """Books one ticket per turn. A fifth of the customers want the small slot, which is soon full."""

    wait_time = between(0.3, 1.0)
    weight = 1

    @task
    def book(self) -> None:
        ticket = pools.take("bookable")
        if ticket is None:
            return
        ticket_id = self._validate(ticket)
        if ticket_id is None:
            return
        contact = {"email": f"guest{ticket_id}@example.com", "phone": f"+1202555{random.randrange(10000):04d}"}
        if (
            self._ask("POST", "/api/tickets/verify-contact", "verify contact", {"ticket_id": ticket_id, **contact})
            is None
        ):
            return
        slot = self._choose()
        if slot is None:
            return
        booking = {
            "ticket_id": ticket_id, "slot_id": slot["id"], "customer_email": contact["email"],
            "customer_phone": contact["phone"],
        }  # fmt: skip
        booked = self._reserve(ticket, booking, slot)
        if booked is not None:
            pools.promise("bookings", {"code": ticket, "slot_id": booked, "ticket_id": ticket_id})
            self._again(ticket, {**booking, "slot_id": booked})

    def _validate(self, code: str) -> int | None:
        data = self._ask("POST", "/api/tickets/validate", "validate", {"ticket_code": code})
        if data is None:
            return None
        return int(data["data"]["ticket_id"]) if data["data"]["status"] == "ACTIVATED" else None

    def _choose(self) -> dict[str, Any] | None:
        """Return a slot with places, after checking that all numbers of the calendar are consistent."""
        month = pools.borrow("month")
        with self.client.get(
            f"/api/reservation-slots/available?month={month}&orq={pools.borrow('org')}", name="availability of a month",
            catch_response=True,
        ) as response:  # fmt: skip
            document = _document(response)
            slots: list[dict[str, Any]] | None = document.get("data")
            if response.status_code != 200 or not slots:
                response.failure(f"{response.status_code}: no calendar")
                return None
            for slot in slots:
                problem = _slot_problem(slot)
                if problem:
                    response.failure(f"slot {slot.get('id')}: {problem}")
                    return None
        small = [slot for slot in slots if slot["id"] == pools.borrow("small_slot")]
        if small and random.random() < 0.2:
            return small[0]  # it may be full; then the refusal must offer another slot
        open_slots = [
            slot for slot in slots if slot["available_count"] > 0 and slot["id"] != pools.borrow("small_slot")
        ]
        return random.choice(open_slots) if open_slots else None

    def _reserve(self, code: str, booking: dict[str, Any], slot: dict[str, Any]) -> int | None:
        """Book and return the slot: the requested one, or an alternative if it was full."""
        with self._post("/api/reservations/create", "reserve", booking) as response:
            document = _document(response)
            error = document.get("error") or {}
            if (
                response.status_code == 409
                and error.get("code") == "SLOT_FULL"
                and slot["id"] == pools.borrow("small_slot")
            ):
                alternatives = error.get("alternative_slots")
                if not alternatives:
                    response.failure("full, and no alternative offered although the day has free slots")
                    return None
                response.success()
                chosen = alternatives[0]
            else:
                problem = _booking_problem(response.status_code, document, code, slot)
                if problem:
                    response.failure(problem)
                    return None
                return int(slot["id"])
        second = {**booking, "slot_id": chosen["slot_id"]}
        with self._post("/api/reservations/create", "reserve an alternative", second) as response:
            problem = _booking_problem(response.status_code, _document(response), code, chosen)
            if problem:
                response.failure(problem)
                return None
        return int(chosen["slot_id"])

    def _again(self, code: str, booking: dict[str, Any]) -> None:
        """Check that the ticket cannot book again, by validation and by reservation.

        If the slot is full by now, SLOT_FULL is right too, because the documents check the slot before the ticket.
        """
        for path, name, body in (
            ("/api/reservations/create", "reserve a second time", booking),
            ("/api/tickets/validate", "validate when reserved", {"ticket_code": code}),
        ):
            with self._post(path, name, body) as response:
                error = _document(response).get("error") or {}
                reserved = error.get("code") == "TICKET_ALREADY_RESERVED" and error.get("reserved_date")
                full = error.get("code") == "SLOT_FULL" and body.get("slot_id") == pools.borrow("small_slot")
                if response.status_code == 409 and (reserved or full):
                    response.success()
                else:
                    response.failure(
                        f"expected 409 TICKET_ALREADY_RESERVED, got {response.status_code} {str(error)[:200]}"
                    )

    def _post(self, path: str, name: str, body: dict[str, Any]) -> Any:
        return self.client.post(path, json=body, name=name, catch_response=True)

    def _ask(self, method: str, path: str, name: str, body: dict[str, Any]) -> dict[str, Any] | None:
        with self.client.request(method, path, json=body, name=name, catch_response=True) as response:
            document = _document(response)
            if response.status_code != 200 or document.get("success") is not True:
                response.failure(f"{response.status_code}: {str(document.get('error'))[:200]}")
                return None
        answer: dict[str, Any] = document
        return answer


def _document(response: Any) -> dict[str, Any]:
    """Return the JSON object of an answer, or {}."""
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _slot_problem(slot: dict[str, Any]) -> str | None:
    total, booked, free = slot["total_capacity"], slot["booked_count"], slot["available_count"]
    if free != total - booked or free < 0:
        return f"{free} free of {total} with {booked} booked"
    if slot["status"] != "ACTIVE":
        return None
    right = "FULL" if free == 0 else "LIMITED" if free * 2 <= total else "AVAILABLE"
    return None if slot["capacity_status"] == right else f"{slot['capacity_status']} with {free} of {total} free"


def _booking_problem(status: int, document: dict[str, Any], code: str, slot: dict[str, Any]) -> str | None:
    """Return what is missing or wrong in an answer that should be a booking, or None."""
    data = document.get("data") or {}
    if status != 200 or document.get("success") is not True:
        return f"{status}: {str(document.get('error'))[:200]}"
    if data.get("ticket_code") != code or not data.get("reservation_id"):
        return f"booked {data.get('ticket_code')} as {data.get('reservation_id')}, not {code}"
    if any(data.get("slot", {}).get(name) != slot.get(name) for name in ("date", "start_time")):
        return f"booked {data.get('slot')}, not {slot}"
    head, _, image = str(data.get("qr_code")).partition(",")
    if head != "data:image/png;base64" or not base64.b64decode(image).startswith(b"\x89PNG"):
        return "no QR image"
    return None

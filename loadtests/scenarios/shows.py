"""Visitors of shows: they ask for seats, follow the link of the e-mail, come to the entrance as a party, cancel, or forget it.

The link travels by e-mail alone. So the hub under load sends its mail to `loadtests.receivers`, where a visitor looks for it.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

import gevent
from locust import tag, task

from loadtests.framework import history, pools
from loadtests.framework.people import OK, ArrivalsUser, Checks, GaveUp, Person
from loadtests.receivers.links import link_to
from loadtests.scenarios.booking_checks import picture_problem, token_of

FORGETS = 0.1
"""Share of the visitors who never follow the link."""
MAIL_WITHIN = 60.0
"""Seconds in which the e-mail must come."""
LOOKS_AGAIN_IN = 0.25


class ShowVisitor(Person):
    def look(self) -> None:
        """Look at what is played."""
        self._performances()

    def book_and_come(self) -> None:
        """Book seats of a performance of today, and come in two groups or as one."""
        performance = self._choose(today=True)
        booking = self._book(performance)
        if booking is not None:
            self._check_in(booking)

    def book_and_cancel(self) -> None:
        """Book seats of a performance of another day, which may be sold out, and perhaps cancel."""
        performance = self._choose(today=False)
        booking = self._book(performance)
        if booking is not None and random.random() < 0.4:
            self._cancel(booking)

    # -- choosing --------------------------------------------------------------------------------------------------------

    def _performances(self) -> list[dict[str, Any]]:
        answer = self.must("GET", f"/api/shows?orq={pools.borrow('org')}", "list shows", check=_shows_problem)
        return [one for show in answer.data for one in show["performances"]]

    def _choose(self, *, today: bool) -> dict[str, Any]:
        day = pools.borrow("date")
        found = [one for one in self._performances() if one["booking_open"] and (one["date"] == day) is today]
        self.perhaps_give_up(0.05)
        if not found:
            history.trouble("no performance can be booked")
            raise GaveUp
        return random.choice(found)

    # -- booking -----------------------------------------------------------------------------------------------------------

    def _book(self, performance: Mapping[str, Any]) -> dict[str, Any] | None:
        """Ask for seats, wait for the e-mail and confirm. Return the confirmed booking; None if seats are gone or it is forgotten."""
        address, people = f"visitor-{uuid.uuid4().hex[:16]}@example.com", random.randint(1, 4)
        body = {
            "performance_id": performance["performance_id"], "name": "Ada Load", "email": address, "party_size": people,
            "orq": pools.borrow("org"),
        }  # fmt: skip
        asked = self.call(
            "POST", "/api/bookings", "ask for seats", body, headers={"Idempotency-Key": str(uuid.uuid4())},
            expected=(OK, "NO_CAPACITY"), check=_pending_problem,
        )  # fmt: skip
        if not asked.ok:
            return None
        token = self._wait_for_mail(address)
        self.think()
        if random.random() < FORGETS:
            return None
        self._record(asked.data["booking_id"], "PENDING", performance, people, certain=False)
        confirmed = self.call(
            "POST", "/api/bookings/confirm", "confirm seats", {"token": token}, expected=(OK, "NO_CAPACITY"),
            check=_confirmed(asked.data["booking_id"], people, performance),
        )  # fmt: skip
        if not confirmed.ok:
            if confirmed.code == "NO_CAPACITY":
                self._record(asked.data["booking_id"], "PENDING", performance, people)
            return None
        self._record(asked.data["booking_id"], "CONFIRMED", performance, people)
        if random.random() < 0.1:  # the link was followed twice
            self.call(
                "POST",
                "/api/bookings/confirm",
                "confirm seats again",
                {"token": token},
                expected=("CONFIRMATION_USED",),
            )
        return {**confirmed.data, "performance": performance}

    def _wait_for_mail(self, address: str) -> str:
        """Return the token of the confirmation link. How long it took is a row of the table."""
        began = time.perf_counter()
        while time.perf_counter() - began < MAIL_WITHIN:
            token = link_to(pools.borrow("receivers"), address)
            if token is not None:
                self.report("mail", "confirmation link", time.perf_counter() - began)
                return token
            gevent.sleep(LOOKS_AGAIN_IN)
        self.report("mail", "confirmation link", MAIL_WITHIN, f"no e-mail within {MAIL_WITHIN:.0f} s")
        raise GaveUp

    # -- afterwards --------------------------------------------------------------------------------------------------------

    def _check_in(self, booking: Mapping[str, Any]) -> None:
        """Come to the entrance. A party of several may come in two groups. Then somebody shows the code once more."""
        people, inside = int(booking["party_size"]), 0
        groups = [people] if people == 1 or random.random() < 0.6 else [1, people - 1]
        for group in groups:
            self.think()
            self._record_in(booking, inside, certain=False)
            self._present(booking, group, check=_admits(group, inside + group, people))
            inside += group
            self._record_in(booking, inside)
        if random.random() < 0.2:
            self._present(booking, None, name="check in again", expected=("ALREADY_CHECKED_IN",))

    def _present(
        self, booking: Mapping[str, Any], count: int | None, *, name: str = "check in a party", check: Checks | None = None,
        expected: tuple[str, ...] = (OK,),
    ) -> None:  # fmt: skip
        body: dict[str, Any] = {"code": booking["code"], "scan_id": str(uuid.uuid4()), "gate": "A"}
        if count is not None:
            body["count"] = count
        headers = {"Authorization": f"Bearer {pools.borrow('operator tokens')}"}
        outcome = self.call("POST", "/api/check-in", name, body, headers=headers, check=check, expected=expected)
        if outcome.code not in expected:
            raise GaveUp

    def _cancel(self, booking: Mapping[str, Any]) -> None:
        self.think()
        link = {"X-Reservation-Token": token_of(booking["page_url"])}
        visit = self.must(
            "GET", "/api/reservations/by-token", "look at seats", headers=link, check=_has_seats(booking)
        ).data
        performance, people = booking["performance"], booking["party_size"]
        self._record(booking["booking_id"], "CONFIRMED", performance, people, certain=False)
        path = f"/api/reservations/{visit['reservation_id']}"
        self.must("DELETE", path, "cancel seats", headers=link, check=_is_cancelled)
        self._record(booking["booking_id"], "CANCELLED", performance, people)

    def _record(
        self, booking_id: int, status: str, performance: Mapping[str, Any], people: int, *, certain: bool = True
    ) -> None:
        fact = {
            "booking_id": booking_id, "status": status, "slot_id": performance["performance_id"], "people": people, "in": 0,
            "certain": certain,
        }  # fmt: skip
        history.record("seats", fact)

    def _record_in(self, booking: Mapping[str, Any], inside: int, *, certain: bool = True) -> None:
        fact = {
            "booking_id": booking["booking_id"], "status": "CHECKED_IN" if inside else "CONFIRMED",
            "slot_id": booking["performance"]["performance_id"], "people": booking["party_size"], "in": inside,
            "certain": certain,
        }  # fmt: skip
        history.record("seats", fact)


class ShowVisitorUser(ArrivalsUser):
    """Visitors of shows, one in two seconds on average."""

    weight = 2
    arrivals_per_second: ClassVar[float] = 0.5

    @tag("shows")
    @task(2)
    def look(self) -> None:
        self.arrive(ShowVisitor, ShowVisitor.look)

    @tag("shows", "mail", "check-in")
    @task(5)
    def book_and_come(self) -> None:
        self.arrive(ShowVisitor, ShowVisitor.book_and_come)

    @tag("shows", "mail")
    @task(3)
    def book_and_cancel(self) -> None:
        self.arrive(ShowVisitor, ShowVisitor.book_and_cancel)


def _shows_problem(shows: list[dict[str, Any]]) -> str | None:
    for one in (performance for show in shows for performance in show["performances"]):
        free, places = one["available_count"], one["capacity"]
        right = "FULL" if free == 0 else "LIMITED" if free * 2 <= places else "AVAILABLE"
        if not 0 <= free <= places or one["capacity_status"] != right:
            return f"performance {one['performance_id']}: {one['capacity_status']} with {free} of {places}"
    return None if shows else "no show"


def _pending_problem(data: Mapping[str, Any]) -> str | None:
    if data["status"] != "PENDING" or not data["booking_id"]:
        return f"the request is {data['status']}"
    return "the answer has the token" if "token" in data else None


def _confirmed(booking_id: int, people: int, performance: Mapping[str, Any]) -> Checks:
    def check(data: Mapping[str, Any]) -> str | None:
        found = (data["booking_id"], data["status"], data["party_size"], data["performance"]["performance_id"])
        wanted = (booking_id, "CONFIRMED", people, performance["performance_id"])
        return f"{found}, not {wanted}" if found != wanted else picture_problem(data["qr_code"])

    return check


def _admits(group: int, inside: int, people: int) -> Checks:
    def check(data: Mapping[str, Any]) -> str | None:
        right = data["admitted"] == inside and data["remaining"] == people - inside
        return None if right else f"{data['admitted']} in and {data['remaining']} out after {group} of {people}"

    return check


def _has_seats(booking: Mapping[str, Any]) -> Checks:
    def check(data: Mapping[str, Any]) -> str | None:
        seats = data["booking"]
        right = seats["booking_id"] == booking["booking_id"] and data["places"] == booking["party_size"]
        return None if right else f"the link shows {seats}"

    return check


def _is_cancelled(data: Mapping[str, Any]) -> str | None:
    return None if data["ticket_status"] == "CANCELLED" else f"the booking is {data['ticket_status']}"

"""Operators with a persistent socket: hand-held scanners, continuous ones, and scanners that were offline and come back."""

from __future__ import annotations

import random
import uuid
from typing import Any

from gevent.pool import Group
from locust import tag, task

from loadtests.framework import history, pools
from loadtests.framework.socket_users import SocketUser
from loadtests.framework.users import WrongAnswer


class ScanningUser(SocketUser):
    """What all scanners do: send a scan, and compare the decision with the prepared data."""

    abstract = True

    def decide(
        self, name: str, code: str, expected: str, scan_id: str | None = None, *, began: float | None = None
    ) -> bool:
        """Send the command that `name` begins with. Return whether the decision was the expected one."""
        command = name.split(" ", 1)[0]
        if scan_id is not None:
            history.record("asked", scan_id)
        with self.check(name, began=began) as check:
            fields = {"code": code} if scan_id is None else {"code": code, "scan_id": scan_id}
            data = self.live().data(command, **fields)
            decided = f"{data['result']} {data['reason']}"
            if decided != expected:
                raise WrongAnswer(f"expected {expected}, got {decided}")
        return check.right

    def admit(self, name: str, code: str, *, began: float | None = None) -> str | None:
        """Verify a ticket that may come in. Return the scan's id if the hub recorded the entry."""
        scan_id = str(uuid.uuid4())
        if not self.decide(name, code, "GREEN VERIFIED", scan_id, began=began):
            return None
        history.record("entries", [scan_id, code])
        pools.give("inside", code)
        return scan_id


class HandHeldOperator(ScanningUser):
    """Validates, looks at the visitor, and verifies. Some tickets are refused, and some come a second time."""

    arrivals_per_second = 0.7
    weight = 6
    subscribes = ("tickets", "notices")

    @tag("operators", "scan")
    @task(12)
    def guest_of_today(self) -> None:
        code = pools.take("today")
        if code is None or not self.decide("validate valid", code, "GREEN VALID"):
            return
        self.pause(random.uniform(0.1, 0.4))
        scan_id = self.admit("verify valid", code)
        if scan_id is None:
            return
        if random.random() < 0.3:
            self.decide("verify again", code, "YELLOW ALREADY_VERIFIED", str(uuid.uuid4()))
        if random.random() < 0.2:
            self.decide("verify repeated message", code, "GREEN VERIFIED", scan_id)

    @tag("operators", "refused")
    @task(1)
    def another_day(self) -> None:
        self.decide("validate wrong date", pools.borrow("another day"), "RED WRONG_DATE")

    @tag("operators", "refused")
    @task(1)
    def not_paid(self) -> None:
        self.decide(
            "verify not activated", pools.borrow("not activated"), "RED TICKET_NOT_ACTIVATED", str(uuid.uuid4())
        )

    @tag("operators", "refused")
    @task(1)
    def no_reservation(self) -> None:
        self.decide("verify no reservation", pools.borrow("no reservation"), "RED NO_RESERVATION", str(uuid.uuid4()))

    @tag("operators", "refused")
    @task(1)
    def no_such_ticket(self) -> None:
        code = f"TKT-2026-ZZZZ{random.randrange(10, 99)}-ZZZZZ{random.randrange(9)}"
        self.decide("validate unknown", code, "RED TICKET_NOT_FOUND")


class ContinuousOperator(ScanningUser):
    """A scanner on a stand: a verify at every planned moment, whatever is still unanswered."""

    arrivals_per_second = 2.0
    weight = 2
    subscribes = ("tickets",)

    def on_start(self) -> None:
        self._in_flight = Group()
        super().on_start()

    def on_stop(self) -> None:
        self._in_flight.join(timeout=10)
        super().on_stop()

    @tag("operators", "scan")
    @task
    def guest_of_today(self) -> None:
        code = pools.take("today")
        if code is not None:
            self._in_flight.spawn(self.admit, "verify continuous", code, began=self.schedule.begin())


class OfflineOperator(ScanningUser):
    """Scans while the network is away, comes back, and syncs: all queued scans, with a repeat and some that are conflicts."""

    arrivals_per_second = 0.1
    weight = 2
    QUEUED = (5, 40)
    MOST_ADMITTED = 400
    """Tickets of earlier syncs that this user remembers, to let them in a second time."""

    def on_start(self) -> None:
        self._admitted: list[str] = []
        super().on_start()

    @tag("operators", "offline")
    @task
    def come_back(self) -> None:
        """Reconnect after an outage, send the queue, and send it again as if the first answer had been lost."""
        fresh = [code for _ in range(random.randint(*self.QUEUED)) if (code := pools.take("today")) is not None]
        twice = random.sample(self._admitted, min(len(self._admitted), random.randint(0, 3)))
        if not fresh:
            return
        began = self.schedule.begin()
        if self.session is not None:
            self.session.drop()
        with self.check("sign in after an outage", began=began) as back:
            self.open()
        if not back.right:
            return
        queue = [self._scan(code, random.uniform(1, 20)) for code in fresh] + [self._scan(code, 0) for code in twice]
        for scan in queue:
            history.record("asked", scan["scan_id"])
        expected = {scan["scan_id"]: "accepted" if n < len(fresh) else "conflict" for n, scan in enumerate(queue)}
        if not self._sync("sync a queue", queue, expected):
            return
        for n, scan in enumerate(queue):
            history.record("entries" if n < len(fresh) else "conflicts", [scan["scan_id"], scan["code"]])
        self._admitted = (self._admitted + fresh)[-self.MOST_ADMITTED :]
        if random.random() < 0.5:
            again = {
                scan_id: "duplicate" if outcome == "accepted" else outcome for scan_id, outcome in expected.items()
            }
            self._sync("sync a queue again", random.sample(queue, len(queue)), again)

    def _sync(self, name: str, queue: list[dict[str, Any]], expected: dict[str, str]) -> bool:
        with self.check(name) as check:
            results = self.live().data("sync", scans=queue, patience=60)["results"]
            if [one["scan_id"] for one in results] != [scan["scan_id"] for scan in queue]:
                raise WrongAnswer("the results are not in the order of the request")
            for one in results:
                if one["outcome"] != expected[one["scan_id"]]:
                    raise WrongAnswer(f"expected {expected[one['scan_id']]}, got {one['outcome']} {one.get('reason')}")
        return check.right

    def _scan(self, code: str, seconds_ago: float) -> dict[str, Any]:
        """A second scan of a ticket is made now: an earlier one would be its entry in place of the first."""
        return {
            "scan_id": str(uuid.uuid4()), "code": code, "scanned_at": pools.hub_time(seconds_ago=seconds_ago),
            "offline_result": "GREEN", "gate": self.gate,
        }  # fmt: skip

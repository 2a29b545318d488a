"""Visitors with an open calendar: the public socket of a month, compared with what the hub answers over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import gevent
from gevent.event import Event
from locust import tag, task
from locust.exception import StopUser

from loadtests.framework import pools
from loadtests.framework.socket_session import Frame, SocketSession, wait_before_reconnect
from loadtests.framework.users import ScheduledHttpUser, WrongAnswer
from loadtests.scenarios.slots import slot_problem

PATIENCE = 10.0
SETTLES = 2.0
"""Seconds between two readings over HTTP. A slot that is the same in both must be shown like that."""
ATTEMPTS = 3


class OpenCalendar(ScheduledHttpUser):
    """Looks at a month, turns pages, and sees places change without asking."""

    arrivals_per_second = 0.3
    weight = 4

    def on_start(self) -> None:
        self._session: SocketSession | None = None
        self._slots: dict[int, dict[str, Any]] = {}
        self._whole = Event()
        self._pong = Event()
        self._problem: str | None = None
        self._month = pools.borrow("month")
        with self.check("calendar opens") as opened:
            self._open()
        if not opened.right:
            raise StopUser

    def on_stop(self) -> None:
        if self._session is not None:
            self._session.close()

    def _open(self) -> None:
        self._whole.clear()
        path = f"/ws/availability?month={self._month}&orq={pools.borrow('org')}"
        self._session = SocketSession(str(self.host), path, on_frame=self._take)
        self._wait(self._whole, "no whole month")

    def _live(self) -> SocketSession:
        failures = 0
        while self._session is None or self._session.code is not None:
            gevent.sleep(wait_before_reconnect(self._session, failures))
            with self.check("calendar opens again"):
                self._open()
            failures += 1
        return self._session

    def _wait(self, event: Event, otherwise: str) -> None:
        if not event.wait(timeout=PATIENCE):
            raise WrongAnswer(f"{otherwise} within {PATIENCE:g} s")

    def _take(self, frame: Frame) -> None:
        if frame.get("type") == "pong":
            self._pong.set()
        elif frame.get("type") == "slots" and frame["month"] == self._month:
            if frame["whole"]:
                self._slots = {}
            for slot in frame["slots"]:
                self._slots[slot["id"]] = slot
                self._problem = slot_problem(slot) or self._problem
            if frame["whole"]:
                self._whole.set()
        elif frame.get("type") == "error":
            self._problem = str(frame.get("error"))[:200]

    def _sound(self) -> None:
        problem, self._problem = self._problem, None
        if problem:
            raise WrongAnswer(problem)

    # -- what a visitor does ------------------------------------------------------------------------------------

    @tag("calendars")
    @task(4)
    def look(self) -> None:
        with self.check("calendar ping"):
            self._pong.clear()
            self._live().post({"type": "ping"})
            self._wait(self._pong, "no pong")
            self._sound()

    @tag("calendars")
    @task(1)
    def turn_pages(self) -> None:
        """Go to the next month and back. Each time the whole month must come."""
        first = self._month
        for month in (following(first), first):
            with self.check("calendar month"):
                self._whole.clear()
                self._month = month
                self._live().post({"type": "month", "month": month})
                self._wait(self._whole, "no whole month")
                self._sound()
            self.pause(0.5)

    @tag("calendars")
    @task(2)
    def compare(self) -> None:
        """A slot that two readings over HTTP show alike must be shown like that here as well."""
        stale: set[int] = set()
        for attempt in range(ATTEMPTS):
            before = self._availability()
            self.pause(SETTLES)
            shown = dict(self._slots)
            after = self._availability()
            if before is None or after is None:
                return
            settled = {number for number in after if before.get(number) == after[number]}
            wrong = {number for number in settled if free_of(shown, number) != after[number]}
            stale = wrong if attempt == 0 else stale & wrong
            if not stale:
                break
        with self.check("calendar agrees"):
            if stale:
                raise WrongAnswer(f"slots {sorted(stale)[:5]} stayed wrong for {ATTEMPTS * SETTLES:g} s")

    def _availability(self) -> dict[int, int] | None:
        path = f"/api/reservation-slots/available?month={self._month}&orq={pools.borrow('org')}"
        with self.ask("GET", path, "availability of a month") as answer:
            return {slot["id"]: slot["available_count"] for slot in answer.data()}
        return None


def free_of(shown: dict[int, dict[str, Any]], number: int) -> int | None:
    return shown[number]["available_count"] if number in shown else None


def following(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return f"{first.year + first.month // 12}-{first.month % 12 + 1:02d}"

"""People who arrive by a schedule, each with pauses for thought, and requests whose answers are checked.

One user is a stream of arrivals. Each person acts in a greenlet of its own, so that nobody arrives late because somebody else thinks.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import gevent
from gevent.pool import Group

from loadtests.framework import history
from loadtests.framework.users import LONGEST_REASON, ScheduledHttpUser

OK = "ok"
FINISH_WITHIN = 6.0
"""Seconds after the end of the run in which people may finish what they do."""
P = TypeVar("P", bound="Person")
Checks = Callable[[Any], str | None]
"""f(data): what is wrong with the data of an answer; None if nothing is."""


class GaveUp(Exception):
    """A person leaves in the middle, by choice or because an answer was wrong."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer. `code` is OK, the code of a refusal, or the status of anything else, such as "502"."""

    code: str
    data: Any = None
    error: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.code == OK


class Person:
    """Somebody who came at `due`. The first request counts from that moment, the others from when they are sent."""

    think_seconds = (0.3, 1.0)

    def __init__(self, user: ScheduledHttpUser, due: float) -> None:
        self.user = user
        self._due: float | None = due

    def call(
        self,
        method: str,
        path: str,
        name: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        expected: Collection[str] = (OK,),
        check: Checks | None = None,
    ) -> Outcome:
        """Send a request. A code that is not `expected`, or data that `check` finds wrong, is a failed request of locust."""
        now = time.perf_counter()
        delay, self._due = now - (self._due or now), None
        with self.user.client.request(
            method, path, name=name, json=body, headers=dict(headers or {}), catch_response=True
        ) as response:
            outcome = outcome_of(response.status_code or 0, response.headers, response.content or b"")
            problem = _problem(outcome, expected, check)
            if problem is None:
                response.success()
            else:
                response.failure(problem[:LONGEST_REASON])
            response.request_meta["response_time"] += delay * 1000
        return outcome if problem is None else Outcome("wrong", None, outcome.error)

    def must(self, *arguments: Any, **named: Any) -> Outcome:
        """Do the same, and give up unless it succeeds."""
        outcome = self.call(*arguments, **named)
        if not outcome.ok:
            raise GaveUp
        return outcome

    def think(self, share: float = 1.0) -> None:
        """Pause as somebody does who reads and types."""
        gevent.sleep(share * random.uniform(*self.think_seconds))

    def perhaps_give_up(self, share: float) -> None:
        """Think, and leave with this probability."""
        self.think()
        if random.random() < share:
            raise GaveUp

    def report(self, kind: str, name: str, seconds: float, problem: str | None = None) -> None:
        """Report something that is no request of ours, such as an e-mail, as a row of locust's table."""
        self.user.environment.events.request.fire(
            request_type=kind, name=name, response_time=seconds * 1000, response_length=0,
            exception=AssertionError(problem) if problem else None, context={},
        )  # fmt: skip


class ArrivalsUser(ScheduledHttpUser):
    """A stream of people. A task calls `arrive` with what the next one comes for."""

    abstract = True
    concurrency = 100

    def on_start(self) -> None:
        self._people = Group()

    def on_stop(self) -> None:
        """Let those who are here finish for some seconds. What others did not see answered is not certain in the history."""
        self._people.join(timeout=FINISH_WITHIN)
        self._people.kill()

    def arrive(self, person: type[P], act: Callable[[P], None]) -> None:
        self._people.spawn(live, person(self, self.schedule.begin()), act)


def live(person: P, act: Callable[[P], None]) -> None:
    """Let a person act. What breaks is a trouble of the run."""
    try:
        act(person)
    except GaveUp:
        return
    except Exception as error:
        history.trouble(f"{type(person).__name__} broke: {type(error).__name__} {error}"[:LONGEST_REASON])


def outcome_of(status: int, headers: Mapping[str, str] | None, content: bytes) -> Outcome:
    """Return what an answer means. Other bodies than JSON, such as pictures, are `data` as they are."""
    done = 200 <= status < 300
    if "json" not in str((headers or {}).get("Content-Type", "")):
        return Outcome(OK if done else str(status), content)
    try:
        document = json.loads(content)
    except ValueError:
        return Outcome("unreadable")
    if not isinstance(document, dict):
        return Outcome("unreadable")
    if done and document.get("success") is True:
        return Outcome(OK, document.get("data", document))
    error = document.get("error")
    error = error if isinstance(error, dict) else {}
    return Outcome(str(error.get("code") or status), None, error)


def _problem(outcome: Outcome, expected: Collection[str], check: Checks | None) -> str | None:
    """Return what is wrong with an answer. Fields that are missing are wrong, too."""
    if outcome.code not in expected:
        return f"expected {' or '.join(expected)}, got {outcome.code} {dict(outcome.error)}"
    if check is None or not outcome.ok:
        return None
    try:
        return check(outcome.data)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return f"unexpected fields: {type(error).__name__} {error} in {outcome.data}"

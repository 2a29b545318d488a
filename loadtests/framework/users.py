"""The base of all users: arrivals by a schedule, and requests whose answers are checked before they count as right."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import gevent
from locust import FastHttpUser, User

from loadtests.framework import day
from loadtests.framework.schedule import Schedule

LONGEST_REASON = 300


class WrongAnswer(AssertionError):
    """An answer that does not match the data. Its text is the failure in locust's table."""


class Check:
    """One request: `right` says afterwards whether it was answered as expected."""

    right = False


class ScheduledUser(User):
    """Acts `arrivals_per_second` times a second on average, whatever the hub does. A task is one arrival.

    The first request of a task is measured from the planned moment; the others from when they are sent, because a person
    cannot send them before the first answer. More load is more users.
    """

    abstract = True
    arrivals_per_second: ClassVar[float] = 1.0
    poisson: ClassVar[bool] = True
    """Random gaps, as of people who do not know each other. False: even ones, as of a machine."""

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.schedule = Schedule(self.arrivals_per_second, poisson=self.poisson, plan=day.plan_of(type(self).__name__))

    def wait_time(self) -> float:
        return self.schedule.wait()

    def pause(self, seconds: float) -> None:
        """Think, or look at something. The time is in no latency, and moves the user's next arrivals."""
        gevent.sleep(seconds)
        self.schedule.shift(seconds)

    @contextmanager
    def check(self, name: str, kind: str = "socket", *, began: float | None = None) -> Iterator[Check]:
        """Measure the block as one request, from `began` or the schedule. An exception in it is a failure, and does not leave it."""
        check, trouble = Check(), None
        began = self.schedule.begin() if began is None else began
        try:
            yield check
            check.right = True
        except Exception as error:
            trouble = error
        self.environment.events.request.fire(
            request_type=kind, name=name, response_time=(time.perf_counter() - began) * 1000, response_length=0,
            exception=trouble, context={},
        )  # fmt: skip


class Answer(Check):
    """An answer over HTTP. `data` refuses whatever is not a success with this status."""

    def __init__(self, status: int, document: dict[str, Any], headers: Any) -> None:
        self.status = status
        self.document = document
        self.headers = headers

    @property
    def error(self) -> dict[str, Any]:
        error = self.document.get("error")
        return error if isinstance(error, dict) else {}

    @property
    def code(self) -> str:
        return str(self.error.get("code") or "")

    def data(self, status: int = 200) -> Any:
        if self.status != status or self.document.get("success") is not True:
            raise WrongAnswer(f"expected {status}, got {self.status} {str(self.error)[:LONGEST_REASON]}")
        return self.document.get("data")

    def refusal(self, status: int, *codes: str) -> dict[str, Any]:
        """Return the error if it is one of these."""
        if self.status != status or self.code not in codes:
            raise WrongAnswer(
                f"expected {status} {' or '.join(codes)}, got {self.status} {str(self.error)[:LONGEST_REASON]}"
            )
        return self.error


class ScheduledHttpUser(ScheduledUser, FastHttpUser):
    """A scheduled user over HTTP with keep-alive and cookies."""

    abstract = True
    network_timeout = 30.0
    connection_timeout = 10.0

    @contextmanager
    def ask(
        self, method: str, path: str, name: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> Iterator[Answer]:
        """Send a request as `name`. The block checks the answer: what it raises is a failure, and does not leave it."""
        began = self.schedule.begin()
        delay = (time.perf_counter() - began) * 1000
        with self.client.request(method, path, name=name, json=body, headers=headers, catch_response=True) as response:
            answer = Answer(response.status_code or 0, _object(response), response.headers or {})
            try:
                yield answer
                if not answer.status:
                    raise WrongAnswer(f"no answer: {response.error}")
                answer.right = True
                response.success()
            except Exception as error:
                response.failure(error if isinstance(error, WrongAnswer) else WrongAnswer(_sentence(error, response)))
            response.request_meta["response_time"] += delay


def _object(response: Any) -> dict[str, Any]:
    """Return the JSON object of an answer, or {}."""
    try:
        document = response.json()
    except (ValueError, TypeError):
        return {}
    return document if isinstance(document, dict) else {}


def _sentence(error: Exception, response: Any) -> str:
    return f"{response.status_code}: {type(error).__name__} {error}"[:LONGEST_REASON]

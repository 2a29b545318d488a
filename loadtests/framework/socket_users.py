"""The base of users with a persistent socket: they sign in, come back when the socket is lost, and keep their subscriptions."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from locust.exception import StopUser

from loadtests.framework import pools
from loadtests.framework.socket_session import Frame, SocketSession, wait_before_reconnect
from loadtests.framework.users import ScheduledUser, WrongAnswer

MOST_FAILURES = 6
"""Attempts to connect again, after which a user gives up."""


class SocketUser(ScheduledUser):
    """A member of staff whose socket stays open. `subscribes` names the topics it follows; `on_event` gets their events."""

    abstract = True
    logins: ClassVar[str] = "operator tokens"
    """The shared pool of tokens."""
    gates: ClassVar[tuple[str, ...]] = ("A", "B", "C", "D")
    subscribes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.device = f"load-{uuid.uuid4().hex[:10]}"
        self.session: SocketSession | None = None
        self._ready = Event()

    # -- life ---------------------------------------------------------------------------------------------------

    def on_start(self) -> None:
        self.token = pools.borrow(self.logins)
        self.gate = self.gates[hash(self.device) % len(self.gates)]
        with self.check("sign in on the socket") as signed_in:
            self.open()
        if not signed_in.right:
            raise StopUser

    def on_stop(self) -> None:
        if self.session is not None:
            self.session.close()

    def open(self) -> None:
        """Connect, sign in and subscribe. Raise what went wrong."""
        self._ready.clear()
        session = self.session = SocketSession(str(self.host), "/ws", token=self.token, on_frame=self._take)
        if not self._ready.wait(timeout=15):
            raise WrongAnswer(f"no `ready` within 15 s (closed with {session.code})")
        session.post({"type": "device", "device": {"id": self.device, "name": "Load test", "gate": self.gate}})
        for topic in self.subscribes:
            session.data("subscribe", topic=topic, first=partial(self.on_snapshot, topic))

    def live(self) -> SocketSession:
        """Return the open socket. If it was lost, that is a failure, and the user comes back as a scanner does."""
        failures = 0
        while self.session is None or self.session.code is not None:
            if failures > MOST_FAILURES:
                raise StopUser
            gevent.sleep(wait_before_reconnect(self.session, failures))
            with self.check("reconnect"):
                self.open()
            failures += 1
        return self.session

    # -- frames -------------------------------------------------------------------------------------------------

    def _take(self, frame: Frame) -> None:
        if frame.get("type") == "ready":
            self._ready.set()
        elif frame.get("type") == "event":
            self.on_event(frame["topic"], frame)

    def on_snapshot(self, topic: str, data: dict[str, Any]) -> None:
        """Take the reply of `subscribe`, before any event of it. It runs in the reading greenlet, so it must not wait."""

    def on_event(self, topic: str, frame: Frame) -> None:
        """Take an event. It runs in the reading greenlet, so it must not wait."""

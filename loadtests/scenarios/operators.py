"""The operator scenario: each operator scans over one persistent socket, and compares every decision with the data.

It uses a blocking WebSocket client. Locust's gevent patches make its reads cooperative.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import websocket
from locust import User, between, task

from loadtests.scenarios import pools


class WrongDecision(AssertionError):
    """The hub's decision does not match the data."""


class OperatorUser(User):
    """Scans about three times per second: mostly today's visitors, and sometimes a ticket that must be refused."""

    wait_time = between(0.15, 0.5)
    weight = 1

    def on_start(self) -> None:
        self._last_id = 0
        target = urlsplit(str(self.host))
        began = time.perf_counter()
        trouble: Exception | None = None
        try:
            self._socket = websocket.create_connection(f"ws://{target.hostname}:{target.port}/ws", timeout=15)
            self._expect_type("hello")
            device = {"id": f"load-{uuid.uuid4().hex[:8]}", "name": "Load handheld", "gate": "A"}
            self._socket.send(json.dumps({"type": "auth", "token": pools.borrow("tokens"), "device": device}))
            self._expect_type("ready")
        except Exception as error:
            trouble = error
        self._report("sign in on the socket", began, trouble)
        if trouble is not None:
            raise trouble

    def on_stop(self) -> None:
        self._socket.close()

    @task(12)
    def guest_of_today(self) -> None:
        """Validate and verify a ticket; sometimes repeat the ticket, or the same message."""
        code = pools.take("today")
        if code is None:
            return
        self._scan("validate valid", code, "GREEN VALID")
        scan_id = str(uuid.uuid4())
        if self._scan("verify valid", code, "GREEN VERIFIED", scan_id):
            pools.promise("entries", {"code": code, "scan_id": scan_id})
        if random.random() < 0.3:
            self._scan("verify again", code, "YELLOW ALREADY_VERIFIED", str(uuid.uuid4()))
        if random.random() < 0.2:
            self._scan("verify repeated message", code, "GREEN VERIFIED", scan_id)

    @task(1)
    def another_day(self) -> None:
        self._scan("validate wrong date", pools.borrow("another_day"), "RED WRONG_DATE")

    @task(1)
    def not_paid(self) -> None:
        code = pools.borrow("not_activated")
        self._scan("verify not activated", code, "RED TICKET_NOT_ACTIVATED", str(uuid.uuid4()))

    @task(1)
    def no_reservation(self) -> None:
        code = pools.borrow("no_reservation")
        self._scan("verify no reservation", code, "RED NO_RESERVATION", str(uuid.uuid4()))

    @task(1)
    def no_such_ticket(self) -> None:
        code = f"TKT-2026-ZZZZ{random.randrange(10, 99)}-ZZZZZ{random.randrange(9)}"
        self._scan("validate unknown", code, "RED TICKET_NOT_FOUND")

    # -- commands and replies -----------------------------------------------------------------------------------

    def _scan(self, name: str, code: str, expected: str, scan_id: str | None = None) -> bool:
        """Return whether the decision was the expected one. `name` begins with the command."""
        self._last_id += 1
        message: dict[str, Any] = {"id": self._last_id, "type": name.split(" ", 1)[0], "code": code}
        if scan_id is not None:
            message["scan_id"] = scan_id
        began = time.perf_counter()
        trouble: Exception | None = None
        try:
            self._socket.send(json.dumps(message))
            frame = self._answer()
            data = frame.get("data") or {}
            decided = f"{data.get('result')} {data.get('reason')}"
            if decided != expected:
                raise WrongDecision(f"expected {expected}, got {frame.get('error') or decided}")
        except Exception as error:
            trouble = error
        self._report(name, began, trouble)
        return trouble is None

    def _answer(self) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = json.loads(self._socket.recv())
            if frame.get("type") == "result" and frame.get("id") == self._last_id:
                return frame

    def _expect_type(self, wanted: str) -> None:
        frame = json.loads(self._socket.recv())
        if frame.get("type") != wanted:
            raise WrongDecision(f"expected a {wanted} frame, got {str(frame)[:200]}")

    def _report(self, name: str, began: float, trouble: Exception | None) -> None:
        self.environment.events.request.fire(
            request_type="socket", name=name, response_time=(time.perf_counter() - began) * 1000, response_length=0,
            exception=trouble, context={},
        )  # fmt: skip

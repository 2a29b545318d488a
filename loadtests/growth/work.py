"""What people ask of a hub in every stage: scans, bookings and their changes, the live board, lists, searches, history, figures and files."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from loadtests.bench.b1_bookings_per_second import booking_requests
from loadtests.bench.bench import MANAGER, OPERATORS, Bench, scanner
from loadtests.stock import code_of, id_of
from loadtests.wire.http_client import open_http, post
from loadtests.wire.socket_client import SocketClient

ADMINISTRATOR = "load-admin"
TIMES = 3
SCANS, BOOKINGS = 40, 20
LONGEST = 120.0
TOPICS = ("counts", "figures", "tickets", "notices", "messages", "conflicts", "disputes", "scans", "alarms", "alerts")


@dataclass
class Answers:
    """How long each question took in milliseconds, and what was answered otherwise than expected."""

    milliseconds: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, began: float, problem: str | None) -> None:
        self.milliseconds[name] = max(self.milliseconds.get(name, 0.0), (time.perf_counter() - began) * 1000)
        if problem and len(self.wrong) < 50:
            self.wrong.append(f"{name}: {problem}")


@dataclass(frozen=True, slots=True)
class Known:
    """What can be asked for: tickets of today by number, one that stands for all of its kind, and the days."""

    to_scan: Iterator[int]
    one: int
    today: date

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)


def questions(known: Known) -> dict[str, str]:
    """Return the paths that managers and administrators ask for, by name. Every list is asked with each of its filters."""
    number, today, week, all_days = known.one, known.today, known.day(-6), known.day(-59)
    code, log, search = code_of(number), "/api/operators/scan-history", "/api/tickets/search?q="
    paths = [
        f"{log}?", f"{log}?from={all_days}&to={today}", f"{log}?date={known.day(-30)}", f"{log}?from={all_days}&to={today}&gate=Gate 3",
        f"{log}?from={all_days}&to={today}&result=RED", f"{log}?from={all_days}&to={today}&reason=TICKET_NOT_ACTIVATED",
        f"{log}?from={all_days}&to={today}&operator_id=7", f"{log}?from={all_days}&to={today}&mode=exit",
        f"{log}?from={all_days}&to={today}&code={code}", f"{log}?date={known.day(-3)}&limit=200",
        f"/api/analytics?date={known.day(-1)}", f"/api/analytics?from={week}&to={today}", f"/api/analytics/portal?from={week}&to={today}",
        f"/api/analytics/operators?from={week}&to={today}", f"/api/analytics/operators?date={known.day(-1)}",
        f"{search}{code}", f"{search}{code[-6:]}&at_gate=1", f"{search}GROWTH-77", f"{search}visitor77@example.com", f"{search}%2B390600000077",
        f"{search}First7 Family3", f"{search}Nobody", f"{search}visitor77&at_gate=1", f"/api/tickets/{id_of(number)}/life",
        "/api/operator/manifest?", f"/api/operator/manifest?date={known.day(1)}", "/api/disputes?", "/api/operator/conflicts?",
        "/api/admin/tickets?", f"/api/admin/tickets?code={code}", "/api/admin/tickets?order=GROWTH-77", "/api/admin/tickets?status=CANCELLED",
        "/api/admin/tickets?status=RESERVED", "/api/admin/tickets?channel=ota", "/api/admin/reservations?", "/api/admin/reservations?q=visitor",
        "/api/admin/reservations?q=visitor77@example.com", "/api/admin/reservations?q=First7", "/api/admin/reservations?q=Nobody",
        f"/api/admin/reservations?q={code}", f"/api/admin/reservations?date={known.day(2)}", "/api/admin/reservations?status=CANCELLED",
        f"/api/admin/reservations?date={known.day(-2)}&q=First7", "/api/admin/reservations?status=EXPIRED", "/api/admin/reservations?channel=ota",
        "/api/admin/orders?", "/api/admin/orders?q=GROWTH-77", "/api/admin/orders?q=buyer77@example.com", "/api/admin/orders?q=First7",
        "/api/admin/orders?status=CANCELLED", "/api/admin/audit?", "/api/admin/audit?q=ann lee 77", "/api/admin/audit?q=nowhere",
        "/api/admin/audit?action=gate.added", "/api/admin/audit?staff_id=77", "/api/admin/mail?", "/api/admin/mail?status=dead",
        "/api/admin/mail?status=sent", "/api/admin/slots?", f"/api/admin/slots?date={known.day(2)}", "/api/admin/products?", "/api/admin/privacy",
        "/api/admin/messages?slot_id=1", "/api/admin/staff?", "/api/admin/devices?", "/api/admin/imports?",
    ]  # fmt: skip
    return {path.removesuffix("?"): quote(path, safe="/?=&%@:") for path in paths}


def files(known: Known) -> list[str]:
    """Return what is sent while it is read: a day as a table and as a replay."""
    return [
        f"/api/operators/scan-history?date={known.day(-2)}&format=csv",
        f"/api/operators/scan-history?from={known.day(-20)}&to={known.day(-1)}&result=RED&gate=Gate%203&format=csv",
        f"/api/replay?date={known.day(-2)}",
        "/admin", "/manager/report",
    ]  # fmt: skip


async def work(bench: Bench, known: Known) -> Answers:
    """Ask everything a few times, one after another."""
    answers = Answers()
    await _scan(bench, known, answers)
    await _book(bench, known, answers)
    await _subscribe(bench, answers)
    administrator = await asyncio.to_thread(bench.hub.token, ADMINISTRATOR)
    for _ in range(TIMES):
        for name, path in questions(known).items():
            await asyncio.to_thread(_fetch, bench.hub.url + path, administrator, name, answers)
    for path in files(known):
        await asyncio.to_thread(_fetch, bench.hub.url + path, administrator, path, answers)
    return answers


def _fetch(url: str, token: str, name: str, answers: Answers) -> None:
    headers = {"Authorization": f"Bearer {token}", "Cookie": f"hub_session={token}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own hub
    began, problem = time.perf_counter(), None
    try:
        with urllib.request.urlopen(request, timeout=LONGEST) as answer:  # noqa: S310 - our own hub
            while answer.read(1 << 20):
                pass
    except urllib.error.HTTPError as refusal:
        problem = f"{refusal.code} {refusal.read(200)!r}"
    except OSError as error:
        problem = repr(error)
    answers.note(name, began, problem)


async def _scan(bench: Bench, known: Known, answers: Answers) -> None:
    """Check, let in, let out, and undo one; also what is refused. The last question is for the operator's own history."""
    socket, _ = await scanner(bench.hub, OPERATORS[1], "growth")
    for n in range(SCANS):
        code, scan_id = code_of(next(known.to_scan)), str(uuid.uuid4())
        await _ask(socket, answers, {"type": "validate", "code": code, "gate": "A"})
        await _ask(socket, answers, {"type": "verify", "code": code, "gate": "A", "scan_id": scan_id})
        await _ask(socket, answers, {"type": "verify", "code": code, "gate": "A", "scan_id": scan_id})
        if n % 4 == 0:
            await _ask(socket, answers, {"type": "exit", "code": code, "gate": "A", "scan_id": str(uuid.uuid4())})
        elif n % 4 == 1:
            await _ask(socket, answers, {"type": "undo", "scan_id": scan_id, "reason": "a test of growth"})
        await _ask(
            socket, answers, {"type": "verify", "code": f"NOBODY-{n}", "gate": "A", "scan_id": str(uuid.uuid4())}
        )
    await _ask(socket, answers, {"type": "history", "limit": 200})
    await _ask(socket, answers, {"type": "find_guests", "name": "First7"})
    socket.close()


async def _ask(socket: SocketClient, answers: Answers, command: dict[str, Any]) -> None:
    began, problem = time.perf_counter(), None
    socket.send(orjson.dumps({"id": 1, **command}))
    while (frame := orjson.loads(await socket.next_text(LONGEST))).get("type") != "result":
        pass
    if not frame["success"]:
        problem = str(frame)[:300]
    answers.note(f"socket {command['type']} {command.get('topic', '')}".strip(), began, problem)


async def _subscribe(bench: Bench, answers: Answers) -> None:
    socket, _ = await scanner(bench.hub, MANAGER, "growth-board")
    for topic in TOPICS:
        await _ask(socket, answers, {"type": "subscribe", "topic": topic})
        await _ask(socket, answers, {"type": "unsubscribe", "topic": topic})
    socket.close()


async def _book(bench: Bench, known: Known, answers: Answers) -> None:
    """Check tickets, look at the calendar, book, look at the visit, move it and cancel it."""
    slots = await bench.slots_for(known.day(1))
    numbers = await bench.stock.activated(BOOKINGS)
    client = await open_http(bench.hub.url)

    async def ask(name: str, request: bytes) -> dict[str, Any]:
        began = time.perf_counter()
        answer = await client.ask(request, LONGEST)
        answers.note(name, began, None if answer.status == 200 else f"{answer.status} {answer.body[:200]!r}")
        return dict(answer.json().get("data") or {}) if answer.status == 200 and b'"data":{' in answer.body else {}

    for month in {f"{known.day(days):%Y-%m}" for days in (0, 20)}:
        await ask(
            "calendar of a month",
            _request("GET", f"/api/reservation-slots/available?month={month}&orq={bench.stock.org_id}"),
        )
    for number, booking in zip(numbers, booking_requests(numbers, slots[0]), strict=True):
        await ask("ticket check", post("/api/tickets/validate", {"ticket_code": code_of(number)}))
        booked = await ask("booking", booking)
        if not booked:
            continue
        link = {"X-Reservation-Token": str(booked["manage_url"]).rpartition("/")[2]}
        path = f"/api/reservations/{booked['reservation_id']}"
        await ask("a visit", _request("GET", "/api/reservations/by-token", link))
        if number % 2:
            await ask("move", _request("PUT", path, link, {"slot_id": slots[1]}))
        else:
            await ask("cancel", _request("DELETE", path, link))
    client.close()


def _request(method: str, path: str, headers: dict[str, str] | None = None, document: object = None) -> bytes:
    return method.encode() + post(path, document or {}, headers)[4:]

"""Two organisations on one hub: every endpoint, page, command and topic is asked for what belongs to the other one.

The requests are made from the tables of endpoints, commands and topics. A new one is tried with no edit here, as long as
`ForeignOrganisation` has a row of what its path names.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
import pytest

import db.organisation
from hub.live.commands.table import COMMANDS
from hub.live.topics.table import TOPICS
from tests.support.foreign_organisation import PLACES, ForeignOrganisation
from tests.support.generated_requests import example
from tests.support.hub import Hub
from tests.support.offline_queue import queued
from tests.support.still_outbox import send_nothing
from tests.support.websocket_client import Socket
from tests.support.world import World
from tests.web.api.test_bad_input import GOOD
from web.api.endpoint import Endpoint
from web.api.openapi import plain_path
from web.api.table import ENDPOINTS
from web.middleware.request_ring import STAFF_PAGES
from web.pages.routes import page_routes

SIGN_OUT = ("POST /api/operator/logout", "POST /operator/logout")

SHELLS = {"GET /manager/ticket/{ticket_id}"}
"""Pages whose scripts ask the API for everything of the row."""

FIRST_WALL_ALONE = {
    "GET /api/tickets/search",
    "POST /api/check-in",
    "POST /api/disputes",
    "POST /api/disputes/decision",
    "POST /api/disputes/withdrawal",
    "POST /api/operator/door-sales",
    "POST /api/operator/exit",
    "POST /api/operator/sync",
    "POST /api/operator/validate-ticket",
    "POST /api/operator/verify-ticket",
    "POST /venue/scan",
    "book_and_admit",
    "exit",
    "history",
    "override",
    "sync",
    "undo",
    "validate",
    "verify",
}
"""Requests whose statements run before the second wall: those of the pools `scans` and `bookings`, and a search by address (docs/architecture.md)."""

NOTHING_SECRET = {
    "GET /account/second-factor",
    "GET /account/sign-in-service",
    "GET /admin/api-keys/new",
    "GET /admin/bookings",
    "GET /admin/guests",
    "GET /admin/mail",
    "GET /admin/messages/new",
    "GET /admin/organisations",
    "GET /admin/privacy",
    "GET /admin/reservations/print",
    "GET /admin/setup",
    "GET /admin/setup/{part}",
    "GET /admin/shows/new",
    "GET /admin/slots",
    "GET /admin/slots/hours",
    "GET /api/admin/opening-hours",
    "GET /api/admin/organisations",
    "GET /api/admin/organisations/{organisation_id}",
    "GET /api/admin/privacy",
    "GET /api/admin/security",
    "GET /api/admin/mail",
    "GET /api/admin/waiting-rooms",
    "GET /api/analytics",
    "GET /api/analytics/operators",
    "GET /api/analytics/portal",
    "GET /api/operator/device-key",
    "GET /api/orders/{reference}",
    "GET /api/operator/manifest/changes",
    "GET /manager",
}
"""Requests that read nothing with a secret: empty forms, pages whose scripts ask, figures, masked addresses, hashes, orders by a
reference that no order has, and what only an owner may see.
"""

LEADS_TO_PAGE = {
    "GET " + PLACES.sub(r"{\1}", route.path) for route in page_routes() if route.handler.__name__ == "lead_to_page"
}
"""Addresses of forms: entered, they lead to the page of the form."""

OF_WHOLE_ORGANISATION = {"tickets", "notices", "scanner"}
"""Topics that ignore a venue: those of the whole organisation, and what a scanner is sent about itself."""

SEARCHES = "q=Zwing&code=Zwing"
PICTURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Attempt:
    """A request for something of the foreign organisation. `names_row` says that the path itself has a foreign id."""

    method: str
    path: str
    template: str
    staff_only: bool
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def names_row(self) -> bool:
        return "_id" in self.template

    @property
    def key(self) -> str:
        return f"{self.method} {self.template}"


@pytest.fixture
async def foreign(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch) -> ForeignOrganisation:
    send_nothing(monkeypatch)
    await world.policy(door_sales="operators")
    return await ForeignOrganisation(hub).found()


def body_of(endpoint: Endpoint) -> Any:
    """Return a body that the endpoint takes: one that is known to be good, or one made from its schema."""
    assert endpoint.body is not None
    return GOOD.get(plain_path(endpoint.path)) or example({"$ref": endpoint.body.__name__}, whole=True)


async def attempts(foreign: ForeignOrganisation, own: World) -> list[Attempt]:
    """Return all requests: those that only read come first, so that they find what the others might change."""
    made: list[Attempt] = []
    for endpoint in ENDPOINTS:
        path, template = await foreign.fill_path(endpoint.path), plain_path(endpoint.path)
        names = {parameter.name for parameter in endpoint.parameters if parameter.place == "query"}
        always = f"orq={own.org_id}" if "orq" in names else ""
        body: Any = await foreign.fill_body(body_of(endpoint)) if endpoint.body is not None else None
        headers = {"Content-Type": endpoint.upload[0]} if endpoint.upload else {}
        made += [
            Attempt(endpoint.method, f"{path}?{always}&{query}", template, endpoint.who == "operator",
                    PICTURE if endpoint.upload else body, headers)
            for query in ["", *[query async for query in foreign_queries(foreign, names)]]
        ]  # fmt: skip
    for route in page_routes():
        if route.path.startswith(STAFF_PAGES) and route.method in ("GET", "POST"):
            path, template = await foreign.fill_path(route.path), PLACES.sub(r"{\1}", route.path)
            queries = ["", f"{SEARCHES}&venue_id={foreign.world.venue_id}"] if route.method == "GET" else [""]
            made += [Attempt(route.method, f"{path}?{query}", template, True) for query in queries]
    return sorted(made, key=lambda attempt: attempt.method != "GET")


async def foreign_queries(foreign: ForeignOrganisation, names: set[str]) -> AsyncIterator[str]:
    for name in sorted(names):
        if name.endswith("_id"):
            yield f"{name}={await foreign.id_of(name)}"
        elif name in ("q", "code", "gate"):
            yield f"{name}={foreign.code}"
            yield f"{name}=Zwing"


async def ask(hub: Hub, attempt: Attempt, token: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}", **attempt.headers}
    data = attempt.body
    if data is not None and not isinstance(data, bytes):
        data, headers["Content-Type"] = orjson.dumps(data), "application/json"
    async with hub.client.request(
        attempt.method, attempt.path, data=data, headers=headers, allow_redirects=False
    ) as response:
        signs_in = response.headers.get("Location", "").startswith("/operator/login")
        return 401 if signs_in else response.status, (await response.read()).decode("utf-8", "replace")


async def leaks(
    hub: Hub, foreign: ForeignOrganisation, own: World, who: Callable[[Attempt], str | None], *, crashes: bool = False
) -> tuple[dict[str, list[str]], set[str]]:
    """Make every attempt. Return what each one revealed, and the keys of all attempts. `crashes`: a 500 is a refusal too."""
    found: dict[str, list[str]] = {}
    tried: set[str] = set()
    for attempt in await attempts(foreign, own):
        token = who(attempt)
        if token is None:
            continue
        tried.add(attempt.key)
        status, text = await ask(hub, attempt, token)
        assert status < 500 or crashes, (attempt, text)
        problems = foreign.found_in(text)
        if attempt.names_row and attempt.key not in SHELLS and 200 <= status < 300:
            problems.append(f"status {status}")
        if problems:
            found.setdefault(attempt.key, []).extend(problems)
    return found, tried


class StuckWall:
    """Stands in for the context variable of the second wall: whoever works for one organisation is shown `org_id` alone."""

    def __init__(self, org_id: int) -> None:
        self._org_id = org_id
        self._named = db.organisation._named

    def get(self) -> Any:
        return self._named.get()

    def set(self, named: Any) -> Any:
        task, org_id = named
        return self._named.set((task, None if org_id is None else self._org_id))

    def reset(self, before: Any) -> None:
        self._named.reset(before)


def without_first_wall(monkeypatch: pytest.MonkeyPatch, hub: Hub, own: World) -> None:
    """Let the second wall stand alone: the requests come from the foreign staff, so every `org_id` of a statement is foreign.

    Whatever is found then, no `WHERE` has kept apart. The second wall shows our own organisation.
    """
    hub.services.venues.forget()  # what the foreign staff read before is theirs
    hub.services.products.forget()
    monkeypatch.setattr(db.organisation, "_named", StuckWall(own.org_id))


async def test_no_endpoint_and_no_page_reveals_or_changes_what_is_foreign(
    hub: Hub, world: World, foreign: ForeignOrganisation
) -> None:
    token, before = await world.staff("ADMIN"), await foreign.fingerprint()
    found, _ = await leaks(hub, foreign, world, lambda attempt: None if attempt.key in SIGN_OUT else token)
    assert found == {}
    assert await foreign.fingerprint() == before


async def test_without_the_first_wall_the_second_holds_for_all_but_the_scans(
    hub: Hub, world: World, foreign: ForeignOrganisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await foreign.name_venue("Gallery")  # a request reads its login's venue before it works for an organisation
    without_first_wall(monkeypatch, hub, world)
    before = await foreign.fingerprint()

    def asks(attempt: Attempt) -> str | None:
        return foreign.token() if attempt.staff_only and attempt.key not in FIRST_WALL_ALONE else None

    found, _ = await leaks(hub, foreign, world, asks, crashes=True)
    assert found == {}
    assert await foreign.fingerprint() == before


async def test_control_without_both_walls_every_reading_request_finds_something(
    hub: Hub, world: World, foreign: ForeignOrganisation
) -> None:
    found, tried = await leaks(hub, foreign, world, lambda attempt: foreign.token() if attempt.staff_only else None)
    blind = {key for key in tried if key.startswith("GET") and key not in found}
    assert blind <= NOTHING_SECRET | LEADS_TO_PAGE, (
        "give the foreign organisation a row with its secret, or say why there is none"
    )
    assert len(found) > len(tried) / 3


def frames_of(foreign: ForeignOrganisation) -> list[dict[str, Any]]:
    """Return a frame of each command and topic with what belongs to the foreign organisation."""
    fields: dict[str, Any] = {"code": foreign.code, "scan_id": foreign.scan_id, "reason": "x", "note": "x", "limit": 50,
                              "slot_id": foreign.ids["slot_id"], "scans": [queued(foreign.code)]}  # fmt: skip
    frames = [{"type": name, **fields} for name in COMMANDS if name not in ("subscribe", "unsubscribe")]
    frames += [
        {"type": name, "ticket_id": foreign.ids["ticket_id"], "scan_id": str(uuid4())}
        for name in ("validate", "verify")
    ]
    # Topics first: a scan makes the hub remember its venue.
    return [
        *({"type": "subscribe", "topic": topic, "venue_id": foreign.world.venue_id} for topic in TOPICS),
        {"type": "subscribe", "topic": "scans", "operator_id": foreign.staff_id},
        *frames,
    ]


async def replies(socket: Socket, foreign: ForeignOrganisation) -> dict[str, list[str]]:
    """Send every frame. Return what the replies revealed, by command and topic."""
    found: dict[str, list[str]] = {}
    for frame in frames_of(foreign):
        kind = frame.pop("type")
        reply = await socket.command(kind, **frame)
        key = f"{kind} {frame.get('topic', '')}".strip()
        problems = foreign.found_in(orjson.dumps(reply).decode())
        if "venue_id" in frame and reply["success"] and frame["topic"] not in OF_WHOLE_ORGANISATION:
            problems.append("subscribed")
        if problems:
            found.setdefault(key, []).extend(problems)
        if reply["success"] and kind == "subscribe":
            await socket.command("unsubscribe", subscription=reply["data"]["subscription"])
    return found


async def test_no_command_and_no_topic_reveals_or_changes_what_is_foreign(
    hub: Hub, world: World, foreign: ForeignOrganisation
) -> None:
    socket, before = await hub.socket(await world.staff("ADMIN"), gate="A"), await foreign.fingerprint()
    assert await replies(socket, foreign) == {}
    assert await foreign.fingerprint() == before
    for topic in TOPICS:
        assert (await socket.command("subscribe", topic=topic))["success"], topic
    await foreign.goes_on()
    await world.reserved(await world.slot())
    await asyncio.sleep(0.4)  # several ticks of every channel
    await socket.command("ping")
    assert {
        event["topic"]: found for event in socket.events if (found := foreign.found_in(orjson.dumps(event).decode()))
    } == {}


async def test_without_the_first_wall_the_second_holds_for_topics_too(
    hub: Hub, world: World, foreign: ForeignOrganisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await hub.socket(foreign.token(), gate="A")
    without_first_wall(monkeypatch, hub, world)
    found = await replies(socket, foreign)
    assert {key: value for key, value in found.items() if key not in FIRST_WALL_ALONE} == {}


async def test_control_without_both_walls_topics_find_something(
    hub: Hub, world: World, foreign: ForeignOrganisation
) -> None:
    found = await replies(await hub.socket(foreign.token(), gate="A"), foreign)
    assert {f"subscribe {topic}" for topic in TOPICS if topic not in OF_WHOLE_ORGANISATION} <= set(found)

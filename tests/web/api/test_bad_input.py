"""Bad input: any input to any endpoint gets a refusal with a reason, and never a 5xx."""

from __future__ import annotations

import itertools
import re
from typing import Any

import orjson
import pytest

from hub.rules.venue_policies import POLICIES
from tests.support.api_client import Api, booking
from tests.support.world import World
from web.api.openapi import plain_path
from web.api.requests import AdminRequest
from web.api.table import ENDPOINTS

WITH_BODY = [(endpoint.method, plain_path(endpoint.path)) for endpoint in ENDPOINTS if endpoint.body is not None]
NOT_OBJECTS = [
    b"", b" ", b"null", b"true", b"1", b'"text"', b"[]", b"[{}]", b"{", b"}", b"{'a':1}", b'{"a":NaN}', b'{"a":Infinity}',
    b"\xff\xfe{}", b'{"a":"\xff"}', b'{"a":"\\ud800"}', b'{"a":"\\x"}', b"{}{}", b"\xef\xbb\xbf{}",
    b"[" * 5000, b'{"a":' * 2000, b"\x00", b"ticket_code=1", b"<xml/>", b'{"ticket_code"}',
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 1.0, 1.5, 1e308, 2**31, 2**53, 2**63, 2**64 - 1, "", " ", "\t\n", "0", "1", "a\x00b", "x" * 3000,
    "\u202e", "\U0001f600", "\ud7ff\ue000", "'; DROP TABLE tickets; --", "%00", "../..", "{}", [], [1], {}, {"a": 1},
    "2026-02-30", "NaN", "null", "#1",
]  # fmt: skip
PERFORMANCE: dict[str, Any] = {
    "show_id": 1, "room_id": 1, "minutes": 90, "additional_seats": 0, "occupied_seats": 0, "booking_opens_at": None,
    "booking_closes_at": None, "booking_closes_minutes": 30, "booking_closed": False, "check_in_opens_minutes": None,
    "check_in_closes_minutes": None, "largest_party": None, "overlap": False,
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "/api/tickets/validate": {"ticket_code": "TKT-2025-ABC123-DEF456"},
    "/api/tickets/verify-contact": {"ticket_id": 1, "email": "john@example.com", "phone": "+12025551234"},
    "/api/reservations/create": {"ticket_id": 1, "slot_id": 1, "customer_email": "j@example.com", "customer_phone": "+12025551234"},
    "/api/tickets/mine": {"ticket_code": "TKT-2025-ABC123-DEF456", "email": "john@example.com"},
    "/api/contact/code": {"email": "john@example.com", "phone": "+12025551234", "channel": "email"},
    "/api/contact/confirm": {"challenge_id": "00000000-0000-4000-8000-000000000000", "code": "246810"},
    "/api/reservations": {"ticket_codes": ["TKT-2025-ABC123-DEF456"], "slot_id": 1, "customer_email": "j@example.com",
                          "customer_phone": "+12025551234", "waitlist_token": None},
    "/api/reservations/{reservation_id}": {"slot_id": 1, "party": False},
    "/api/reservations/{reservation_id}/contact": {"customer_email": "a@example.com"},
    "/api/reservations/send-again": {"ticket_code": "TKT-2025-ABC123-DEF456"},
    "/api/waiting-room": {"for": "slot:1"},
    "/api/admin/waiting-rooms/{venue_id}": {"per_minute": 60},
    "/api/waitlist": {"ticket_codes": ["TKT-2025-ABC123-DEF456"], "slot_id": 1, "customer_email": "j@example.com",
                      "customer_phone": "+12025551234"},
    "/api/bookings": {"performance_id": 1, "name": "Ada", "email": "ada@example.com", "phone": "+12025551234", "party_size": 2,
                      "notes": "", "consent": False},
    "/api/bookings/confirm": {"token": "x", "party_size": 2},
    "/api/bookings/waitlist": {"token": "x"},
    "/api/admin/devices": {"name": "North 1", "gate": None, "mode": "both", "venue_id": 1},
    "/api/admin/devices/{device_id}": {"name": "North 1", "gate": None, "mode": "both", "venue_id": 1},
    "/api/admin/devices/{device_id}/wipe": {"wipe": "now"},
    "/api/devices/enrol": {"code": "7K2QM-9XH4D"},
    "/api/devices/wiped": {"lost": 0},
    "/api/admin/security": {"require_second_factor": "none", "passwords": "everybody"},
    "/api/admin/policies/{venue_id}": {
        policy.column: list(policy.default) if isinstance(policy.default, tuple) else policy.text_of(policy.default) for policy in POLICIES
    },
    "/api/check-in": {"code": "x", "gate": "A", "scan_id": None, "count": 1},
    "/api/admin/bookings/{booking_id}/move": {"performance_id": 1},
    "/api/admin/reservations/{reservation_id}": {"email": "john@example.com", "phone": "+12025551234"},
    "/api/operator/tickets/{ticket_id}": {"email": "john@example.com", "phone": "+12025551234"},
    "/api/admin/reservations/{reservation_id}/move": {"slot_id": 1, "party": False},
    "/api/admin/guests": {"guests": [{"name": "Jane", "party": 2}], "slot_id": 1, "venue_id": 1, "date": "2026-11-20", "counts": True,
                          "invite": False, "again": False, "language": "en"},
    "/api/admin/guests/import": {"lines": "Jane,2", "slot_id": 1, "venue_id": 1, "date": "2026-11-20", "counts": True},
    "/api/admin/guests/{guest_id}": {"name": "Jane", "party": 2, "note": "", "email": "", "invite": False},
    "/api/admin/privacy": {"retention_days": 30},
    "/api/admin/privacy/find": {"address": "nobody@example.com"},
    "/api/admin/privacy/export": {"address": "nobody@example.com"},
    "/api/admin/privacy/erase": {"address": "nobody@example.com", "cancel": False},
    "/api/admin/messages": {"slot_id": 1, "message": "x"},
    "/api/operator/login": {"username": "nobody", "password": "x"},
    "/api/operator/account": {"name": "Ann"},
    "/api/operator/password": {"old": "x", "password": "a long new one", "pin": None},
    "/api/admin/staff": {"username": "ann", "name": "Ann", "role": "OPERATOR", "email": None, "password": None, "pin": None,
                         "invite": False, "venue_ids": [], "gate_ids": [], "valid_from": None, "valid_until": None, "shifts": []},
    "/api/admin/staff/{staff_id}": {"username": "ann", "name": "Ann", "role": "OPERATOR", "email": None, "venue_ids": [],
                                    "gate_ids": [], "valid_from": None, "valid_until": None, "shifts": []},
    "/api/admin/staff/{staff_id}/reset": {"how": "pin"},
    "/api/operator/validate-ticket": {"ticket_code": "TKT-2025-ABC123-DEF456", "gate": "A", "scan_id": None},
    "/api/operator/verify-ticket": {"ticket_id": 1, "operator_id": None, "gate": "A", "scan_id": None},
    "/api/operator/sync": {
        "scans": [{"scan_id": "00000000-0000-4000-8000-000000000000", "code": "x", "scanned_at": "2026-11-20T10:00:00Z",
                   "offline_result": "GREEN", "gate": "A"}],
        "skew_ms": 0, "device": None,
    },
    "/api/operator/conflicts/{conflict_id}/decision": {"decision": "stays", "note": None},
    "/api/disputes": {"scan_id": "00000000-0000-4000-8000-000000000000", "note": None},
    "/api/disputes/decision": {"scan_id": "00000000-0000-4000-8000-000000000000", "decision": "admit", "reason": "x",
                               "take_back": False},
    "/api/disputes/withdrawal": {"scan_id": "00000000-0000-4000-8000-000000000000"},
    "/api/operator/door-sales": {"scan_id": "00000000-0000-4000-8000-000000000000", "slot_id": 1, "product_id": 1, "count": 2, "admit": True,
                                 "answer": None, "name": "Jo", "email": "jo@example.com", "gate": "A"},
    "/api/operator/exit": {"code": "x", "gate": "A", "scan_id": None},
    "/venue/scan": {"code": "x", "mode": "validate", "gate": "A", "scan_id": None},
    "/api/admin/organisations": {"name": "Museum", "slug": "museum", "administrator": {"username": "ada", "name": "Ada", "password": "x" * 9}},
    "/api/admin/organisations/{organisation_id}": {"name": "Museum", "slug": "museum"},
    "/api/admin/venues": {"name": "Museum", "timezone": "Europe/Rome", "address": "", "country": "IT", "language": "en"},
    "/api/admin/venues/{venue_id}": {"name": "Museum", "timezone": None, "address": "x", "country": "IT", "language": "en"},
    "/api/admin/imports/{import_id}": {"encoding": "utf-8", "sheet": "1", "mapping": []},
    "/api/admin/imports/{import_id}/run": {"skip_errors": False},
    "/api/admin/webhooks": {
        "name": "Shop", "url": "https://shop.example/hook", "events": ["order.paid"], "venue_id": None, "batch": 10,
        "paused": False,
    },
    "/api/admin/webhooks/{webhook_id}": {
        "name": "Shop", "url": "https://shop.example/hook", "events": ["order.paid"], "venue_id": None, "batch": 10,
        "paused": True,
    },
    "/api/admin/webhooks/{webhook_id}/replay": {"from": 1},
    "/api/admin/gates": {"name": "North", "venue_id": None},
    "/api/admin/gates/{gate_id}": {"name": "North", "retired": False},
    "/api/admin/products": {"name": "Student", "name_zh": "", "activation_mode": "immediate", "venue_id": None, "valid_days": 30,
                            "valid_until": None, "gate_ids": [], "note": "", "note_zh": "", "attention": False, "question": "",
                            "question_zh": "", "sold_at_door": False},
    "/api/admin/products/{product_id}": {"name": "Student", "valid_until": "2026-12-31", "gate_ids": [], "archived": True},
    "/api/admin/tickets": {"count": 1, "product_id": None, "status": "ACTIVATED", "channel": "direct", "order_id": None,
                           "email": "john@example.com"},
    "/api/admin/tickets/{ticket_id}/cancel": {"reason": "Refunded"},
    "/api/admin/orders/{order_id}/cancel": {"reason": "Refunded"},
    "/api/admin/orders/{order_id}/refund": {"reason": "Refunded", "ticket_ids": [1]},
    "/api/orders": {"reference": "R1", "items": [{"product_id": 1, "quantity": 1, "channel": "direct"}], "paid": True, "mail": False,
                    "customer": {"name": "Jo", "email": "jo@example.com", "language": "en"}},
    "/api/orders/{reference}/pay": {"mail": True},
    "/api/orders/{reference}/cancel": {"reason": "Refunded"},
    "/api/orders/{reference}/refund": {"reason": "Refunded", "ticket_codes": ["TKT-2025-ABC123-DEF456"]},
    "/api/admin/api-keys": {"name": "Web shop", "scopes": ["orders"], "venue_ids": [], "requests_per_minute": 60},
    "/api/admin/api-keys/{api_key_id}": {"name": "Web shop", "scopes": ["orders"], "venue_ids": [], "requests_per_minute": 60},
    "/api/admin/rooms": {"name": "Studio", "capacity": 40, "accessibility": "", "venue_id": None},
    "/api/admin/rooms/{room_id}": {"name": "Studio", "capacity": 40, "accessibility": None},
    "/api/admin/shows": {"title": "Hamlet", "subtitle": "", "description": "", "translations": {}, "duration_minutes": None,
                         "spoken_language": "", "minimum_age": None, "accessibility": "", "consent": "", "largest_party": 10,
                         "venue_id": None},
    "/api/admin/shows/{show_id}": {"title": "Hamlet", "translations": {}, "duration_minutes": 90, "largest_party": 10,
                                   "status": "PUBLISHED"},
    "/api/admin/performances": {**PERFORMANCE, "date": "2026-12-01", "start_time": "20:00:00"},
    "/api/admin/performances/run": {**PERFORMANCE, "from": "2026-12-01", "to": "2026-12-24", "weekdays": [5, 6],
                                    "times": ["20:00"], "except": ["2026-12-24"], "dates": []},
    "/api/admin/performances/{performance_id}": {"additional_seats": 1, "booking_opens_at": "2026-11-20T10:00:00Z",
                                                 "booking_closed": True, "check_in_opens_minutes": 30, "largest_party": None},
    "/api/admin/performances/{performance_id}/cancel": {"message": "x"},
    "/api/admin/slots": {"venue_id": None, "date": "2026-12-01", "start_time": "10:00", "end_time": "11:00", "capacity": 5, "overlap": True},
    "/api/admin/slots/{slot_id}": {"capacity": 5},
    "/api/admin/slots/change": {"slots": [{"slot_id": 1, "version": None}], "capacity": 5},
    "/api/admin/slots/delete": {"slots": [{"slot_id": 1, "version": None}]},
    "/api/admin/slots/generate": {"venue_id": None, "from": "2026-12-01", "to": "2026-12-02", "closed_days": ["2026-12-02"],
                                  "hours": [{"weekday": 2, "opens": "10:00", "closes": "12:00", "minutes": 60, "capacity": 5}],
                                  "exceptions": [], "overlap": True},
    "/api/admin/slots/copy": {"venue_id": None, "from": "2026-12-01", "to": ["2026-12-02"], "overlap": True},
    "/api/admin/slots/{slot_id}/close": {"move_to": None, "notify": "tell", "message": "x"},
    "/api/admin/opening-hours": {"venue_id": None, "hours": [
        {"weekday": 2, "opens": "10:00", "closes": "12:00", "minutes": 60, "capacity": 5}]},
    "/api/admin/closed-days": {"venue_id": None, "dates": ["2026-12-25"], "name": "Christmas", "hours": []},
    "/api/admin/closed-days/{closed_day_id}": {"date": "2026-12-25", "name": "Christmas", "hours": []},
    "/api/admin/performances/{performance_id}/move": {"date": "2026-12-01", "start_time": "20:00:00", "room_id": 1, "minutes": 90,
                                                      "message": "x", "overlap": True},
}  # fmt: skip


def address(path: str, world: World | None = None) -> str:
    """Return the path with ids: those of the world's rows, and otherwise an id of nothing."""
    known = (
        {"venue_id": world.venue_id, "organisation_id": world.org_id, "product_id": world.product_id} if world else {}
    )
    return re.sub(r"\{(\w+)\}", lambda found: str(known.get(found[1], 1)), path.replace("{staff_id}", "9999"))


def good(path: str, world: World) -> dict[str, Any]:
    """Return a body that is right for this world."""
    return {**GOOD[path], **({"venue_id": world.venue_id} if GOOD[path].get("venue_id") else {})}


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_what_is_no_json_object_is_a_bad_request(api: Api, world: World, method: str, path: str) -> None:
    token = await world.staff("OWNER")
    for data in NOT_OBJECTS:
        answer = await api.ask(method, address(path, world), data=data, token=token)
        assert (answer.status, answer.code) == (400, "INVALID_REQUEST"), data[:40]
        assert answer.error["errors"], data[:40]


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_any_value_in_any_field_is_answered_below_500(api: Api, world: World, method: str, path: str) -> None:
    token = await world.staff("OWNER")
    for field, value in itertools.product([*GOOD[path], "orq", "unknown"], VALUES):
        answer = await api.ask(method, address(path, world), {**good(path, world), field: value}, token=token)
        assert answer.status < 500, (field, value)
        if (
            path.startswith(("/api/admin/", "/api/orders"))
            and (value in ([], {}) or field in ("weekdays", "venue_ids", "gate_ids", "reminder_hours", "ticket_ids"))
            and isinstance(value, type(GOOD[path].get(field)))
        ):
            continue  # a list may be empty, and so may translations; 1 is a weekday, and an id
        if isinstance(value, (list, dict, float)) and field in GOOD[path]:
            assert (answer.status, answer.code) == (400, "INVALID_REQUEST"), (field, value)
            assert field in [problem["field"].split(".")[0] for problem in answer.error["errors"]]


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_missing_fields_are_all_named_at_once(api: Api, world: World, method: str, path: str) -> None:
    body = next(e.body for e in ENDPOINTS if plain_path(e.path) == path and e.method == method)
    required = body.model_json_schema().get("required", [])  # type: ignore[union-attr]
    # Some ids in the address are of rows that stand, such as the test's own venue.
    answer = await api.ask(method, address(path).replace("/1", "/4711"), {}, token=await world.staff("OWNER"))
    if issubclass(body, AdminRequest) and not required:  # type: ignore[arg-type]
        # The settings of an organisation are always there.
        assert answer.status == (404 if "{" in path else 200), "a change of nothing is none of a row that is not there"
        return
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert {problem["field"] for problem in answer.error["errors"]} >= set(required)


@pytest.mark.parametrize("value", [True, 1.0, "1", 2**53, 2**63, 2**70, -1, 0, None])
async def test_an_id_is_a_whole_number_a_browser_can_hold(api: Api, world: World, value: Any) -> None:
    body = booking(await world.ticket(), 1)
    data = orjson.dumps(body).replace(
        b'"slot_id":1', b'"slot_id":' + str(value).lower().encode().replace(b"none", b"null")
    )
    if isinstance(value, str):
        data = orjson.dumps({**body, "slot_id": value})
    answer = await api.post("/api/reservations/create", data=data)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert [problem["field"] for problem in answer.error["errors"]] == ["slot_id"]


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"],
)
async def test_only_json_is_read(api: Api, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = await api.post("/api/tickets/validate", data=b'{"ticket_code":"x"}', headers=headers)
    assert (answer.status, answer.code) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"])
async def test_json_is_read_by_any_of_its_names(api: Api, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = await api.post("/api/tickets/validate", data=b'{"ticket_code":"x"}', headers=headers)
    assert answer.code == "TICKET_NOT_FOUND"


NO_ADDRESSES = [
    "/nothing", "/api/nothing", "/api/tickets/abc/status", "/api/tickets/-1/status", "/api/reservations/1.5",
    "/api/reservations/1e3", "/api/reservations/%00", "/api/reservations/%ff", "/api/tickets/\u0661/status", "/api//docs",
    "/static/../hub/app.py", "/static/%2e%2e/%2e%2e/hub/app.py",
    *(f"/api/reservations/{number}" for number in ("0", "9007199254740992", "9" * 30, "0" * 300, "9" * 7000)),
]  # fmt: skip


async def test_an_address_that_is_none_is_not_found(api: Api, world: World) -> None:
    headers = {"Authorization": f"Bearer {await world.staff('MANAGER')}"}
    for path in NO_ADDRESSES:
        async with api.hub.client.get(path, headers=headers) as response:
            assert response.status == 404, path
            assert (await response.json())["error"]["code"] == "NOT_FOUND", path


async def test_a_method_that_is_not_taken_names_the_ones_that_are(api: Api) -> None:
    taken = {(endpoint.method, plain_path(endpoint.path)) for endpoint in ENDPOINTS}
    for endpoint in ENDPOINTS:
        path = plain_path(endpoint.path)
        method = next(one for one in ("PATCH", "PUT", "POST") if (one, path) not in taken)
        async with api.hub.client.request(method, address(path)) as response:
            assert response.status == 405
            assert (await response.json())["error"]["code"] == "METHOD_NOT_ALLOWED"
            assert endpoint.method in response.headers["Allow"]


async def test_any_query_is_answered_below_500(api: Api, world: World) -> None:
    token = await world.staff("OWNER")
    paths = (
        "/api/reservation-slots/available",
        "/api/reservations/1",
        "/api/operators/scan-history",
        "/api/tickets/1/availability",
    )
    names = ("token", "orq", "limit", "before", "month", "from")
    values = ("%00", "%ff", "%ED%A0%80", "x" * 4000, "9" * 5000, "%F0%9F%98%80", "1%0d%0aX: y", "", "+", "[]")
    for path, name, value, given in itertools.product(paths, names, values, (token, None)):
        assert (await api.get(f"{path}?{name}={value}", token=given)).status < 500, (path, name, value)


HEADERS = ["X-Ticket-Code", "X-Reservation-Token", "Idempotency-Key", "If-None-Match", "Cookie", "X-Request-ID",
           "X-Forwarded-For", "Origin", "Accept", "Sec-Fetch-Site", "Authorization"]  # fmt: skip
HEADER_VALUES = [
    "\u00e9",
    "x" * 4000,
    "hub_session=\u00ff; hub_session",
    '"',
    ";;;=,=,",
    "[",
    "Bearer eyJ",
    "Bearer " + "x" * 5000,
]


async def test_any_header_is_answered_below_500(api: Api) -> None:
    asked = [("GET", "/api/tickets/1/status"), ("GET", "/api/reservations/1"), ("POST", "/api/reservations/create"),
             ("GET", "/api/reservation-slots/available"), ("GET", "/nothing")]  # fmt: skip
    for (method, path), header, value in itertools.product(asked, HEADERS, HEADER_VALUES):
        body = GOOD["/api/reservations/create"] if method == "POST" else None
        answer = await api.ask(method, path, body, headers={header: value})
        assert answer.status < 500, (method, path, header, value)


async def test_a_cursor_from_the_edge_of_time_is_answered_below_500(api: Api, world: World) -> None:
    token, nobody = await world.staff(), "00000000-0000-0000-0000-000000000000"
    for moment in (
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "9999-12-31T23:59:59Z",
        "2026-11-20T00:00:00",
        "",
    ):
        for before in (f"{moment}_{nobody}", f"{moment}_x", moment):
            assert (await api.get(f"/api/operators/scan-history?before={before}", token=token)).status < 500, before


async def test_a_list_of_entity_tags_is_bounded_as_the_document_says(api: Api, world: World) -> None:
    token = await world.staff()
    asked = [path for (path, operations) in (await api.get("/api/openapi.json")).json["paths"].items()
             if any(one.get("name") == "If-None-Match" for one in operations.get("get", {}).get("parameters", ()))]  # fmt: skip
    assert len(asked) >= 6
    asked.remove("/api/shows/{show_id}")  # there is none here, and the list of shows sends its answer the same way
    for path in asked:
        address = path.replace("{hash}", "0")
        for length, refused in ((2000, False), (2001, True)):
            answer = await api.get(address, token=token, headers={"If-None-Match": "x" * length})
            assert (answer.status == 400) is refused, (path, length, answer.status)

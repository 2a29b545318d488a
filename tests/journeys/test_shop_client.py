"""The client of docs/clients: its types and requests are those of the API's document, and it repeats what was lost."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType, NoneType
from typing import Any, Literal, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from tests.support.schema_validator import validator_of
from web.api.openapi import build_document
from web.api.table import ENDPOINTS

FILE = Path(__file__).resolve().parents[2] / "docs" / "clients" / "venue_hub.py"
DOCUMENT = build_document(ENDPOINTS, "")
SCHEMAS = DOCUMENT["components"]["schemas"]
TYPES = {
    "NewItem": "OrderItemFields", "NewCustomer": "OrderCustomer", "Ticket": "ShopTicket", "Customer": "ShopCustomer",
    "Order": "ShopOrder", "Product": "ProductRecord",
}  # fmt: skip
"""The types of the client, each with its schema."""
IN_PART = {"Product"}
"""Types that leave out fields that a shop has no use for."""
ORDER = {"order_id": 1, "reference": "WEB/1", "status": "PAID", "tickets": []}


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("venue_hub", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["venue_hub"] = module  # where `get_type_hints` looks for the names of annotations
    spec.loader.exec_module(module)
    return module


client = _loaded()


def described(schema: Mapping[str, Any]) -> Any:
    """Return a schema as something to compare: the set of what a value may be."""
    if "$ref" in schema:
        return {schema["$ref"].rpartition("/")[2]}
    if "anyOf" in schema:
        return set().union(*(described(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return set(schema["enum"])
    if schema["type"] == "array":
        return {("list", frozenset(described(schema["items"])))}
    return {schema["type"]}


def written(hint: Any) -> Any:
    """Return a type of the client in the same way."""
    if get_origin(hint) is NotRequired:
        return written(get_args(hint)[0])
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    if get_origin(hint) is list:
        return {("list", frozenset(written(get_args(hint)[0])))}
    if is_typeddict(hint):
        return {TYPES[hint.__name__]}
    if get_args(hint):
        return set().union(*(written(one) for one in get_args(hint)))
    return {{int: "integer", str: "string", bool: "boolean", NoneType: "null"}[hint]}


@pytest.mark.parametrize("name", TYPES)
def test_the_types_are_those_of_the_document(name: str) -> None:
    kind, schema = getattr(client, name), SCHEMAS[TYPES[name]]
    hints = get_type_hints(kind, include_extras=True)
    fields = {field: described(about) for field, about in schema["properties"].items()}
    wanted = {field: about for field, about in fields.items() if name not in IN_PART or field in hints}
    assert {field: written(hint) for field, hint in hints.items()} == wanted
    required = {field for field, hint in hints.items() if kind.__total__ and get_origin(hint) is not NotRequired}
    assert required == set(schema.get("required", ())) & set(hints)


@dataclass
class Hub:
    """A server that answers by a list: a status with headers and a body, or None for a connection that is cut."""

    answers: list[tuple[int, dict[str, str], Any] | None]
    seen: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    url: str = ""


@contextmanager
def answering(*answers: tuple[int, dict[str, str], Any] | None) -> Iterator[Hub]:
    hub = Hub(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            hub.seen.append((self.command, self.path, dict(self.headers), body))
            answer = hub.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            status, headers, document = answer
            raw = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def do_GET(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the client pause for no time. Return the list of its pauses."""
    slept: list[float] = []
    monkeypatch.setattr(client.time, "sleep", slept.append)
    return slept


def ok(data: Any = ORDER) -> tuple[int, dict[str, str], Any]:
    return 200, {}, {"success": True, "data": data}


def operation_of(method: str, path: str) -> tuple[str, Any]:
    """Return the path of the document that a path matches, and its operation."""
    plain = path.partition("?")[0]
    for template, methods in DOCUMENT["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), plain) and method.lower() in methods:
            return template, methods[method.lower()]
    raise AssertionError(f"the document has no {method} {path}")


def test_there_is_a_method_for_each_operation_of_orders_and_it_sends_what_the_document_asks_for() -> None:
    with answering(
        ok({"products": [{"product_id": 2}], "next": 2}), ok({"products": [], "next": None}), *[ok()] * 6
    ) as hub:
        shop = client.Shop(hub.url, "vh_key")
        assert [one["product_id"] for one in shop.products()] == [2]
        shop.create_order([{"product_id": 2}])
        shop.create_order(
            [{"product_id": 2, "quantity": 3, "channel": "ota"}], reference="WEB/1",
            customer={"name": "Ada", "email": "ada@example.com", "language": "zh_Hans"}, paid=True, mail=False, key="mine",
        )  # fmt: skip
        shop.read_order("WEB/1")
        shop.pay_order("WEB/1", mail=False)
        shop.cancel_order("WEB/1", "ill")
        assert shop.refund_tickets("WEB/1", ["TKT-2026-NO-SUCH"], "ill")["status"] == "PAID"
    used = set()
    for method, path, headers, body in hub.seen:
        template, operation = operation_of(method, path)
        used.add((method, template))
        assert headers["Authorization"] == "Bearer vh_key"
        required = {one["name"] for one in operation["parameters"] if one["in"] == "header" and one.get("required")}
        assert required <= set(headers), (method, path)
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        assert (schema is None) == (body is None)
        if schema is not None:
            validator_of(schema, DOCUMENT).validate(body)
    orders = {
        (method.upper(), path)
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
        if path.startswith("/api/orders")
    }
    assert used == orders | {("GET", "/api/admin/products")}
    keys = [headers["Idempotency-Key"] for method, _, headers, _ in hub.seen if method == "POST"]
    assert len(set(keys)) == len(keys)
    assert keys[1] == "mine"


def test_a_change_is_sent_again_with_its_key_until_it_is_answered(pauses: list[float]) -> None:
    refusal = {"success": False, "error": {"code": "BUSY", "message": "Try again"}}
    lost = [None, (503, {"Retry-After": "7"}, refusal), (502, {}, b"<h1>Bad gateway</h1>"), (200, {}, b'{"succ')]
    with answering(*lost, (429, {"Retry-After": "3"}, refusal), ok()) as hub:
        assert client.Shop(hub.url, "vh_key").pay_order("WEB-1")["order_id"] == 1
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in hub.seen}) == 1
    assert len(hub.seen) == 6
    assert [pause >= least for pause, least in zip(pauses, (0.12, 7, 0.5, 1, 3), strict=True)] == [True] * 5


def test_whoever_is_never_answered_gets_the_key_to_go_on_with(pauses: list[float]) -> None:
    with answering(None, None, ok()) as hub:
        with pytest.raises(client.Unanswered) as caught:
            client.Shop(hub.url, "vh_key", tries=2).pay_order("WEB-1")
        assert len(pauses) == 1
        client.Shop(hub.url, "vh_key").pay_order("WEB-1", key=caught.value.key)
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in hub.seen}) == 1


def test_a_refusal_is_not_repeated_and_no_other_address_gets_the_key(pauses: list[float]) -> None:
    error = {"code": "INVALID_REQUEST", "message": "Some details are missing", "errors": [{"field": "items"}]}
    with answering((400, {}, {"success": False, "error": error}), (404, {}, b"no such page")) as hub:
        shop = client.Shop(hub.url, "vh_key")
        with pytest.raises(client.Refused, match="400 INVALID_REQUEST") as caught:
            shop.create_order([])
        assert (caught.value.code, caught.value.details) == ("INVALID_REQUEST", {"errors": [{"field": "items"}]})
        with pytest.raises(client.Refused, match="404"):
            shop.read_order("WEB-1")
    with (
        answering() as other,
        answering((302, {"Location": f"{other.url}taken"}, b"")) as hub,
        pytest.raises(client.Refused, match="302"),
    ):
        client.Shop(hub.url, "vh_key").read_order("WEB-1")
    assert (other.seen, pauses) == ([], [])
    with pytest.raises(ValueError, match="https"):
        client.Shop("tickets.example.org", "vh_key")

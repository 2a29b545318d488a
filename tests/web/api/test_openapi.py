"""The OpenAPI document: valid, complete, and readable without files from other sites."""

from __future__ import annotations

import gzip
import json
import re
from html import unescape
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError
from openapi_spec_validator.validation.keywords import OpenAPIV31ValueValidator

from hub.rules.reasons import Reason
from hub.rules.ticket_code import check
from hub.text.messages import MESSAGES, message
from tests.support.api_client import Api
from tests.support.document_rules import broken_rules
from web.api.groups import GROUPS
from web.api.openapi import build_document, plain_path
from web.api.parameters import SAME_STATUS
from web.api.request_examples import EXAMPLES
from web.api.requests import EXAMPLE_CODE
from web.api.schema_references import reached_schemas
from web.api.table import ENDPOINTS
from web.statuses import STATUS

# Addresses that are not endpoints of the API: pages, the socket, the document's own style sheet.
NOT_ENDPOINTS = re.compile(
    r"/(|reserve(/.*)?|r/.*|w/.*|waiting-room|b/.*|shows.*|operator/.*|manager(/.*)?|admin(/.*)?|account(/.*)?|invitation/.*|dev/.*|static/.*|texts/.*|v/.*|favicon\.ico|robots\.txt|sitemap\.xml|ws.*|api/docs/.+)"
)


@pytest.fixture
def equal_schemas_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare equal schemas with the metaschema once: 2,800 answers and fields have 650 different ones."""
    validator = OpenAPIV31ValueValidator.value_validator_cls
    compare, valid = validator.check_schema, set[bytes]()

    def once(schema: Any, **options: Any) -> None:
        written = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
        if written not in valid:
            compare(schema, **options)
            valid.add(written)

    monkeypatch.setattr(validator, "check_schema", once)


async def test_the_served_document_is_valid_openapi(api: Api, equal_schemas_checked_once: None) -> None:
    document = (await api.get("/api/openapi.json")).json
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": api.hub.url}]


@pytest.mark.parametrize(
    "where",
    [
        ("components", "schemas", "Alive"),
        ("paths", "/healthz", "get", "responses", "200", "content", "application/json", "schema"),
    ],
    ids=["in a schema", "in an answer"],
)
def test_a_document_with_a_wrong_schema_is_found_out(where: tuple[str, ...], equal_schemas_checked_once: None) -> None:
    document: Any = json.loads(json.dumps(build_document(ENDPOINTS, "http://localhost")))
    paths = document["paths"] = {"/healthz": document["paths"]["/healthz"]}
    document["components"]["schemas"] = reached_schemas([paths], document["components"]["schemas"])
    inner = document
    for name in where:
        inner = inner[name]
    inner.clear()
    inner["type"] = "strin"
    with pytest.raises(OpenAPIValidationError, match="'strin' is not valid"):
        OpenAPIV31SpecValidator(document).validate()


def test_the_document_keeps_every_rule() -> None:
    assert broken_rules(build_document(ENDPOINTS, "http://localhost")) == []


def test_whatever_is_safe_to_repeat_says_with_which_status() -> None:
    document = build_document(ENDPOINTS, "http://localhost")
    keys = {
        f"{method} {path}": parameter["description"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter.get("name") == "Idempotency-Key"
    }
    assert {"post /api/orders", "post /api/bookings", "post /api/waitlist"} <= set(keys)
    sale = document["components"]["schemas"]["SellAtDoor"]["properties"]["scan_id"]["description"]
    assert {key for key, about in {**keys, "a door sale": sale}.items() if SAME_STATUS not in about} == set()


@pytest.mark.parametrize(
    ("where", "broken", "said"),
    [
        (("info", "contact"), {}, "info has no contact"),
        (("tags", 0, "description"), "", "has no description"),
        (("paths", "/healthz", "get", "summary"), "Is it alive?.", "no full stop"),
        (("paths", "/api/analytics", "get", "parameters", 3, "schema"), {"type": "integer"}, "a number without bounds"),
        (("components", "schemas", "ValidateTicket", "properties", "ticket_code"), {"type": "string"}, "a text without an end"),
        (("components", "schemas", "Slot", "properties", "start_time", "format"), "time", "has the format time"),
        (("components", "schemas", "Unused"), {"type": "object"}, "is used nowhere"),
        (("paths", "/api/tickets/validate", "post", "requestBody", "content", "application/json", "example"), {}, "required"),
        (("paths", "/api/admin/venues", "post", "responses", "201", "links", "x"), {"operationId": "x"}, "which is not there"),
        (("paths", "/healthz", "get", "responses", "503", "headers"), {}, "when to try again"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_document_that_breaks_a_rule_is_found_out(where: tuple[str | int, ...], broken: object, said: str) -> None:
    document: Any = json.loads(json.dumps(build_document(ENDPOINTS, "http://localhost")))
    inner = document
    for name in where[:-1]:
        inner = inner[name]
    inner[where[-1]] = broken
    found = broken_rules(document)
    assert any(said in sentence for sentence in found), found


def test_a_link_of_a_booking_leads_to_its_reservation() -> None:
    paths = build_document(ENDPOINTS, "http://localhost")["paths"]
    links = paths["/api/reservations/create"]["post"]["responses"]["200"]["links"]
    operation = paths["/api/reservations/{reservation_id}"]["get"]["operationId"]
    assert links[operation]["parameters"] == {"path.reservation_id": "$response.body#/data/reservation_id"}


def test_the_example_of_a_ticket_code_is_not_a_mistyped_one() -> None:
    assert check(EXAMPLE_CODE)
    for body in EXAMPLES.values():
        for code in (body.get("code", ""), body.get("ticket_code", ""), *body.get("ticket_codes", ())):
            assert not code or check(code), code


async def test_every_route_is_in_the_document_and_nothing_else(api: Api) -> None:
    document = build_document(ENDPOINTS, "http://localhost")
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    served = {
        (route.method, plain_path(route.resource.canonical))
        for route in api.hub.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    served = {(method, path) for method, path in served if not NOT_ENDPOINTS.fullmatch(path)}
    assert served == described


def test_operation_ids_are_unique_and_every_operation_names_its_refusals() -> None:
    document = build_document(ENDPOINTS, "http://localhost")
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == len(ENDPOINTS)
    for operation in operations:
        assert {"500", "503"} < set(operation["responses"])
        # What makes something answers 201, and 200 to a dry run.
        dry_run = any(parameter["name"] == "dry_run" for parameter in operation.get("parameters", ()))
        assert len({"200", "201"} & set(operation["responses"])) == 1 + (dry_run and "201" in operation["responses"])


def test_every_reason_has_a_status_and_words() -> None:
    for reason in Reason:
        assert reason in STATUS, reason
        assert MESSAGES[reason], reason
        assert message(reason, {}), reason
        assert 200 <= STATUS[reason] <= 599


async def test_the_document_can_be_read_on_pages_of_our_own(api: Api) -> None:
    start = await api.get("/api/docs")
    shown = ""
    for group in GROUPS:
        assert f"/api/docs/{group.slug}" in start.body.decode()
        async with api.hub.client.get(f"/api/docs/{group.slug}") as page:
            assert (page.status, page.content_type) == (200, "text/html")
            text = await page.text()
        # Nothing is loaded from elsewhere, and nothing runs within the page.
        assert not re.search(
            r"style=|<script(?! type=\"module\" src=\"/api/docs/try_it.js\")|src=\"http|href=\"http", text
        )
        targets = set(re.findall(r'href="#([^"]+)"', text))
        assert targets <= set(re.findall(r'id="([^"]+)"', text)) | {"main"}
        shown += text
    for endpoint in ENDPOINTS:
        assert f"<code>{plain_path(endpoint.path)}</code>" in shown
    assert shown.count('class="try"') == len(ENDPOINTS)
    assert (await api.get("/api/docs", headers={"If-None-Match": start.headers["ETag"]})).status == 304
    for name, kind in (("page.css", "text/css"), ("try_it.js", "text/javascript")):
        async with api.hub.client.get(f"/api/docs/{name}") as file:
            assert (file.status, file.content_type) == (200, kind)
    async with api.hub.client.get("/api/docs/no-such-group") as nothing:
        assert nothing.status == 404


async def test_a_group_shows_examples_to_copy(api: Api) -> None:
    async with api.hub.client.get("/api/docs/customer-reservation") as page:
        text = unescape(await page.text())
    assert "curl -X POST" in text
    assert """-d '{"ticket_code": "TKT-2026-7BC3KM-9RT4WT"}'""" in text
    assert '"capacity_status": "AVAILABLE"' in text


async def test_the_document_and_its_pages_are_compressed_once(api: Api) -> None:
    for path, most in (("/api/openapi.json", 100_000), ("/api/docs", 5_000), ("/api/docs/operators", 25_000)):
        plain = {"Accept-Encoding": "identity"}
        async with api.hub.client.get(path, headers={"Accept-Encoding": "gzip"}, auto_decompress=False) as packed:
            body = await packed.read()
            assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
        async with api.hub.client.get(path, headers=plain) as whole:
            assert gzip.decompress(body) == await whole.read()
        assert len(body) < most

"""The contract: requests made from the OpenAPI document get the answers that it describes, and never a 5xx.

The client holds every answer against the document: its status, its media type and its schema.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import orjson

from tests.support.api_client import DOCUMENT, Api
from tests.support.generated_requests import broken_bodies, broken_value, example
from tests.support.world import World
from web.limits import BODY_BYTES

OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if path not in ("/api/operator/logout", "/metrics")
]
WITH_BODY = [
    (method, path, operation["requestBody"]["content"]["application/json"]["schema"])
    for method, path, operation in OPERATIONS
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]
ANY_TEXT = {"q", "token", "reason"}
"""Parameters that take any text: what means nothing finds nothing."""
BODY_FIRST = {"/api/operator/login"}
"""Paths that refuse a body without a secret before they read the query."""


def address(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


async def test_what_the_document_allows_is_answered_as_it_says(api: Api, world: World) -> None:
    token = await world.staff("OWNER")
    for method, path, schema in WITH_BODY:
        for whole in (False, True):
            dry_run = (
                "?dry_run=1" if "dry_run" in str(DOCUMENT["paths"][path][method.lower()].get("parameters")) else ""
            )
            answer = await api.ask(method, address(path) + dry_run, example(schema, whole=whole), token=token)
            assert answer.status < 500, (method, path, whole, answer.body)


async def test_a_body_that_breaks_a_rule_is_refused_and_every_wrong_field_is_named(api: Api, world: World) -> None:
    token, unnamed = await world.staff("OWNER"), []
    for method, path, schema in WITH_BODY:
        for what, body, fields in broken_bodies(schema):
            answer = await api.ask(method, address(path), body, token=token)
            assert answer.status < 500, (method, path, what, answer.body)
            if not fields or (answer.status == 413 and len(orjson.dumps(body)) > BODY_BYTES):
                continue
            named = {one["field"].split(".")[0] for one in answer.error.get("errors", ())}
            if (answer.status, answer.code) != (400, "INVALID_REQUEST") or not fields <= named:
                unnamed.append((method, path, what, answer.status, sorted(fields - named)))
    assert unnamed == []


async def test_a_parameter_that_breaks_its_rule_is_named(api: Api, world: World) -> None:
    token, unnamed = await world.staff("OWNER"), []
    for method, path, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            value = broken_value(parameter["schema"]) if parameter["in"] == "query" else None
            if value is None or parameter["name"] in ANY_TEXT or path in BODY_FIRST:
                continue
            body: Any = None
            if "application/json" in operation.get("requestBody", {}).get("content", {}):
                body = example(operation["requestBody"]["content"]["application/json"]["schema"])
            others = "".join(
                f"&{one['name']}={example(one['schema'])}"
                for one in operation["parameters"]
                if one["in"] == "query" and one["required"] and one is not parameter
            )
            answer = await api.ask(
                method, f"{address(path)}?{parameter['name']}={quote(value)}{others}", body, token=token
            )
            named = {one["field"] for one in answer.error.get("errors", ())} if answer.status == 400 else set()
            if parameter["name"] not in named:
                unnamed.append((method, path, parameter["name"], answer.status))
    assert unnamed == []


async def test_without_a_session_nothing_of_staff_is_answered(api: Api, world: World) -> None:
    for method, path, operation in OPERATIONS:
        if operation.get("security") and "401" in operation["responses"] and "/api/admin/" in path:
            answer = await api.ask(method, address(path), {} if method in ("POST", "PATCH", "PUT") else None)
            assert (answer.status, answer.code) == (401, "UNAUTHENTICATED"), (method, path)

"""The OpenAPI 3.1 document, built from the table of endpoints."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hub.rules.reasons import Reason
from hub.text.messages import MESSAGES
from web.api.endpoint import Endpoint
from web.api.examples import add_examples
from web.api.groups import BY_TAG
from web.api.links import add_links
from web.api.parameters import ID_SCHEMA, REFERENCE_SCHEMA, TOKEN_SCHEMA
from web.api.responses import Refusal
from web.statuses import status_of

VERSION = "0.1.0"
_PART = re.compile(r"\{([a-z_]+)(?::[^}]+)?\}")
_REF = "#/components/schemas/{model}"
_TEXT_PARTS = {
    "token": TOKEN_SCHEMA,
    "hash": {"type": "string", "pattern": "^[0-9a-f]+$", "minLength": 1, "maxLength": 128},
    "reference": REFERENCE_SCHEMA,
}
_PARTS = {
    "token": "The token of the entry, from its link.",
    "hash": "The hash of the poster, from the show's `poster_url`.",
    "reference": "The order's reference: the shop's own, or the one that the hub gave it.",
}
"""Parts of an address that are no numbers, and what they are."""
_LOCAL_TIME = {"format": "time-local", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}
"""A time of the venue's day. JSON Schema's own `time` has an offset from UTC."""
# Refusals that every endpoint may return.
_ALWAYS = (Reason.SERVICE_UNAVAILABLE, Reason.INTERNAL)
_SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "anyone": [{}],
    "holder": [{"reservation_token": []}, {"reservation_token_header": []}, {"session_cookie": []}, {"bearer": []}],
    "ticket holder": [{"ticket_code": []}, {"session_cookie": []}, {"bearer": []}],
    "operator": [{"session_cookie": []}, {"bearer": []}],
    "monitoring": [{}, {"bearer": []}],
}
_ABOUT = """JSON in, JSON out: `{"success": true, "data": ...}` or `{"success": false, "error": {"code", "message", ...}}`.
Programs use `code`; `message` is for people. Bodies have at most 10 KB. Dates are `YYYY-MM-DD`, times are `HH:MM:SS` in the
venue's time zone, and timestamps are RFC 3339 in UTC. Every response has an `X-Request-ID`. docs/protocol.md describes the
WebSocket at `/ws`."""


def build_document(endpoints: Iterable[Endpoint], public_url: str) -> dict[str, Any]:
    """Return the whole document as dictionaries and lists."""
    table = tuple(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in table:
        paths.setdefault(plain_path(endpoint.path), {})[endpoint.method.lower()] = _operation(endpoint)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Venue Hub",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "contact": {"name": "Whoever runs this hub", "url": public_url},
        },
        "servers": [{"url": public_url}],
        "tags": [
            {"name": tag, "description": BY_TAG[tag].about} for tag in dict.fromkeys(endpoint.tag for endpoint in table)
        ],
        "paths": paths,
        "components": {"schemas": _schemas(table), "securitySchemes": _security_schemes(), "headers": _headers()},
    }
    add_examples(document)
    add_links(document)
    return document


def plain_path(path: str) -> str:
    """Return aiohttp's path without the patterns of its parts."""
    return _PART.sub(r"{\1}", path)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.method.lower()}{re.sub(r'[^a-zA-Z0-9]+', '_', plain_path(endpoint.path))}".rstrip(
            "_"
        ),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": endpoint.about,
        "security": [*_SECURITY[endpoint.who], *([{"api_key": [endpoint.scope]}] if endpoint.scope else [])],
        "parameters": [*_path_parameters(endpoint), *_other_parameters(endpoint)],
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        schema = {"$ref": _REF.format(model=endpoint.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if endpoint.upload:
        file = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(endpoint.upload, file)}
    return {name: value for name, value in operation.items() if value not in ("", [])}


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = []
    for name in _PART.findall(endpoint.path):
        about = _PARTS.get(name) or f"The number of the {name.removesuffix('_id').replace('_', ' ')}."
        schema = _TEXT_PARTS.get(name, ID_SCHEMA)
        found.append({"name": name, "in": "path", "required": True, "description": about, "schema": dict(schema)})
    return found


def _other_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    # Parameters that prove an identity are listed under `security`.
    proofs = {"token", "X-Reservation-Token", "X-Ticket-Code"}
    return [
        {
            "name": parameter.name,
            "in": parameter.place,
            "required": parameter.required,
            "description": parameter.about,
            "schema": dict(parameter.schema),
        }
        for parameter in endpoint.parameters
        if parameter.name not in proofs
    ]


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    responses: dict[str, Any] = {str(endpoint.status): _success(endpoint)}
    if endpoint.status != 200 and any(parameter.name == "dry_run" for parameter in endpoint.parameters):
        responses["200"] = {**_success(endpoint), "description": "A dry run: nothing was made."}
    if endpoint.not_modified:
        responses["304"] = {"description": "Unchanged since the `ETag` in the request."}
    by_status: dict[int, list[Reason]] = {}
    for reason in (*endpoint.refusals, *_ALWAYS):
        reasons = by_status.setdefault(status_of(reason, endpoint.statuses), [])
        if reason not in reasons:
            reasons.append(reason)
    for status, reasons in sorted(by_status.items()):
        responses[str(status)] = _refusal(status, tuple(reasons))
    if endpoint.path == "/readyz":
        responses["503"] = {**_success(endpoint), "description": "Not ready."}
    return responses


def _success(endpoint: Endpoint) -> dict[str, Any]:
    headers = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
    if isinstance(endpoint.response, tuple):
        content = {kind: {"schema": {"type": "string"}} for kind in endpoint.response}
        return {"description": "Done.", "headers": headers, "content": content}
    content = {"application/json": {"schema": {"$ref": _REF.format(model=endpoint.response.__name__)}}}
    if any(parameter.name == "format" for parameter in endpoint.parameters):
        content["text/csv"] = {"schema": {"type": "string"}}
    return {"description": "Done.", "headers": headers, "content": content}


@cache
def _refusal(status: int, reasons: tuple[Reason, ...]) -> dict[str, Any]:
    lines = [f"- `{reason.value}`: {MESSAGES[reason]}" for reason in reasons]
    codes = {"properties": {"error": {"properties": {"code": {"enum": [reason.value for reason in reasons]}}}}}
    schema = {"allOf": [{"$ref": _REF.format(model=Refusal.__name__)}, codes]}
    headers = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": "\n".join(lines),
        "headers": headers,
        "content": {"application/json": {"schema": schema}},
    }


def _schemas(table: tuple[Endpoint, ...]) -> dict[str, Any]:
    bodies = {endpoint.body for endpoint in table if endpoint.body is not None}
    responses = {endpoint.response for endpoint in table if not isinstance(endpoint.response, tuple)} | {Refusal}
    return _definitions(frozenset(bodies), frozenset(responses))


@cache
def _definitions(bodies: frozenset[type[BaseModel]], responses: frozenset[type[BaseModel]]) -> dict[str, Any]:
    """Return the schemas of all models. Cached, because they are most of the document's cost."""
    _, definitions = models_json_schema(
        [
            *((model, "validation") for model in sorted(bodies, key=lambda model: model.__name__)),
            *((model, "serialization") for model in sorted(responses, key=lambda model: model.__name__)),
        ],
        ref_template=_REF,
    )
    found: dict[str, Any] = _with_local_times(definitions["$defs"])
    return found


def _with_local_times(schema: Any) -> Any:
    """Return the schema with the format and pattern of times of day without an offset."""
    if isinstance(schema, list):
        return [_with_local_times(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _with_local_times(value) for name, value in schema.items()}
    return found | _LOCAL_TIME if found.get("format") == "time" else found


def _security_schemes() -> dict[str, Any]:
    return {
        "session_cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": "hub_session",
            "description": "The cookie that sign-in sets. Over https its name is `__Host-hub_session`.",
        },
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The token that sign-in returns.",
        },
        "api_key": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "vh_...",
            "description": "An API key of a shop or another system, with the scope that is named. Administrators make them.",
        },
        "reservation_token": {"type": "apiKey", "in": "query", "name": "token"},
        "reservation_token_header": {"type": "apiKey", "in": "header", "name": "X-Reservation-Token"},
        "ticket_code": {"type": "apiKey", "in": "header", "name": "X-Ticket-Code"},
    }


def _headers() -> dict[str, Any]:
    return {
        "RequestId": {"description": "Identifies this request in the hub's log.", "schema": {"type": "string"}},
        "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    }

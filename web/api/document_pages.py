"""The pages of the API documentation: a page to start with, and one for each group of operations."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import orjson
from markupsafe import Markup, escape

from web.api.examples import example_of, parameter_example
from web.api.groups import BY_TAG, GROUPS
from web.api.schema_references import reached_schemas

FOLDER = Path(__file__).resolve().parent / "docs"
_HEADER_PROOFS = {"reservation_token_header": "X-Reservation-Token", "ticket_code": "X-Ticket-Code"}
_CODE_LINE = re.compile(r"- `([A-Z_]+)`: (.*)")


@lru_cache(maxsize=1)
def render_pages(openapi: bytes) -> dict[str, bytes]:
    """Return the pages by name; the start page has none. Cached for all hubs of a process: no page shows the hub's URL."""
    # The input is only the table of endpoints; it is escaped all the same.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"model": _model, "type": _type, "words": _words}
    document = orjson.loads(openapi)
    shared = {"api": document, "groups": GROUPS}
    pages = {"": environment.get_template("index.html").render(**shared, here="").encode()}
    where = {one["operationId"]: one for one in _operations(document)}
    template = environment.get_template("group.html")
    for group in GROUPS:
        operations = [_shown(one, document, where) for one in where.values() if group.tag in one["tags"]]
        schemas = reached_schemas([one["raw"] for one in operations], document["components"]["schemas"])
        html = template.render(**shared, here=group.slug, group=group, operations=operations, schemas=schemas)
        pages[group.slug] = html.encode()
    return pages


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield {**operation, "method": method.upper(), "path": path}


def _shown(one: dict[str, Any], document: Mapping[str, Any], where: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation as its template shows it."""
    schemas = document["components"]["schemas"]
    proofs = [proof for way in one["security"] for proof in way]
    content = one.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {})
    parameters = [{**each, "example": parameter_example(each)} for each in one.get("parameters", ())]
    success = one["responses"].get("200") or one["responses"].get("201") or {}
    answer = success.get("content", {}).get("application/json")
    shown = {
        **one,
        "raw": one,
        "proofs": proofs,
        "headers": [_HEADER_PROOFS[proof] for proof in proofs if proof in _HEADER_PROOFS],
        "parameters": parameters,
        "body_kinds": list(content),
        "body_schema": body.get("schema"),
        "body": _pretty(body["example"]) if body else "",
        "answer": _pretty(example_of(answer["schema"], schemas, whole=True)) if answer else "",
        "responses": {status: _response(each, where) for status, each in one["responses"].items()},
    }
    return {**shown, "curl": _curl(shown)}


def _response(response: Mapping[str, Any], where: Mapping[str, Any]) -> dict[str, Any]:
    found = [_CODE_LINE.fullmatch(line) for line in response["description"].split("\n")]
    return {
        "description": response["description"],
        "codes": [(line[1], line[2]) for line in found if line],
        "kinds": [(kind, content["schema"]) for kind, content in response.get("content", {}).items()],
        "links": [
            {"address": _address(where[link["operationId"]]), "summary": where[link["operationId"]]["summary"]}
            for link in response.get("links", {}).values()
        ],
    }


def _address(operation: Mapping[str, Any]) -> str:
    return f"/api/docs/{BY_TAG[operation['tags'][0]].slug}#{operation['operationId']}"


def _curl(one: Mapping[str, Any]) -> str:
    """Return the command that sends the example."""
    path = one["path"]
    asked = []
    words = ["curl"] if one["method"] == "GET" else [f"curl -X {one['method']}"]
    for each in one["parameters"]:
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", str(each["example"]))
        elif each["in"] == "query" and each["required"]:
            asked.append(f"{each['name']}={each['example']}")
    words.append(f"'https://hub.example.org{path}{'?' if asked else ''}{'&'.join(asked)}'")
    if "bearer" in one["proofs"] and not one["headers"]:
        words.append("-H 'Authorization: Bearer TOKEN'")
    words += [
        f"-H '{header}: {'TOKEN' if 'Token' in header else 'TKT-2026-7BC3KM-9RT4WT'}'" for header in one["headers"]
    ]
    if one["body"]:
        words += [
            "-H 'Content-Type: application/json'",
            f"-d '{json.dumps(json.loads(one['body']), ensure_ascii=False)}'",
        ]
    elif one["body_kinds"]:
        words += [f"-H 'Content-Type: {one['body_kinds'][0]}'", "--data-binary @FILE"]
    return " \\\n  ".join(words)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _words(text: str) -> Markup:
    """Return a sentence of the table, with code between grave accents."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text or ""))))  # noqa: S704 - escaped above


def _model(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type(schema: Mapping[str, Any]) -> str:
    """Return a schema in a few words: `integer from 1`, `string (date) or null`, `one of A, B`, `list of Slot`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(_type(one) for one in schema[several])
    if "const" in schema:
        return str(schema["const"]).lower()
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    format_ = f" ({schema['format']})" if "format" in schema else ""
    most = f" up to {schema['maxLength']}" if "maxLength" in schema else ""
    return f"{schema.get('type', 'anything')}{format_}{most}"

"""The rules that the API document keeps, as those of spectral and redocly: `python -m tests.support.document_rules` lists what breaks them.

Each rule yields a sentence for each place that breaks it. What clients send is bounded everywhere: text, numbers and lists.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.schema_validator import validator_of
from web.api.schema_references import nodes, reached_schemas, references

Document = dict[str, Any]
Schema = dict[str, Any]

FORMATS = {"date", "date-time", "time-local", "uuid", "binary", "email", "uri", "date-local"}
"""Formats of JSON Schema and of the OpenAPI format registry. `time` is not among them: it has an offset from UTC."""
_TEXT_BOUNDS = {"enum", "const", "format", "pattern", "maxLength"}
_LONGEST_SUMMARY = 90


def broken_rules(document: Document) -> list[str]:
    return [sentence for rule in RULES for sentence in rule(document)]


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def whole_information(document: Document) -> Iterator[str]:
    for name in ("title", "version", "description", "license", "contact"):
        if not document["info"].get(name):
            yield f"info has no {name}"
    for server in document["servers"]:
        if server["url"].endswith("/"):
            yield f"the server {server['url']} ends in a slash"


def described_groups(document: Document) -> Iterator[str]:
    tags = {tag["name"]: tag.get("description") for tag in document["tags"]}
    yield from (f"the group {name} has no description" for name, about in tags.items() if not about)
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    yield from (f"the group {name} is not in `tags`, or has no operation" for name in sorted(used ^ set(tags)))


def whole_operations(document: Document) -> Iterator[str]:
    seen: set[str] = set()
    for name, operation in operations(document):
        if (
            not re.fullmatch(r"[a-z][A-Za-z0-9_]*", operation.get("operationId", ""))
            or operation["operationId"] in seen
        ):
            yield f"{name}: the operationId is missing, strange or not its own"
        seen.add(operation["operationId"])
        summary = operation.get("summary", "")
        if not summary or len(summary) > _LONGEST_SUMMARY or summary.endswith("."):
            yield f"{name}: a summary has 1 to {_LONGEST_SUMMARY} characters and no full stop"
        if len(operation["tags"]) != 1:
            yield f"{name} is in {len(operation['tags'])} groups"
        if "security" not in operation:
            yield f"{name} does not say who may call it"
        statuses = set(operation["responses"])
        if not statuses & {"200", "201"}:
            yield f"{name} has no success"
        if (operation.get("requestBody") or _queries(operation)) and not any(one.startswith("4") for one in statuses):
            yield f"{name} takes something and refuses nothing"
        if {"operator"} & set(operation["tags"]) and "401" not in statuses:
            yield f"{name} is for staff and has no 401"


def plain_paths(document: Document) -> Iterator[str]:
    for path, methods in document["paths"].items():
        if path.endswith("/") or "?" in path or "//" in path:
            yield f"{path} ends in a slash or holds a query"
        parts = re.findall(r"\{(\w+)\}", path)
        for method, operation in methods.items():
            declared = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
            if sorted(declared) != sorted(parts):
                yield f"{method.upper()} {path}: the parts {parts} are declared as {declared}"


def described_parameters(document: Document) -> Iterator[str]:
    for name, operation in operations(document):
        places = [(one["name"], one["in"]) for one in operation.get("parameters", ())]
        if len(places) != len(set(places)):
            yield f"{name} declares a parameter twice"
        for one in operation.get("parameters", ()):
            if not one.get("description"):
                yield f"{name}: {one['name']} has no description"


def bounded_requests(document: Document) -> Iterator[str]:
    for name, operation in operations(document):
        for one in operation.get("parameters", ()):
            yield from _unbounded(one["schema"], f"{name}: {one['name']}")
    bodies = [operation.get("requestBody") for _, operation in operations(document)]
    for name, schema in reached_schemas(bodies, document["components"]["schemas"]).items():
        yield from _unbounded(schema, name)


def known_formats(document: Document) -> Iterator[str]:
    for place, node in nodes(document):
        if isinstance(node.get("format"), str) and node.get("type") == "string" and node["format"] not in FORMATS:
            yield f"{place} has the format {node['format']}"


def named_schemas(document: Document) -> Iterator[str]:
    known = document["components"]["schemas"]
    used = {one.rpartition("/")[2] for one in references(document) if "/schemas/" in one}
    yield from (f"the schema {name} is used nowhere" for name in sorted(set(known) - used))
    yield from (f"the schema {name} is used and not there" for name in sorted(used - set(known)))
    yield from (
        f"the schema {name} has no plain name" for name in known if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)
    )


def true_examples(document: Document) -> Iterator[str]:
    """Every example is allowed by its own schema, and every JSON body has one."""
    for name, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        if "example" not in content:
            yield f"{name}: the body has no example"
        else:
            yield from _wrong_example(document, content["schema"], content["example"], f"{name}: the example")
    for place, node in nodes(document["components"]["schemas"]):
        examples = node.get("examples")
        for example in examples if isinstance(examples, list) else ():
            yield from _wrong_example(document, node, example, place)


def true_links(document: Document) -> Iterator[str]:
    """Every link leads to an operation that is there, and takes from the response what is in it."""
    known = {operation["operationId"]: operation for _, operation in operations(document)}
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            for link in response.get("links", {}).values():
                target = known.get(link["operationId"])
                if target is None:
                    yield f"{name} links to {link['operationId']}, which is not there"
                    continue
                needed = {f"path.{one['name']}" for one in target.get("parameters", ()) if one["in"] == "path"}
                if needed != set(link["parameters"]):
                    yield f"{name} ({status}) gives {link['operationId']} other parameters than {sorted(needed)}"


def whole_refusals(document: Document) -> Iterator[str]:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if not response.get("description"):
                yield f"{name}: {status} has no description"
            if status in ("429", "503") and "Retry-After" not in response.get("headers", {}) and "readyz" not in name:
                yield f"{name}: {status} does not say when to try again"
            if int(status) >= 400 and "application/json" not in response.get("content", {}):
                yield f"{name}: {status} has no body"


RULES: tuple[Callable[[Document], Iterator[str]], ...] = (
    whole_information, described_groups, whole_operations, plain_paths, described_parameters, bounded_requests, known_formats,
    named_schemas, true_examples, true_links, whole_refusals,
)  # fmt: skip


def _queries(operation: Document) -> bool:
    return any(one["in"] == "query" for one in operation.get("parameters", ()))


def _unbounded(schema: Schema, place: str) -> Iterator[str]:
    for where, node in nodes(schema, place):
        match node.get("type"):
            case "string" if not _TEXT_BOUNDS & set(node):
                yield f"{where} is a text without an end"
            case "integer" | "number" if not {"enum", "const"} & set(node):
                if not {"maximum", "exclusiveMaximum"} & set(node) or not {"minimum", "exclusiveMinimum"} & set(node):
                    yield f"{where} is a number without bounds"
            case "array" if "maxItems" not in node:
                yield f"{where} is a list without an end"


def _wrong_example(document: Document, schema: Schema, example: Any, place: str) -> Iterator[str]:
    for error in validator_of(schema, document).iter_errors(example):
        yield f"{place}: {error.message[:120]}"


if __name__ == "__main__":
    from web.api.openapi import build_document
    from web.api.table import ENDPOINTS

    found = broken_rules(build_document(ENDPOINTS, "http://127.0.0.1:8080"))
    for sentence in found:
        print(sentence)
    sys.exit(bool(found))

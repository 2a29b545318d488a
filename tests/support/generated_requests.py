"""Requests made from the OpenAPI document: bodies that it allows, and bodies and parameters that break one of its rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.api_client import DOCUMENT
from tests.support.schema_validator import validator_of

Schema = dict[str, Any]

EXAMPLES: dict[str, Any] = {
    "date": "2026-12-01",
    "time-local": "20:00:00",
    "date-time": "2026-11-25T10:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "john@example.com",
}
"""A text of each format."""
BY_NAME: dict[str, Any] = {
    "timezone": "Europe/Rome",
    "country": "IT",
    "language": "en",
    "slug": "museum",
    "opens": "10:00",
    "closes": "18:00",
    "open": "10:00",
    "close": "18:00",
    "start_time": "20:00:00",
    "end_time": "22:00:00",
    "username": "nobody",
    "password": "correct horse",
}
"""A value of each field whose rule the schema cannot say."""
_OF_EACH_TYPE: tuple[Any, ...] = (True, 7.5, "x", [], {}, None, 7)


def resolved(schema: Schema) -> Schema:
    """Return a schema without a reference at its top."""
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def allows(schema: Schema, value: Any) -> bool:
    return validator_of(schema, DOCUMENT).is_valid(value)


def example(schema: Schema, name: str = "", *, whole: bool = False) -> Any:
    """Return a value that the schema allows: with the required fields of an object, or the `whole` of it."""
    schema = resolved(schema)
    if name in BY_NAME:
        return BY_NAME[name]
    for given in ("const", "default"):
        if schema.get(given) is not None:
            return schema[given]
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return next(value for value in schema["enum"] if value is not None)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            one = next(one for one in schema[several] if resolved(one).get("type") != "null")
            return example(
                {**one, **{key: value for key, value in schema.items() if key != several}}, name, whole=whole
            )
    match schema.get("type"):
        case "object":
            return {
                key: example(inner, key, whole=whole)
                for key, inner in schema.get("properties", {}).items()
                if whole or key in schema.get("required", ())
            }
        case "array":
            count = max(schema.get("minItems", 0), int(whole))
            return [example(schema["items"], name.removesuffix("s"), whole=whole) for _ in range(count)]
        case "string":
            text = EXAMPLES.get(schema.get("format", ""), "x")
            return text.ljust(schema.get("minLength", 0), "x")
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return "x"


def broken_bodies(schema: Schema) -> Iterator[tuple[str, dict[str, Any], set[str]]]:
    """Yield bodies that break one rule in every field that has it: what is wrong, the body, and the fields to be named."""
    schema = resolved(schema)
    good, fields = example(schema, whole=True), schema.get("properties", {})
    required = set(schema.get("required", ()))
    yield "missing", {}, required
    yield "unknown", {**good, "unheard_of": 1}, {"unheard_of"}
    for index, what in enumerate(("first wrong type", "last wrong type")):
        wrong = {name: [value for value in _OF_EACH_TYPE if not allows(inner, value)] for name, inner in fields.items()}
        wrong = {name: values for name, values in wrong.items() if values}
        yield what, {**good, **{name: values[-index] for name, values in wrong.items()}}, set(wrong)
    for what in ("minimum", "maximum", "minLength", "maxLength", "enum", "maxItems"):
        beyond = {name: _beyond(inner, what) for name, inner in fields.items()}
        beyond = {
            name: value for name, value in beyond.items() if value is not None and not allows(fields[name], value)
        }
        if beyond:
            yield what, {**good, **beyond}, set(beyond)


def broken_value(schema: Schema) -> str | None:
    """Return a text for a parameter that its schema does not allow; None if it allows every text."""
    if "enum" in schema:
        return "nonsense"
    match schema.get("type"), schema.get("format"):
        case ("integer", _):
            return str(schema["minimum"] - 1) if "minimum" in schema else "x"
        case ("string", "date"):
            return "2026-02-30"
        case ("string", _) if "maxLength" in schema:
            return "x" * (schema["maxLength"] + 1)
    return None


def _beyond(schema: Schema, what: str) -> Any:
    """Return a value just beyond a limit of the schema; None if it has no such limit."""
    schema = resolved(schema)
    for one in schema.get("anyOf", ()):
        found = _beyond(one, what)
        if found is not None:
            return found
    if what not in schema:
        return None
    limit = schema[what]
    match what:
        case "minimum":
            return limit - 1
        case "maximum":
            return limit + 1
        case "minLength":
            return "x" * (limit - 1) if limit else None
        case "maxLength":
            return "x" * (limit + 1)
        case "enum":
            return "NONSENSE" if isinstance(next(iter(limit)), str) else None
        case "maxItems":
            return [example(schema["items"], whole=True)] * (limit + 1) if limit <= 500 else None
    return None

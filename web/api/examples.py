"""Examples of requests and responses, made from their schemas: what the documentation shows and "Try it" begins with."""

from collections.abc import Mapping
from typing import Any

from web.api.request_examples import EXAMPLES

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]

_DEEPEST = 8
_OF_FORMAT = {
    "date": "2026-12-01",
    "time-local": "20:00:00",
    "date-time": "2026-11-25T10:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "binary": "...",
    "uri": "https://hub.example.org/r/6Yz4mQ",
}
_OF_NAME: Mapping[str, Any] = {
    "timezone": "Europe/Rome", "country": "IT", "language": "en", "slug": "museum", "gate": "A", "name": "Ada Lovelace",
    "title": "The Tempest", "username": "anna", "password": "correct horse battery", "pin": "482915", "opens": "10:00:00",
    "closes": "18:00:00", "open": "10:00", "close": "18:00", "start": "20:00:00", "start_time": "20:00:00", "end": "22:00:00",
    "end_time": "22:00:00", "times": "20:00", "email": "ada@example.com", "phone": "+12025551234", "address": "Via Roma 1, Rome",
    "text": "Dear guests, please use the side entrance.", "subject": "About your visit", "venue_name": "Museum",
    "operator": "Anna", "message": "Done.",
}  # fmt: skip
"""Values for fields whose rule the schema cannot say, or whose name says more than their type."""
_PATTERNED = {"X-Ticket-Code": "TKT-2026-7BC3KM-9RT4WT", "Idempotency-Key": "order-4711", "If-Match": '"3"'}


def example_of(schema: Schema, schemas: Schemas, name: str = "", *, whole: bool = False, depth: int = 0) -> Any:
    """Return a value that the schema allows: an object has its required fields, or with `whole` all of them."""
    if "$ref" in schema:
        return example_of(schemas[str(schema["$ref"]).rpartition("/")[2]], schemas, name, whole=whole, depth=depth)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next((value for value in schema["enum"] if value is not None), None)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            chosen = next((one for one in schema[several] if one.get("type") != "null"), schema[several][0])
            return example_of(chosen, schemas, name, whole=whole, depth=depth)
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, whole=whole, depth=depth)
        case "array":
            if depth >= _DEEPEST or not (whole or schema.get("minItems")):
                return []
            return [example_of(schema.get("items", {}), schemas, name.removesuffix("s"), whole=whole, depth=depth + 1)]
        case "string":
            return _text(schema, name)
        case "integer":
            return schema.get("default") or max(1, schema.get("minimum", 1))
        case "number":
            return schema.get("default") or 1.5
        case "boolean":
            return schema.get("default", False)
    return None


def parameter_example(parameter: Mapping[str, Any]) -> Any:
    """Return a value of a path, query or header parameter."""
    name, schema = parameter["name"], parameter["schema"]
    return _PATTERNED.get(name) or example_of(schema, {}, name)


def add_examples(document: dict[str, Any]) -> None:
    """Add an example to the JSON body of every request in the document."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                content["example"] = EXAMPLES.get((method.upper(), path)) or example_of(content["schema"], schemas)


def _object(schema: Schema, schemas: Schemas, *, whole: bool, depth: int) -> dict[str, Any]:
    if depth >= _DEEPEST:
        return {}
    fields, required = schema.get("properties", {}), schema.get("required", ())
    chosen = list(fields) if whole else list(required) or list(fields)[:2]
    return {name: example_of(fields[name], schemas, name, whole=whole, depth=depth + 1) for name in chosen}


def _text(schema: Schema, name: str) -> str:
    found = str(_OF_NAME.get(name) or schema.get("default") or _OF_FORMAT.get(str(schema.get("format"))) or "")
    if not found:
        found = "6Yz4mQ" if "token" in name or "cursor" in name else "text"
    least, most = schema.get("minLength", 0), schema.get("maxLength", 1000)
    return found.ljust(least, "x")[:most]

"""The maker of web/types/wire.d.ts: `python -m tests.support.wire_types` writes it from the OpenAPI document and the event bodies.

With it the type checker knows what each address of the API answers and what each topic of the socket sends.
"""

import json
import re
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from hub.live.protocol import event_bodies
from web.api.openapi import build_document
from web.api.table import ENDPOINTS

TARGET = Path(__file__).resolve().parents[2] / "web" / "types" / "wire.d.ts"

_HEAD = "// Written by `python -m tests.support.wire_types` from the OpenAPI document and hub/live/protocol/event_bodies.py.\n"
_NAMES = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}
_TYPES = {int: "number", float: "number", str: "string", bool: "boolean", date: "string", type(None): "null"}
# Fields of event bodies that are encoded already, and rows that an action builds.
_ROWS = {
    ("CountsBody", "slots"): "SlotCountBody[]",
    ("GateFigures", "reasons"): '[Decision["result"], string, number][]',
    ("DevicesBody", "gates"): "GateActivity[]",
    ("DevicesSnapshot", "gates"): "GateActivity[]",
    ("ScansBody", "scans"): "ScanBody[]",
    ("ScansSnapshot", "scans"): "ScanBody[]",
    ("AlertsBody", "alert"): "Alert",
    ("AlarmsBody", "alarm"): "Alarm",
    ("NoticesBody", "data"): "unknown",
    ("MessagesBody", "message"): "GateMessage",
    ("ConflictsBody", "conflict"): "Conflict",
    ("DisputesBody", "dispute"): "Dispute",
}
# A part of a path may have any text. Longer and plainer paths are tried first.
_PART = re.compile(r"\{[^}]+\}")


def declarations() -> str:
    """Return the text of the file: the API's schemas, the event bodies, and the response of each endpoint."""
    document = build_document(ENDPOINTS, "")
    schemas = document["components"]["schemas"]
    parts = [_of_schema(name, schemas[name]) for name in sorted(schemas)]
    bodies = sorted((name, body) for name, body in vars(event_bodies).items() if is_typeddict(body))
    parts += [_of_body(name, body) for name, body in bodies]
    parts.append(_answers(document["paths"]))
    return _HEAD + "declare namespace Wire {\n" + "".join(parts) + "}\n"


def _of_schema(name: str, schema: dict[str, Any]) -> str:
    if "properties" not in schema:
        return f"  type {name} = {_schema_type(schema)};\n"
    needed = schema.get("required", ())
    fields = (
        (f"{field}{'' if field in needed else '?'}", _schema_type(of)) for field, of in schema["properties"].items()
    )
    return _interface(name, fields)


def _of_body(name: str, body: Any) -> str:
    hints = get_type_hints(body)
    needed = body.__required_keys__
    fields = (
        (f"{field}{'' if field in needed else '?'}", _ROWS.get((name, field)) or _python_type(of))
        for field, of in hints.items()
    )
    return _interface(name, fields)


def _interface(name: str, fields: Any) -> str:
    return f"  interface {name} {{\n" + "".join(f"    {field}: {of};\n" for field, of in fields) + "  }\n"


def _schema_type(schema: dict[str, Any]) -> str:
    match schema:
        case {"$ref": reference}:
            return str(reference).rsplit("/", maxsplit=1)[-1]
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"const": value}:
            return json.dumps(value)
        case {"anyOf": choices}:
            return " | ".join(dict.fromkeys(_schema_type(choice) for choice in choices))
        case {"prefixItems": items}:
            return f"[{', '.join(_schema_type(item) for item in items)}]"
        case {"type": "array", "items": items}:
            return f"({_schema_type(items)})[]"
    return _NAMES.get(str(schema.get("type")), "Record<string, unknown>")


def _python_type(hint: Any) -> str:
    if is_typeddict(hint):
        return str(hint.__name__)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " | ".join(_python_type(each) for each in inner)
    return f"({_python_type(inner[0])})[]" if origin is list else _TYPES[hint]


def _answers(paths: dict[str, dict[str, Any]]) -> str:
    known = sorted(
        ((path, method.upper(), name) for path, methods in paths.items() for method, operation in methods.items()
         if (name := _answer(operation)) is not None),
        key=lambda one: (-one[0].count("/"), "{" in one[0], one),
    )  # fmt: skip
    lines = (
        f"    Call extends `{method} {_PART.sub('${string}', path)}${{Query}}` ? {name} :\n"
        for path, method, name in known
    )
    return (
        '  type Query = "" | `?${string}`;\n'
        "  /** What `METHOD /path` answers when it succeeds. */\n"
        f"  type AnswerTo<Call extends string> =\n{''.join(lines)}    unknown;\n"
    )


def _answer(operation: dict[str, Any]) -> str | None:
    for status, response in operation["responses"].items():
        schema = (
            response.get("content", {}).get("application/json", {}).get("schema") if status.startswith("2") else None
        )
        if schema is not None:
            return _schema_type(schema)
    return None


if __name__ == "__main__":
    TARGET.write_text(declarations(), encoding="utf-8")

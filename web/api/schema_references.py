"""References between the schemas of the API document: what a schema holds, and which schemas it reaches."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_VALUES = ("example", "examples", "default", "enum", "const")
"""What stands below these is a value and no schema."""


def nodes(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each dictionary of a schema and its place."""
    if isinstance(schema, dict):
        yield place, schema
        for name, inner in schema.items():
            if name not in _VALUES:
                yield from nodes(inner, f"{place}/{name}")
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from nodes(inner, f"{place}/{number}")


def references(schema: Any) -> set[str]:
    return {str(node["$ref"]) for _, node in nodes(schema) if isinstance(node.get("$ref"), str)}


def reached_schemas(begin: Iterable[Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the component schemas that these parts of the document reach, by name."""
    found: dict[str, Any] = {}
    waiting = [one for part in begin for one in _schema_references(part)]
    while waiting:
        name = waiting.pop().rpartition("/")[2]
        if name not in found:
            found[name] = known[name]
            waiting += _schema_references(known[name])
    return dict(sorted(found.items()))


def _schema_references(part: Any) -> list[str]:
    return [one for one in references(part) if "/schemas/" in one]

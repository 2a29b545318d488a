"""The links of the API document: which request may follow a response, and with which of its values."""

from collections.abc import Mapping
from typing import Any

_METHODS = ("get", "put", "patch", "delete")
_ALSO_NAMED = {"token": "waitlist_token"}
"""Path parameters that have another name in a response."""


def add_links(document: dict[str, Any]) -> None:
    """Add to each success response that names a thing below its own address the requests about that thing."""
    paths, schemas = document["paths"], document["components"]["schemas"]
    items = {path: path[path.index("{") + 1 : -1] for path in paths if path.count("{") == 1 and path.endswith("}")}
    for path, methods in paths.items():
        for operation in methods.values():
            for status in ("200", "201"):
                response = operation["responses"].get(status)
                fields = _data_fields(response, schemas) if response else {}
                links = {
                    paths[item][method]["operationId"]: {
                        "operationId": paths[item][method]["operationId"],
                        "parameters": {f"path.{part}": f"$response.body#/data/{field}"},
                    }
                    for item, part in items.items()
                    if (field := part if part in fields else _ALSO_NAMED.get(part, "")) in fields
                    and path.startswith(item.partition("/{")[0])
                    for method in _METHODS
                    if method in paths[item] and paths[item][method] is not operation
                }
                if response and links:
                    response["links"] = links


def _data_fields(response: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of `data` in a JSON response; {} for a list or a file."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    answer = schemas.get(str(schema.get("$ref", "")).rpartition("/")[2], {})
    data = schemas.get(str(answer.get("properties", {}).get("data", {}).get("$ref", "")).rpartition("/")[2], {})
    found: Mapping[str, Any] = data.get("properties", {})
    return found

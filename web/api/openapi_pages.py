"""The OpenAPI document over HTTP: the JSON, and an HTML page that uses no files from other sites."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import orjson
from aiohttp import web

from web.json_responses import JSON, dumps

_FOLDER = Path(__file__).resolve().parent / "docs"


@dataclass(frozen=True, slots=True)
class Served:
    body: bytes
    kind: str
    etag: str


@dataclass(frozen=True, slots=True)
class ServedDocument:
    document: Served
    page: Served
    style: Served


class ApiDocument:
    """The served document. It is built in a thread on the first request, because it takes 0.3 s and may never be needed."""

    def __init__(self, make: Callable[[], ServedDocument]) -> None:
        self._make = make
        self._making = asyncio.Lock()
        self._served: ServedDocument | None = None

    async def served(self) -> ServedDocument:
        async with self._making:
            if self._served is None:
                self._served = await asyncio.to_thread(self._make)
        return self._served


DOCUMENT: web.AppKey[ApiDocument] = web.AppKey("openapi")


async def show_document(request: web.Request) -> web.Response:
    return _answer(request, (await request.app[DOCUMENT].served()).document)


async def show_document_page(request: web.Request) -> web.Response:
    return _answer(request, (await request.app[DOCUMENT].served()).page)


async def show_style(request: web.Request) -> web.Response:
    return _answer(request, (await request.app[DOCUMENT].served()).style)


def render_document(openapi: dict[str, Any]) -> ServedDocument:
    """Return the JSON, the page and its style sheet, each with its entity tag."""
    html = _page(dumps({name: part for name, part in openapi.items() if name != "servers"}))
    return ServedDocument(
        _served(dumps(openapi), JSON),
        _served(html, "text/html; charset=utf-8"),
        _served((_FOLDER / "page.css").read_bytes(), "text/css; charset=utf-8"),
    )


@lru_cache(maxsize=1)
def _page(openapi: bytes) -> bytes:
    """Render the page. Cached for all hubs of a process, because the page does not show the hub's URL."""
    # The input is only the table of endpoints; it is escaped all the same.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.ChainableUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["model"] = lambda schema: str(schema.get("$ref", "")).rpartition("/")[2]
    environment.filters["type"] = _type
    environment.filters["codes"] = _codes
    return environment.get_template("page.html").render(api=orjson.loads(openapi)).encode()


def _answer(request: web.Request, served: Served) -> web.Response:
    headers = {"ETag": served.etag, "Cache-Control": "no-cache", "Content-Type": served.kind}
    if request.headers.get("If-None-Match") == served.etag:
        del headers["Content-Type"]
        return web.Response(status=304, headers=headers)
    return web.Response(body=served.body, headers=headers)


def _served(body: bytes, kind: str) -> Served:
    return Served(body, kind, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


def _type(schema: dict[str, Any]) -> str:
    """Return a schema in a few words: `integer`, `string (date) or null`, `one of A, B`, `list of Slot`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "const" in schema:
        return str(schema["const"]).lower()
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    format_ = f" ({schema['format']})" if "format" in schema else ""
    return f"{schema.get('type', 'anything')}{format_}"


def _codes(response: dict[str, Any]) -> list[str]:
    """Return the codes that a refusal may have."""
    for content in response.get("content", {}).values():
        for part in content["schema"].get("allOf", ()):
            if "properties" in part:
                return [str(code) for code in part["properties"]["error"]["properties"]["code"]["enum"]]
    return []

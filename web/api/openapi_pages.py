"""The OpenAPI document over HTTP: the JSON, and its pages, one for each group. They use no files from other sites."""

import asyncio
import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.document_pages import FOLDER, render_pages
from web.etags import client_has
from web.json_responses import dumps
from web.one_piece_response import JSON
from web.packed_responses import accepts_gzip
from web.pieced_body import write_in_pieces

_HTML, _CSS, _JS = "text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_DOCUMENT, _START = "openapi.json", ""


@dataclass(frozen=True, slots=True)
class Served:
    body: bytes
    packed: bytes
    kind: str
    etag: str


class ApiDocument:
    """The served document. It is built in a thread on the first request, because it takes a second and may never be needed."""

    def __init__(self, make: Callable[[], dict[str, Served]]) -> None:
        self._make = make
        self._making = asyncio.Lock()
        self._served: dict[str, Served] | None = None

    async def served(self, name: str) -> Served | None:
        async with self._making:
            if self._served is None:
                self._served = await asyncio.to_thread(self._make)
        return self._served.get(name)


DOCUMENT: web.AppKey[ApiDocument] = web.AppKey("openapi")


async def show_document(request: web.Request) -> web.Response:
    return await _answer(request, _DOCUMENT)


async def show_document_page(request: web.Request) -> web.Response:
    return await _answer(request, _START)


async def show_group_or_file(request: web.Request) -> web.Response:
    """Send the page of a group, or a file of the pages. Refuses NOT_FOUND."""
    return await _answer(request, request.match_info["name"])


def render_document(openapi: dict[str, Any]) -> dict[str, Served]:
    """Return all that is served, by name: the JSON, the pages and their files, each compressed once."""
    served = {_DOCUMENT: _served(dumps(openapi), JSON)}
    # Without what differs between hubs.
    info = {name: openapi["info"][name] for name in ("title", "version", "description")}
    whole = {name: part for name, part in openapi.items() if name != "servers"} | {"info": info}
    for slug, html in render_pages(dumps(whole)).items():
        served[slug] = _served(html, _HTML)
    served["page.css"] = _served((FOLDER / "page.css").read_bytes(), _CSS)
    served["try_it.js"] = _served((FOLDER / "try_it.js").read_bytes(), _JS)
    return served


async def _answer(request: web.Request, name: str) -> web.Response:
    served = await request.app[DOCUMENT].served(name)
    if served is None:
        raise Refused(Reason.NOT_FOUND)
    headers = {"ETag": served.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if client_has(request, served.etag):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = served.kind
    if accepts_gzip(request):
        packed = {"Content-Encoding": "gzip", "ETag": f"W/{served.etag}"}
        response = web.Response(body=served.packed, headers={**headers, **packed})
    else:
        response = web.Response(body=served.body, headers=headers)
    write_in_pieces(response)
    return response


def _served(body: bytes, kind: str) -> Served:
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Served(body, gzip.compress(body, 6, mtime=0), kind, etag)

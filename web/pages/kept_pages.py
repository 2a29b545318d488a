"""Kept pages: the pages that anybody may ask for at any rate, rendered once for each language and region.

What differs between two requests, such as the time and a ticket code, is filled into the rendered text. Rendering takes ten
times as long, and compressing longer still: without this, visitors who load the first page again and again delay the gates.
"""

from __future__ import annotations

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import aiohttp_jinja2
from aiohttp import web
from markupsafe import escape

from web.pages.page_language import language_context

MOST_KEPT = 128
"""English is written in about a hundred regions. One page takes 10 to 40 KB."""
MOST_PACKED = 32
COMPRESSION = 6
# Characters for private use: a template leaves them as they are, and the name between them is no HTML.
_START, _END = "\ue000", "\ue001"
_MARK = re.compile(f"{_START}([a-z0-9_]+){_END}")

Made = TypeVar("Made")
_Known = OrderedDict[tuple[Hashable, ...], Made]


class KeptPages:
    def __init__(self) -> None:
        self._rendered: _Known[list[str]] = OrderedDict()
        self._packed: _Known[bytes] = OrderedDict()

    def page(
        self,
        request: web.Request,
        template: str,
        filled: Mapping[str, str],
        *,
        status: int = 200,
        packed: bool = False,
        **facts: Hashable,
    ) -> web.Response:
        """Return the page of a template. It may print the values of `filled`, but decide by `facts` alone.

        `packed`: compress it where the browser can read that. Not for a page that holds a secret (BREACH).
        """
        context = language_context(request)
        values = {**filled, **{f"language_{n}": other["url"] for n, other in enumerate(context["languages"])}}
        name = (template, context["language"], context["locale"], *sorted(facts.items()))
        parts = _recall(self._rendered, name, MOST_KEPT, lambda: _render(request, template, context, filled, facts))
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": context["html_lang"],
            "Vary": "Accept-Language, Cookie",
            "Cache-Control": "no-store",
        }
        if packed and "gzip" in request.headers.get("Accept-Encoding", "").lower():
            headers["Content-Encoding"] = "gzip"
            body = _recall(
                self._packed, (*name, *sorted(values.items())), MOST_PACKED,
                lambda: gzip.compress(_fill(parts, values), COMPRESSION, mtime=0),
            )  # fmt: skip
            return web.Response(body=body, status=status, headers=headers)
        return web.Response(body=_fill(parts, values), status=status, headers=headers)


KEPT_PAGES: web.AppKey[KeptPages] = web.AppKey("kept_pages")


def kept_page(
    request: web.Request,
    template: str,
    filled: Mapping[str, str],
    *,
    status: int = 200,
    packed: bool = False,
    **facts: Hashable,
) -> web.Response:
    """Return a kept page of this hub, as `KeptPages.page` does."""
    return request.app[KEPT_PAGES].page(request, template, filled, status=status, packed=packed, **facts)


def _render(
    request: web.Request,
    template: str,
    context: dict[str, Any],
    filled: Mapping[str, str],
    facts: Mapping[str, Hashable],
) -> list[str]:
    """Return the rendered text in parts: every second one is the name of a value."""
    languages = [{**other, "url": _mark(f"language_{n}")} for n, other in enumerate(context["languages"])]
    marks = {name: _mark(name) for name in filled}
    text = aiohttp_jinja2.render_string(template, request, {**context, "languages": languages, **marks, **facts})
    return _MARK.split(text)


def _mark(name: str) -> str:
    return f"{_START}{name}{_END}"


def _fill(parts: list[str], values: Mapping[str, str]) -> bytes:
    filled = parts.copy()
    filled[1::2] = [escape(values[name]) for name in parts[1::2]]
    return "".join(filled).encode()


def _recall(known: _Known[Made], name: tuple[Hashable, ...], most: int, make: Callable[[], Made]) -> Made:
    """Return what is kept under a name, or make and keep it. Beyond `most`, what was used least recently is forgotten."""
    made = known.get(name)
    if made is not None:
        known.move_to_end(name)
        return made
    made = make()
    while len(known) >= most:
        known.popitem(last=False)
    known[name] = made
    return made

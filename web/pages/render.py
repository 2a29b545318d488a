"""Rendering of pages from templates. The middleware adds the security headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from web.pages.kept_pages import KEPT_PAGES, KeptPages
from web.pages.page_files import join_page_files
from web.pages.page_language import add_language, language_context
from web.pages.page_turns import PAGE_TURNS, PageTurns
from web.pages.static_files import STATIC

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def setup_templates(app: web.Application) -> None:
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = STATIC.url
    environment.filters["page_files"] = join_page_files
    add_language(environment)
    app[KEPT_PAGES] = KeptPages()
    app[PAGE_TURNS] = PageTurns()


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    context = {**language_context(request), **context}
    response = aiohttp_jinja2.render_template(template, request, context, status=status)
    response.headers["Content-Language"] = context["html_lang"]
    response.headers["Vary"] = "Accept-Language, Cookie"
    # Pages hold the hash of the static files and the signed-in user, so browsers must fetch them every time.
    response.headers["Cache-Control"] = "no-store"
    return response

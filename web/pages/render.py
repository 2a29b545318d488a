"""The rendering of a page. The security headers, Content-Security-Policy first, are put on by web.headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from web.pages.page_language import context_of, teach
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
    teach(environment)


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    context = {**context_of(request), **context}
    response = aiohttp_jinja2.render_template(template, request, context, status=status)
    response.headers["Content-Language"] = context["html_lang"]
    response.headers["Vary"] = "Accept-Language, Cookie"
    # Pages name the static files' hash and who is signed in: always asked for anew.
    response.headers["Cache-Control"] = "no-store"
    return response

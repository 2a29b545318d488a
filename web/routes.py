"""The HTTP routes: adds the API, the pages and the middleware to the application."""

from aiohttp import web

from hub.settings import Settings
from web.api import openapi_pages
from web.api.openapi import build_document
from web.api.reporting.table import HEALTH_ENDPOINTS
from web.api.table import ENDPOINTS
from web.middleware.headers import api_head, header_setter
from web.middleware.request_ring import request_ring
from web.middleware.unreadable_requests import answer_unreadable_requests
from web.one_piece_response import API_HEAD
from web.pages.render import setup_templates
from web.pages.routes import page_routes


def add_health_routes(app: web.Application, settings: Settings) -> None:
    """Add health and metrics alone, for a process that runs the jobs."""
    answer_unreadable_requests()
    app.middlewares.append(request_ring)
    app.on_response_prepare.append(header_setter(settings))
    app[API_HEAD] = api_head(settings)
    app.add_routes([endpoint.route() for endpoint in HEALTH_ENDPOINTS])


def add_routes(app: web.Application, settings: Settings) -> None:
    """Add the API, the pages, their headers and the middleware to a new application."""
    answer_unreadable_requests()
    app.middlewares.append(request_ring)
    app.on_response_prepare.append(header_setter(settings))
    app[API_HEAD] = api_head(settings)
    app[openapi_pages.DOCUMENT] = openapi_pages.ApiDocument(
        lambda: openapi_pages.render_document(build_document(ENDPOINTS, settings.public_url))
    )
    app.add_routes([endpoint.route() for endpoint in ENDPOINTS])
    app.router.add_get("/api/docs/{name:[a-z_.-]+}", openapi_pages.show_group_or_file)
    setup_templates(app)
    app.add_routes(page_routes())

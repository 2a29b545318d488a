"""The pages: what a browser gets as HTML. Handlers stay thin; the pages talk to the JSON API and the socket."""

from web.pages.render import setup_templates
from web.pages.routes import page_routes

__all__ = ["page_routes", "setup_templates"]

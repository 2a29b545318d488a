"""Form addresses: a browser shows an address that only takes a form after the form was refused. Entered or reloaded, it leads to the page
with the form.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from web.api.endpoint import Handler
from web.redirects import see_other


def pages_of_forms(routes: Sequence[web.RouteDef], elsewhere: dict[str, str]) -> list[web.RouteDef]:
    """Return a GET route for each path that only has POST. It redirects to the nearest path above that has a page.

    `elsewhere` names the page of a path, and of all paths below it, whose form is on another page.
    """
    pages = {route.path for route in routes if route.method == "GET"}
    forms = dict.fromkeys(route.path for route in routes if route.method == "POST" and route.path not in pages)
    return [web.get(path, _way_to_page(path, pages, elsewhere)) for path in forms]


def _way_to_page(path: str, pages: set[str], elsewhere: dict[str, str]) -> Handler:
    above, dropped = path, 0
    while above not in pages and above not in elsewhere:
        above, dropped = above.rpartition("/")[0], dropped + 1
        if not above:
            raise ValueError(f"{path} has no page above it: name the page of its form")

    async def lead_to_page(request: web.Request) -> web.Response:
        page = elsewhere.get(above) or request.rel_url.raw_path.rsplit("/", dropped)[0]
        return see_other(f"{page}?{request.query_string}" if request.query_string else page)

    return lead_to_page

"""For search engines: the sitemap of public pages, and what they should leave alone."""

from __future__ import annotations

from xml.sax.saxutils import escape

from aiohttp import web

from hub.actions.shows.read_shows import list_shows
from hub.text.languages import LANGUAGES, html_lang
from web.keys import SERVICES

_PRIVATE = (
    "/api/",
    "/admin",
    "/b/",
    "/dev/",
    "/manager",
    "/operator/",
    "/r/",
    "/invitation/",
    "/reserve/",
    "/shows/*/book/",
    "/w/",
    "/waiting-room",
    "/ws",
)


async def send_sitemap(request: web.Request) -> web.Response:
    """Send the addresses of the home page, of what is on, and of every published show with a performance to come."""
    services = request.app[SERVICES]
    public_url = services.settings.public_url
    organisations = sorted(await services.venues.organisations())
    entries = [_entry(f"{public_url}/", "")]
    for org_id in organisations:
        shows = await list_shows(services, org_id)
        if shows:
            which = f"?orq={org_id}" if len(organisations) > 1 else ""
            entries.append(_entry(f"{public_url}/shows{which}", ""))
        entries += [_entry(f"{public_url}/shows/{show.show_id}", f"{show.updated_at:%Y-%m-%d}") for show in shows]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{"".join(entries)}</urlset>\n'
    )
    return web.Response(
        text=text, content_type="application/xml", charset="utf-8", headers={"Cache-Control": "public, max-age=600"}
    )


async def send_robots(request: web.Request) -> web.Response:
    public_url = request.app[SERVICES].settings.public_url
    forbidden = "".join(f"Disallow: {path}\n" for path in _PRIVATE)
    text = f"User-agent: *\n{forbidden}\nSitemap: {public_url}/sitemap.xml\n"
    return web.Response(text=text, content_type="text/plain", headers={"Cache-Control": "public, max-age=86400"})


def _entry(address: str, changed: str) -> str:
    joint = "&" if "?" in address else "?"
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{html_lang(one)}" href="{escape(f"{address}{joint}lang={html_lang(one)}")}"/>'
        for one in LANGUAGES
    )
    when = f"<lastmod>{changed}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{when}{others}</url>\n"

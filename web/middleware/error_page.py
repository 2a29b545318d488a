"""The error page: a refusal as HTML, for requests that accept HTML."""

from html import escape

import orjson
from aiohttp import web

from hub.rules.reasons import Reason
from hub.text.languages import LANGUAGES, N_, OWN_NAMES, html_lang, spoken, translator
from web.pages.static_files import STATIC

_MACHINES = ("/api/", "/venue/", "/ws", "/metrics", "/healthz", "/readyz")
_HEADINGS = {
    Reason.NOT_FOUND: N_("There is no page at this address"),
    Reason.INTERNAL: N_("Something went wrong on our side"),
    Reason.SERVICE_UNAVAILABLE: N_("We cannot answer just now"),
    Reason.RATE_LIMITED: N_("A moment, please"),
}
_OTHERWISE = N_("This did not work")
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading} - Venue Hub</title>
{icon}{styles}</head>
<body>
<header class="masthead"><a class="brand" href="/">{logo}Venue Hub</a>{languages}</header>
<main id="main"><div class="page apology">
<h1>{heading}</h1>
<p>{message}</p>
<p class="buttons"><a class="button" href="/">{start}</a>{ways}</p>
{incident}</div></main>
</body>
</html>
"""


_WAYS = (
    ("/reserve", N_("Book a visit")),
    ("/reserve/again", N_("Get your confirmation again")),
    ("/shows", N_("What's on")),
)
"""Ways on from an address without a page."""


def wants_page(request: web.Request) -> bool:
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith(_MACHINES)


def error_page(refusal: web.Response) -> web.Response:
    """Return a page with the same refusal, status and headers."""
    assert isinstance(refusal.body, bytes)
    missing = refusal.status == 404
    error = orjson.loads(refusal.body)["error"]
    language = spoken.get()
    _ = translator(language).gettext
    heading = _(_HEADINGS.get(Reason(error["code"]), _OTHERWISE))
    reference = escape(_("Reference:"))
    incident = (
        f'<p class="soft">{reference} <code>{escape(error["incident"])}</code></p>\n' if "incident" in error else ""
    )
    message = _("The link may be old or not complete. Here is where to go on.") if missing else error["message"]
    ways = "".join(f'<a class="button quiet" href="{path}">{escape(_(words))}</a>' for path, words in _WAYS)
    logo, icon = _logo()
    text = _PAGE.format(
        language=html_lang(language), heading=escape(heading), message=escape(message), logo=logo, icon=icon,
        languages=_languages(language), ways=ways if missing else "", start=escape(_("Go to the home page")),
        incident=incident, styles=_styles(),
    )  # fmt: skip
    page = web.Response(body=text.encode(), status=refusal.status, headers=refusal.headers)
    page.headers["Content-Type"] = "text/html; charset=utf-8"
    return page


def _languages(language: str) -> str:
    """Return the links to this address in the other languages."""
    return "".join(
        f'<a class="language" href="?lang={html_lang(other)}" hreflang="{html_lang(other)}" lang="{html_lang(other)}">'
        f"{escape(OWN_NAMES[other])}</a>"
        for other in LANGUAGES
        if other != language
    )


def _logo() -> tuple[str, str]:
    """Return the logo and the page's icon, or nothing without the file: the error page must not fail because of it."""
    try:
        address = STATIC.url("icon.svg")
    except KeyError:
        return "", ""
    return (
        f'<img src="{address}" alt="" width="30" height="30">',
        f'<link rel="icon" href="{address}" type="image/svg+xml">\n',
    )


def _styles() -> str:
    """Return the links to the style sheets, without missing files: the error page must not fail because of one."""
    links = []
    for name in ("css/base/tokens.css", "css/base/controls.css"):
        try:
            links.append(f'<link rel="stylesheet" href="{STATIC.url(name)}">\n')
        except KeyError:
            continue
    return "".join(links)

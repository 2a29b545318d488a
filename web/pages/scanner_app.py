"""The scanner as an installable web app: its manifest, and the service worker that caches its files."""

from __future__ import annotations

import json
import re

from aiohttp import web

from hub.text.languages import html_lang, translator
from web.pages.page_language import script_and_imports
from web.pages.render import TEMPLATES
from web.pages.static_files import STATIC, STATIC_ROOT

_PAGE = ("layout.html", "scan.html")
_TRAINING = (*_PAGE, "training.html")
_SHEET = re.compile(r"""static\('(css/[^']+\.css)'\)""")
_PICTURES = ("icons.svg", "icon.svg")
_READER = "js/features/scan/reader_worker.js"
_ENGINE = "vendor/zxing-wasm-3.1.4/reader/zxing_reader.wasm"
_DUSK = "#0b1020"


def shell() -> list[str]:
    """Return the URLs of all files that the scanner's page needs, at work and in training."""
    sheets = [STATIC.joined_url(_sheets_of(templates)) for templates in (_PAGE, _TRAINING)]
    scripts = script_and_imports(("js/app/scan.js", "js/app/training.js", _READER))
    return [*sheets, *(STATIC.url(name) for name in (*_PICTURES, *sorted(scripts), _ENGINE))]


def _sheets_of(templates: tuple[str, ...]) -> list[str]:
    return [name for one in templates for name in _SHEET.findall((TEMPLATES / one).read_text(encoding="utf-8"))]


async def send_service_worker(_request: web.Request) -> web.Response:
    source = (STATIC_ROOT / "js" / "app" / "service_worker.js").read_text(encoding="utf-8")
    known = json.dumps({"version": STATIC.version, "files": shell()})
    return web.Response(
        text=f"const SHELL = {known};\n{source}",
        content_type="text/javascript",
        # The browser compares this with the installed worker on every visit; a new version has new files.
        headers={"Cache-Control": "no-cache"},
    )


async def send_manifest(request: web.Request) -> web.Response:
    language: str = request["language"]
    name = translator(language).gettext("Scanner")
    icons = [
        {"src": STATIC.url(f"icons/scanner-{kind}.png"), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for kind, sizes, purpose in (
            ("192", "192x192", "any"),
            ("512", "512x512", "any"),
            ("maskable-512", "512x512", "maskable"),
        )
    ]
    body = {
        "id": "/operator/scan",
        "name": f"Venue Hub {name}",
        "short_name": name,
        "lang": html_lang(language),
        "start_url": "/operator/scan",
        "scope": "/operator/",
        "display": "standalone",
        "background_color": _DUSK,
        "theme_color": _DUSK,
        "icons": icons,
    }
    return web.json_response(
        body,
        content_type="application/manifest+json",
        headers={"Vary": "Accept-Language, Cookie", "Cache-Control": "no-cache"},
    )

"""The language of a page: the reader's language, links to the other languages, and the texts for its scripts."""

import gzip
import hashlib
import json
import posixpath
import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web
from markupsafe import Markup

from hub.text import languages
from hub.text.languages import LANGUAGES, OWN_NAMES, catalogue_path, html_lang, translator
from hub.text.phone_countries import spaced
from web.pages.static_files import FOREVER, STATIC, STATIC_ROOT

_SCRIPT = re.compile(r'<script[^>]*\bsrc="/static/[0-9a-f]+/(js/[^"]+)"')
_IMPORT = re.compile(r"""(?:^\s*(?:import|export)\b[^;]*?|\bimport\s*\(\s*)["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)

_IMPORT_AT_ONCE = re.compile(r"""^\s*(?:import|export)\b(?!\s*\()[^;]*?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def add_language(environment: jinja2.Environment) -> None:
    """Add `_()`, `ngettext()` and `{% trans %}` to the templates, and the filters `day`, `short_day`, `month`, `month_day`, `clock`,
    `moment`, `number`, `as_written` and `spaced_phone`.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["day"] = _day
    environment.filters["short_day"] = _short_day
    environment.filters["month"] = _month
    environment.filters["month_day"] = _month_day
    environment.filters["clock"] = _clock
    environment.filters["moment"] = _moment
    environment.filters["number"] = _number
    environment.filters["as_written"] = _as_written
    environment.filters["spaced_phone"] = spaced
    environment.globals["script_texts"] = _script_texts
    environment.globals["span"] = _span
    environment.globals["month_span"] = _month_span
    environment.globals["weekday_heads"] = _weekday_heads


def language_context(request: web.Request) -> dict[str, Any]:
    """Return the context variables `language`, `html_lang`, `locale`, `week_start`, the other `languages`, and
    the `gap` between two sentences."""
    language: str = request["language"]
    locale = languages.best_locale(request.headers.get("Accept-Language"), language)
    kept = [(name, value) for name, value in request.query.items() if name != "lang"]
    others = [
        {
            "lang": html_lang(other),
            "name": OWN_NAMES[other],
            "url": "?" + urlencode([*kept, ("lang", html_lang(other))]),
        }
        for other in LANGUAGES
        if other != language
    ]
    return {
        "language": language,
        "html_lang": html_lang(language),
        "locale": locale,
        "browser_locale": html_lang(locale),
        "week_start": languages.first_week_day(locale),
        "languages": others,
        "gap": languages.sentence_gap(language),
    }


@jinja2.pass_context
def _gettext(context: jinja2.runtime.Context, text: str) -> str:
    return translator(context["language"]).gettext(text)


@jinja2.pass_context
def _ngettext(context: jinja2.runtime.Context, one: str, many: str, count: int) -> str:
    return translator(context["language"]).ngettext(one, many, count)


@jinja2.pass_context
def _day(context: jinja2.runtime.Context, value: Any) -> str:
    return languages.format_day(value, context["locale"])


@jinja2.pass_context
def _short_day(context: jinja2.runtime.Context, value: Any) -> str:
    return languages.format_short_day(value, context["locale"])


@jinja2.pass_context
def _moment(context: jinja2.runtime.Context, value: Any, timezone: str) -> str:
    return languages.format_moment(value, ZoneInfo(timezone), context["locale"])


@jinja2.pass_context
def _month(context: jinja2.runtime.Context, value: Any) -> str:
    return languages.format_month(value, context["locale"])


@jinja2.pass_context
def _month_day(context: jinja2.runtime.Context, value: Any) -> str:
    return languages.format_month_day(value, context["locale"])


@jinja2.pass_context
def _month_span(context: jinja2.runtime.Context, first: Any, last: Any) -> str:
    return languages.format_months(first, last, context["locale"])


@jinja2.pass_context
def _clock(context: jinja2.runtime.Context, value: Any) -> str:
    return languages.format_time(value, context["locale"])


@jinja2.pass_context
def _span(context: jinja2.runtime.Context, start: Any, end: Any) -> str:
    return languages.format_span(start, end, context["locale"])


@jinja2.pass_context
def _weekday_heads(context: jinja2.runtime.Context) -> list[tuple[str, str]]:
    """Return the short and the full name of each day of the week, in the reader's order."""
    first = date(2026, 11, 15 + context["week_start"])  # 2026-11-16 was a Monday
    return [languages.weekday_names(first + timedelta(days=place), context["locale"]) for place in range(7)]


@jinja2.pass_context
def _number(context: jinja2.runtime.Context, number: int) -> str:
    return languages.format_number(number, context["locale"])


def _as_written(text: str) -> Markup:
    """Return a name or a code for the place in a sentence: a browser that translates the page leaves it as it is."""
    return Markup('<bdi translate="no">{}</bdi>').format(text)


@jinja2.pass_context
def _script_texts(context: jinja2.runtime.Context, head: str, *, later: str = "") -> Markup:
    """Return the JSON block with the texts of the scripts that `head` loads; "" for English, which needs none.

    `later` names a script whose modules come later: their texts are fetched with the first of them.
    """
    names, language = tuple(_SCRIPT.findall(str(head))), context["language"]
    texts = _texts_of(language, names, at_once=bool(later))
    if not texts:
        return Markup("")
    more = f' data-more="{later_texts_url(language, later)}"' if later else ""
    # `<` is escaped, so that no text can end the block early.
    safe = texts.replace("<", "\\u003c")
    return Markup(f'<script type="application/json" id="messages"{more}>{safe}</script>')  # noqa: S704 - our own catalogue, escaped above


@lru_cache(maxsize=256)
def _texts_of(language: str, names: tuple[str, ...], *, at_once: bool = False) -> str:
    if language == languages.DEFAULT or not names:
        return ""
    by_script = _catalogue(language)
    texts: dict[str, Any] = {}
    for name in sorted(script_and_imports(names, at_once=at_once)):
        texts.update({short_name(text): words for text, words in by_script.get(name, {}).items()})
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


def later_texts_url(language: str, page: str) -> str:
    """Return the address of the texts of a page's script with all that it ever loads. It changes with them."""
    version = hashlib.blake2b(_texts_of(language, (f"js/app/{page}.js",)).encode(), digest_size=6).hexdigest()
    return f"/texts/{version}/{html_lang(language)}/{page}.json"


async def send_later_texts(request: web.Request) -> web.Response:
    """Send `/texts/{version}/{language}/{page}.json`. The current version may be kept for ever, as static files are."""
    page = request.match_info["page"]
    language = next((one for one in LANGUAGES if html_lang(one) == request.match_info["language"]), None)
    if language is None or not STATIC.has(f"js/app/{page}.js"):
        raise web.HTTPNotFound(text="No such texts.")
    current = later_texts_url(language, page) == request.path
    headers = {"Cache-Control": FOREVER if current else "no-cache", "Vary": "Accept-Encoding"}
    body = (_texts_of(language, (f"js/app/{page}.js",)) or "{}").encode()
    if "gzip" in request.headers.get("Accept-Encoding", "").lower():
        headers["Content-Encoding"] = "gzip"
        body = _packed(body)
    return web.Response(body=body, headers={**headers, "Content-Type": "application/json; charset=utf-8"})


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> dict[str, dict[str, Any]]:
    by_script: dict[str, dict[str, Any]] = json.loads(catalogue_path(language, "json").read_bytes())
    return by_script


def short_name(text: str) -> str:
    """Return the key of a text in the page's catalogue, as `i18n.js` computes it: 32-bit FNV-1a of its UTF-16 in base 36.

    With English texts as keys, they would be half of the bytes of a page.
    """
    number = 0x811C9DC5
    units = text.encode("utf-16-le")
    for low, high in zip(units[::2], units[1::2], strict=True):
        number = (number ^ (low | high << 8)) * 0x01000193 & 0xFFFFFFFF
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def script_and_imports(names: tuple[str, ...], *, at_once: bool = False) -> set[str]:
    """Return these scripts and all that they import, as paths below web/static; with `at_once` only what they need to begin."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and STATIC.has(name):
            found.add(name)
            source = (STATIC_ROOT / name).read_text(encoding="utf-8")
            imports = (_IMPORT_AT_ONCE if at_once else _IMPORT).findall(source)
            waiting += [posixpath.normpath(posixpath.join(posixpath.dirname(name), to)) for to in imports]
    return found

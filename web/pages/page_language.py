"""The language of a page: the reader's language, links to the other languages, and the texts for its scripts."""

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
from web.pages.static_files import STATIC, STATIC_ROOT

_SCRIPT = re.compile(r'<script[^>]*\bsrc="/static/[0-9a-f]+/(js/[^"]+)"')
_IMPORT = re.compile(r"""(?:^\s*(?:import|export)\b[^;]*?|\bimport\s*\(\s*)["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def add_language(environment: jinja2.Environment) -> None:
    """Add `_()`, `ngettext()` and `{% trans %}` to the templates, and the filters `day`, `short_day`, `month`, `clock`, `moment` and `number`."""
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["day"] = _day
    environment.filters["short_day"] = _short_day
    environment.filters["month"] = _month
    environment.filters["clock"] = _clock
    environment.filters["moment"] = _moment
    environment.filters["number"] = _number
    environment.globals["script_texts"] = _script_texts
    environment.globals["span"] = _span
    environment.globals["weekday_heads"] = _weekday_heads


def language_context(request: web.Request) -> dict[str, Any]:
    """Return the context variables `language`, `html_lang`, `locale`, `week_start` and the other `languages`."""
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


@jinja2.pass_context
def _script_texts(context: jinja2.runtime.Context, head: str) -> Markup:
    """Return the JSON block with the texts of the scripts that `head` loads; "" for English, which needs none."""
    names = tuple(_SCRIPT.findall(str(head)))
    texts = _texts_of(context["language"], names)
    if not texts:
        return Markup("")
    # `<` is escaped, so that no text can end the block early.
    safe = texts.replace("<", "\\u003c")
    return Markup(f'<script type="application/json" id="messages">{safe}</script>')  # noqa: S704 - our own catalogue, escaped above


@lru_cache(maxsize=256)
def _texts_of(language: str, names: tuple[str, ...]) -> str:
    if language == languages.DEFAULT or not names:
        return ""
    by_script = _catalogue(language)
    texts: dict[str, Any] = {}
    for name in sorted(script_and_imports(names)):
        texts.update({short_name(text): words for text, words in by_script.get(name, {}).items()})
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


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


def script_and_imports(names: tuple[str, ...]) -> set[str]:
    """Return these scripts and all that they import, as paths below web/static."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and STATIC.has(name):
            found.add(name)
            source = (STATIC_ROOT / name).read_text(encoding="utf-8")
            waiting += [
                posixpath.normpath(posixpath.join(posixpath.dirname(name), to)) for to in _IMPORT.findall(source)
            ]
    return found

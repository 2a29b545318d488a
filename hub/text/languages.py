"""Languages: which ones the hub has, how the language of a request is chosen, and how dates and times are formatted.

A *language* is a message catalogue (`en`, `zh_Hans`). A *locale* is a language as one region writes it: `en_US` begins the
week on Sunday and writes 2:00 PM. A function that takes a locale also takes a language.
"""

import gettext
import re
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.localedata import exists

DEFAULT = "en"
LANGUAGES = ("en", "zh_Hans")
OWN_NAMES = {"en": "English", "zh_Hans": "简体中文"}
"""The name of each language in itself, which a reader looks for on a page in another language."""

# English without a region is formatted as in most of the world: the day before the month, and 24 hours.
_USUAL_LOCALES = {"en": "en_GB", "zh_Hans": "zh_Hans_CN"}
_CATALOGUES = Path(__file__).resolve().parents[1] / "locale"
_LONGEST_HEADER = 500
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_REGION = re.compile(r"[A-Z]{2}|[0-9]{3}")

spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT)
"""The language of the current request, for code that has no access to the request."""


def html_lang(name: str) -> str:
    """Return a language or locale as HTML and HTTP write it: `zh_Hans` becomes `zh-Hans`."""
    return name.replace("_", "-")


def known_language(tag: str) -> str | None:
    """Return the language of one tag (`zh`, `zh-CN`, `zh_Hans`, `en-GB`), or None if the hub does not have it.

    Every Chinese tag gives the simplified script, which a reader of the traditional one understands better than English.
    """
    primary = re.split("[-_]", tag, maxsplit=1)[0].lower()
    return {"en": "en", "zh": "zh_Hans"}.get(primary)


@lru_cache(maxsize=1024)
def best_language(accept_language: str | None) -> str:
    """Return the hub's language that an `Accept-Language` header prefers; English if it accepts none of them."""
    for tag in _by_liking(accept_language):
        if language := known_language(tag):
            return language
    return DEFAULT


@lru_cache(maxsize=1024)
def best_locale(accept_language: str | None, language: str) -> str:
    """Return the locale of `language` for the sender of this header, with the region that the header names, if any."""
    for tag in _by_liking(accept_language):
        if known_language(tag) == language:
            for part in re.split("[-_]", tag)[1:]:
                if _REGION.fullmatch(part.upper()) and exists(name := f"{language}_{part.upper()}"):
                    return name
    return _USUAL_LOCALES[language]


def default_locale(language: str) -> str:
    """Return the locale of a language for a reader whose region is not known."""
    return _USUAL_LOCALES[language]


def first_week_day(locale: str) -> int:
    """Return the first day of the week in this locale: 1 is Monday, 7 is Sunday."""
    return int(_locale(locale).first_week_day) + 1


def catalogue_path(language: str, kind: str) -> Path:
    """Return the path of a catalogue: `po` is edited by people, `mo` is read by Python, `json` is sent to scripts."""
    return _CATALOGUES / language / "LC_MESSAGES" / f"messages.{kind}"


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language. A message that it lacks stays English."""
    if language == DEFAULT or language not in LANGUAGES:
        return gettext.NullTranslations()
    with catalogue_path(language, "mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a text for the catalogue and return it unchanged. It is translated when it is used."""
    return text


def format_day(day: date, locale: str) -> str:
    """Format a date: `Friday 20 November 2026`, `Friday, November 20, 2026`, `2026年11月20日星期五`."""
    return dates.format_date(day, "full", locale=_locale(locale))


def format_short_day(day: date, locale: str) -> str:
    """Format a date for a list: `Fri, 20 Nov`, `Fri, Nov 20`, `11月20日周五`."""
    return dates.format_skeleton("MMMEd", day, locale=_locale(locale))


def weekday_names(day: date, locale: str) -> tuple[str, str]:
    """Return the day of the week, short for a calendar's header and in full: `Fri` and `Friday`, `周五` and `星期五`."""
    short, full = (dates.format_date(day, width, locale=_locale(locale)) for width in ("ccc", "cccc"))
    return short, full


def format_month(day: date, locale: str) -> str:
    """Format a month: `November 2026`, `2026年11月`."""
    return dates.format_skeleton("yMMMM", day, locale=_locale(locale))


def format_months(first: date, last: date, locale: str) -> str:
    """Format the months from one day to another: `November – December 2026`, `2026年11月–12月`."""
    if (first.year, first.month) == (last.year, last.month):
        return format_month(first, locale)
    if first.year != last.year:
        return f"{format_month(first, locale)} – {format_month(last, locale)}"
    if locale.startswith("zh"):
        return f"{format_month(first, locale)}–{dates.format_skeleton('MMM', last, locale=_locale(locale))}"
    return f"{dates.format_date(first, 'LLLL', locale=_locale(locale))} – {format_month(last, locale)}"


def format_month_day(day: date, locale: str) -> str:
    """Format a day within a month: `1 Dec`, `Dec 1`, and in Chinese `12/1`, which is as narrow as a day of a calendar."""
    return dates.format_skeleton("Md" if locale.startswith("zh") else "MMMd", day, locale=_locale(locale))


def format_time(at: time, locale: str) -> str:
    """Format a time: `14:00`, or `2:00 PM` in locales with a twelve-hour clock."""
    # CLDR puts a narrow no-break space before PM, which plain-text e-mail and some fonts show as a box.
    return dates.format_time(at, "short", locale=_locale(locale)).replace("\u202f", " ")


def format_span(start: time, end: time, locale: str) -> str:
    """Format a span of time: `12:00 – 14:00`; in Chinese without the spaces."""
    dash = "–" if locale.startswith("zh") else " – "
    return f"{format_time(start, locale)}{dash}{format_time(end, locale)}"


def sentence_gap(language: str) -> str:
    """Return what stands between two sentences, and after a colon: nothing in Chinese, whose full stop brings its own space."""
    return "" if language.startswith("zh") else " "


def format_number(number: int, locale: str) -> str:
    """Format a whole number: `1,240`."""
    return numbers.format_decimal(number, locale=_locale(locale))


def format_moment(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """Format a timestamp as date and time in a venue's zone: `Friday 20 November 2026, 14:30`."""
    there = moment.astimezone(zone)
    gap = " " if locale.startswith("zh") else ", "
    return f"{format_day(there.date(), locale)}{gap}{format_time(there.time(), locale)}"


@lru_cache(maxsize=256)
def _locale(name: str) -> Locale:
    return Locale.parse(_USUAL_LOCALES.get(name, name))


def _by_liking(accept_language: str | None) -> list[str]:
    """Return the tags of the header by falling preference. Refused (`q=0`) and malformed ones are left out."""
    if not accept_language:
        return []
    liked: list[tuple[float, str]] = []
    for part in accept_language[:_LONGEST_HEADER].split(","):
        found = _RANGE.fullmatch(part)
        if found is not None and (liking := float(found[2] or 1)) > 0:
            liked.append((liking, found[1]))
    return [tag for _, tag in sorted(liked, key=lambda one: -one[0])]

"""Languages: which ones the hub has, which one a request asks for, and how days and times are written in it.

A *language* is a catalogue of words (`en`, `zh_Hans`). A *locale* is a language as one region writes it (`en_US` begins the
week on Sunday and writes 2:00 PM); where a function takes one, a bare language will do.
"""

import gettext
import re
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates
from babel.localedata import exists

DEFAULT = "en"
LANGUAGES = ("en", "zh_Hans")
OWN_NAMES = {"en": "English", "zh_Hans": "简体中文"}
"""What each language calls itself: a reader looks for it in a page that is not in that language."""

# English without a region is written as most of the world does: the day before the month, twenty-four hours.
_USUAL_LOCALES = {"en": "en_GB", "zh_Hans": "zh_Hans_CN"}
_CATALOGUES = Path(__file__).resolve().parents[1] / "locale"
_LONGEST_HEADER = 500
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_REGION = re.compile(r"[A-Z]{2}|[0-9]{3}")

spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT)
"""The language of the request under way, for words that are found where no request is at hand."""


def html_lang(name: str) -> str:
    """A language or locale as HTML and HTTP write it: `zh_Hans` is `zh-Hans`."""
    return name.replace("_", "-")


def known_language(tag: str) -> str | None:
    """The language a single tag names (`zh`, `zh-CN`, `zh_Hans`, `en-GB`), or None if the hub does not have it.

    Every Chinese reader gets the simplified script: it is nearer to the traditional one than English is.
    """
    primary = re.split("[-_]", tag, maxsplit=1)[0].lower()
    return {"en": "en", "zh": "zh_Hans"}.get(primary)


@lru_cache(maxsize=1024)
def best_language(accept_language: str | None) -> str:
    """The language of ours that an `Accept-Language` header likes best; English where it likes none of them."""
    for tag in _by_liking(accept_language):
        if language := known_language(tag):
            return language
    return DEFAULT


@lru_cache(maxsize=1024)
def best_locale(accept_language: str | None, language: str) -> str:
    """The locale in which to write `language` for the sender of this header: with the region it names, if any."""
    for tag in _by_liking(accept_language):
        if known_language(tag) == language:
            for part in re.split("[-_]", tag)[1:]:
                if _REGION.fullmatch(part.upper()) and exists(name := f"{language}_{part.upper()}"):
                    return name
    return _USUAL_LOCALES[language]


def first_week_day(locale: str) -> int:
    """The day a week begins with in this locale: 1 is Monday, 7 is Sunday."""
    return int(_locale(locale).first_week_day) + 1


def catalogue_path(language: str, kind: str) -> Path:
    """The catalogue as people edit it (`po`), as Python reads it (`mo`) or as pages hand it to scripts (`json`)."""
    return _CATALOGUES / language / "LC_MESSAGES" / f"messages.{kind}"


@lru_cache(maxsize=len(LANGUAGES))
def translator(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; a message that is not in it stays English."""
    if language == DEFAULT or language not in LANGUAGES:
        return gettext.NullTranslations()
    with catalogue_path(language, "mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def N_(text: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a text for the catalogue; it is translated where it is used."""
    return text


def format_day(day: date, locale: str) -> str:
    """`Friday 20 November 2026`, `Friday, November 20, 2026`, `2026年11月20日星期五`."""
    return dates.format_date(day, "full", locale=_locale(locale))


def weekday_names(day: date, locale: str) -> tuple[str, str]:
    """The day of the week, short for the head of a calendar and in full: `Fri` and `Friday`, `周五` and `星期五`."""
    short, full = (dates.format_date(day, width, locale=_locale(locale)) for width in ("ccc", "cccc"))
    return short, full


def format_month(day: date, locale: str) -> str:
    """`November 2026`, `2026年11月`."""
    return dates.format_skeleton("yMMMM", day, locale=_locale(locale))


def format_time(at: time, locale: str) -> str:
    """`14:00`, or `2:00 PM` where clocks have twelve hours."""
    # Twelve-hour clocks set a thin space before PM, which plain-text mail and small fonts show as a box.
    return dates.format_time(at, "short", locale=_locale(locale)).replace("\u202f", " ")


def format_span(start: time, end: time, locale: str) -> str:
    """`12:00 – 14:00`; in Chinese without the spaces."""
    dash = "–" if locale.startswith("zh") else " – "
    return f"{format_time(start, locale)}{dash}{format_time(end, locale)}"


def format_moment(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """A point in time on a venue's own clock, day and time: `Friday 20 November 2026, 14:30`."""
    there = moment.astimezone(zone)
    gap = " " if locale.startswith("zh") else ", "
    return f"{format_day(there.date(), locale)}{gap}{format_time(there.time(), locale)}"


@lru_cache(maxsize=256)
def _locale(name: str) -> Locale:
    return Locale.parse(_USUAL_LOCALES.get(name, name))


def _by_liking(accept_language: str | None) -> list[str]:
    """The tags of the header, the most wanted first; what is refused (`q=0`) or unreadable is left out."""
    if not accept_language:
        return []
    liked: list[tuple[float, str]] = []
    for part in accept_language[:_LONGEST_HEADER].split(","):
        found = _RANGE.fullmatch(part)
        if found is not None and (liking := float(found[2] or 1)) > 0:
            liked.append((liking, found[1]))
    return [tag for _, tag in sorted(liked, key=lambda one: -one[0])]

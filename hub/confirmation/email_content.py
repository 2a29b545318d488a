"""The letter: what one message says, in finished words, before it becomes HTML and plain text.

Both forms are made from the same letter by `templates/letter.*`, so they cannot say different things. Everything here is
text, never markup.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hub.confirmation.calendar_file import CalendarEntry
from hub.text.languages import html_lang, translator

_TEMPLATES = Path(__file__).resolve().parent / "templates"


class Obsolete(Exception):
    """What the message was to say is no longer so: it is dropped, and nobody needs to look after it."""


class Unsendable(Exception):
    """The row can never become a message; somebody has to look at it."""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Admission:
    """One ticket; `picture` says whether its QR code is shown."""

    code: str
    picture: bool = True


@dataclass(frozen=True, slots=True)
class VisitLines:
    """Where and when, and with which tickets. A visit that no longer holds is `struck` through."""

    venue: str
    address: str
    day: str
    hours: str
    admissions: tuple[Admission, ...] = ()
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """`preview` is what a list of mails shows after the subject; `code` is a one-time code, set large."""

    sender_name: str
    subject: str
    preview: str
    heading: str
    paragraphs: tuple[str, ...]
    greeting: str = ""
    code: str = ""
    visits: tuple[VisitLines, ...] = ()
    action: Link | None = None
    also: tuple[Link, ...] = ()
    calendars: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    entries: tuple[CalendarEntry, ...] = ()

    @property
    def pictured(self) -> tuple[str, ...]:
        """The ticket codes whose QR codes are shown, in the order of the letter."""
        return tuple(admission.code for visit in self.visits for admission in visit.admissions if admission.picture)


def as_html(letter: Letter, language: str, pictures: dict[str, str]) -> str:
    """`pictures` gives the Content-ID of each code's picture."""
    return _render("email.html", language, letter=letter, pictures=pictures)


def as_text(letter: Letter, language: str) -> str:
    return _render("email.txt", language, letter=letter)


def _render(template: str, language: str, **context: Any) -> str:
    return _environment(language).get_template(template).render(html_lang=html_lang(language), **context)


@lru_cache(maxsize=8)
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.install_gettext_translations(translator(language), newstyle=True)  # type: ignore[attr-defined]
    return environment

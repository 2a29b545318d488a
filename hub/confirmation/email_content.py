"""The content of one e-mail: translated texts, from which the HTML and the plain text are made.

`templates/email.*` make both forms from the same content, so they cannot say different things. Everything here is text,
never markup.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hub.confirmation.calendar_file import CalendarEntry
from hub.confirmation.contact_links import phone_url
from hub.rules.venue_logo import shown_size
from hub.text.languages import html_lang, sentence_gap, translator

_TEMPLATES = Path(__file__).resolve().parent / "templates"


class Obsolete(Exception):
    """The message is no longer true or needed. It is dropped, and nobody has to act."""


class Unsendable(Exception):
    """The outbox row can never become a message. It is marked dead, and staff have to look at it."""


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class EmailLogo:
    """The logo of a venue: a PNG with its size in pixels."""

    image: bytes
    width: int
    height: int

    @property
    def shown(self) -> tuple[int, int]:
        """Return width and height in the e-mail."""
        return shown_size(self.width, self.height, (240, 72))


@dataclass(frozen=True, slots=True)
class LogoPart:
    """The logo as the HTML names it: its Content-ID and its size."""

    cid: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class TicketBlock:
    """One code of a ticket, or of a booking if `booking`. `picture` says whether its QR code is shown."""

    code: str
    picture: bool = True
    booking: bool = False


@dataclass(frozen=True, slots=True)
class VisitBlock:
    """One visit: place, time and tickets. A visit that no longer takes place is `struck` through.

    `map_url` opens a map at the address. A performance also has the `title` of its show, its `room`, and the `party` in words.
    """

    venue: str
    address: str
    day: str
    hours: str
    tickets: tuple[TicketBlock, ...] = ()
    struck: bool = False
    title: str = ""
    room: str = ""
    party: str = ""
    map_url: str = ""


@dataclass(frozen=True, slots=True)
class EmailContent:
    """All texts of one e-mail, in its language.

    `preview` is the line that mail programs show after the subject. `code` is a one-time code, shown large. `choices` are
    links of equal weight under the line `choices_title`. `contacts` are how to reach the venue. The attached calendar file is made from `entries`.
    """

    sender_name: str
    subject: str
    preview: str
    heading: str
    paragraphs: tuple[str, ...]
    greeting: str = ""
    code: str = ""
    visits: tuple[VisitBlock, ...] = ()
    choices_title: str = ""
    choices: tuple[Link, ...] = ()
    action: Link | None = None
    also: tuple[Link, ...] = ()
    calendars: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    contacts: tuple[Link, ...] = ()
    entries: tuple[CalendarEntry, ...] = ()

    @property
    def pictured(self) -> tuple[TicketBlock, ...]:
        """Return the tickets shown as QR codes, in the order of the e-mail."""
        return tuple(ticket for visit in self.visits for ticket in visit.tickets if ticket.picture)


def contacts_of(email: str, phone: str) -> tuple[Link, ...]:
    """Return how visitors reach the venue: by mail, by telephone, or neither."""
    return tuple(link for link in (Link(email, f"mailto:{email}"), Link(phone, phone_url(phone))) if link.label)


def as_html(email: EmailContent, language: str, pictures: dict[str, str], logo: LogoPart | None = None) -> str:
    """Return the HTML part. `pictures` maps a ticket code to the Content-ID of its picture."""
    return _render("email.html", language, email=email, pictures=pictures, logo=logo)


def as_text(email: EmailContent, language: str) -> str:
    """Return the plain text part."""
    return _render("email.txt", language, email=email)


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
    environment.globals["gap"] = sentence_gap(language)
    return environment

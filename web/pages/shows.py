"""The pages of shows: what is on, and one show with its performances. They work without JavaScript."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from aiohttp import web
from markupsafe import Markup

from hub.access.roles import Role, at_least
from hub.actions.shows.read_shows import Performance, Show, list_shows, read_show
from hub.actions.venues.organisations import resolve_org
from hub.rules.performance_booking import BookingState
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.rules.waiting_room import room_of_performance
from hub.services import Services
from hub.text import languages
from hub.text.markdown import html_of, plain_text_of
from web.keys import SERVICES
from web.pages.render import page
from web.pages.show_events import event_data, script_json
from web.pages.venue_logos import logo_of
from web.request_fields import identity_of, named_organisation, path_id

WAITED_BEFORE = timedelta(hours=1)
"""How long before its sale opens a performance with a waiting room can be waited for."""
SHOWN_DATES = 3
"""Performances on a show's card."""
LONGEST_PREVIEW = 200
"""Characters of a description in search results and previews."""
_HUES = 6


@dataclass(frozen=True, slots=True)
class Date:
    """A performance as a page shows it. `standing` is available, filling, full, not-yet, closed or cancelled.

    `waits` says that visitors can wait for the opening of its sale already.
    """

    performance: Performance
    standing: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    name: str
    accessibility: str


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    dates: tuple[Date, ...]

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"


async def show_shows(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    orq = named_organisation(request)
    org_id = await resolve_org(services, orq)
    shows = await list_shows(services, org_id, request["language"])
    cards = [
        {"show": show, "dates": [_date(one) for one in show.performances[:SHOWN_DATES]], "hue": show.show_id % _HUES,
         "more": max(len(show.performances) - SHOWN_DATES, 0)}
        for show in shows
    ]  # fmt: skip
    venue, logo = "", None
    if len({show.venue_id for show in shows}) == 1:
        venue, logo = shows[0].venue_name, await logo_of(request, org_id, shows[0].venue_id)
    response = page(
        request,
        "shows.html",
        cards=cards,
        venue=venue,
        logo=logo,
        orq=orq,
        address=f"{services.settings.public_url}/shows",
    )
    response.enable_compression()
    return response


async def show_show(request: web.Request) -> web.Response:
    """Show a published or archived show, and a draft to managers of its organisation. Otherwise there is a page with 404."""
    services = request.app[SERVICES]
    try:
        show = await find_show(request)
    except Refused as no:
        if no.reason not in (Reason.SHOW_NOT_FOUND, Reason.NOT_FOUND):
            raise
        return page(request, "show_missing.html", status=404)
    public_url = services.settings.public_url
    address = f"{public_url}/shows/{show.show_id}"
    preview = preview_of(show)
    published = show.status == "PUBLISHED"
    waited = await waited_performances(services, show)
    response = page(
        request,
        "show.html",
        show=show,
        logo=await logo_of(request, show.org_id, show.venue_id),
        months=months_of(show, waited),
        rooms=rooms_of(show),
        orq=named_organisation(request),
        description=Markup(html_of(show.description)),  # noqa: S704 - an allow-list of tags
        preview=preview,
        hue=show.show_id % _HUES,
        address=address,
        poster_address=f"{public_url}/posters/{show.poster.hash}" if show.poster else "",
        events=script_json(event_data(show, preview, public_url)) if published and show.performances else "",
        version=_version(show, waited),
        now=rfc3339(services.clock.now()),
        og_locales=[languages.default_locale(one) for one in languages.LANGUAGES],
        og_locale=languages.default_locale(request["language"]),
    )
    if not published:
        response.headers["X-Robots-Tag"] = "noindex"
    response.enable_compression()
    return response


async def find_show(request: web.Request) -> Show:
    """Return the show of the path: a published or archived one, or a draft for managers of its organisation."""
    identity = identity_of(request)
    services, show_id, language = request.app[SERVICES], path_id(request, "show_id"), request["language"]
    is_manager = identity is not None and at_least(identity.role, Role.MANAGER)
    show = await read_show(services, show_id, org_id=named_organisation(request), language=language, drafts=is_manager)
    if show.status == "DRAFT" and (identity is None or identity.org_id != show.org_id):
        raise Refused(Reason.SHOW_NOT_FOUND)
    return show


def months_of(show: Show, waited: frozenset[int] = frozenset()) -> list[Month]:
    by_month = groupby(show.performances, key=lambda one: one.date.replace(day=1))
    return [Month(first, tuple(_date(one, waited) for one in dates)) for first, dates in by_month]


async def waited_performances(services: Services, show: Show) -> frozenset[int]:
    """Return the ids of the performances whose sale opens soon, and for which the venue has a waiting room."""
    soon = services.clock.now() + WAITED_BEFORE
    found = [
        one for one in show.performances
        if one.booking is BookingState.NOT_YET and one.booking_opens_at is not None and one.booking_opens_at <= soon
    ]  # fmt: skip
    if not found:
        return frozenset()
    policy = (await services.venues.read(show.org_id, show.venue_id)).waiting_room
    return frozenset(one.performance_id for one in found if room_of_performance(policy, one.performance_id))


def rooms_of(show: Show) -> list[Room]:
    """Return the rooms that the show is played in, in order of their first performance."""
    return list(dict.fromkeys(Room(one.room, one.room_accessibility) for one in show.performances))


def standing_of(one: Performance) -> str:
    """Return how a performance stands for a visitor, as a name for words and colours."""
    match one.booking:
        case BookingState.OPEN:
            return {"AVAILABLE": "available", "LIMITED": "filling", "FULL": "full"}[one.capacity_status]
        case BookingState.NOT_YET:
            return "not-yet"
        case BookingState.CANCELLED:
            return "cancelled"
    return "closed"


def preview_of(show: Show) -> str:
    """Return one or two sentences about the show for search results and previews."""
    text = plain_text_of(show.description) or show.subtitle or show.title
    if len(text) <= LONGEST_PREVIEW:
        return text
    cut = text[:LONGEST_PREVIEW]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:-") + "…"


def _date(one: Performance, waited: frozenset[int] = frozenset()) -> Date:
    return Date(one, standing_of(one), one.performance_id in waited)


def _version(show: Show, waited: frozenset[int]) -> str:
    """Return a name of all that the page's script cannot bring up to date by itself."""
    facts = [(one.performance_id, one.date, one.start_time, one.end_time, one.room, one.booking, one.booking_opens_at) for one in show.performances]  # fmt: skip
    return hashlib.blake2b(
        repr((show.updated_at, show.status, facts, sorted(waited))).encode(), digest_size=8
    ).hexdigest()

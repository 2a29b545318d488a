"""The waiting room's page: a visitor's place in line. It works without JavaScript, and its script follows the place live.

A GET changes nothing: visitors join by the form of this page, or when a booking sends them here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.actions.waiting_room.places import Standing, join, leave, read_standing
from hub.actions.waiting_room.rooms import Room
from hub.actions.waiting_room.sold import Sold, read_sold
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.rules.waiting_room import RoomName, parse_room
from hub.text.languages import best_locale, format_moment, format_number, format_time, translator
from hub.text.messages import message
from hub.text.wait_words import WaitWords
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.forms import read_form
from web.pages.kept_pages import kept_page
from web.redirects import see_other
from web.waiting_visitors import keep_visitor, new_visitor, visitor_of

WAITING_ROOM = "/waiting-room"
_JOINED = "waiting_room_joined"
LONGEST_REFRESH, SHORTEST_REFRESH = 30, 5
"""Seconds after which a page without JavaScript is loaded again. The hub keeps a place for two minutes after the last look."""
_BOOKING_PAGES = re.compile(
    r"/reserve(/plain/[A-Za-z0-9_-]{1,40}/(confirm|time))?|/v/[a-z0-9-]{1,80}/reserve|/shows/[0-9]{1,16}/book/[0-9]{1,16}"
)


@dataclass(frozen=True, slots=True)
class RoomPage:
    """A room as its page shows it: `back` is the booking page that sent the visitor here."""

    room: Room
    sold: Sold
    back: str
    standing: Standing | None
    """None: the visitor has no place."""
    problem: str = ""
    retry_after: int | None = None
    without: str = "out"
    """What the page shows without a place: `out`, `left`, `ended` or `sold_out`."""

    @property
    def state(self) -> str:
        if self.standing is None:
            return self.without
        early = self.standing.state == "waiting" and self.standing.opens_at is not None
        return "early" if early else self.standing.state


def waiting_room_path(key: str, back: str, **more: str) -> str:
    return f"{WAITING_ROOM}?{urlencode({'for': key, 'back': back, **more})}"


async def line_up(request: web.Request, no: Refused, back: str) -> str:
    """Join the room that refused a booking, and return the path of its page. `keep_place` must follow.

    `back` is where the visitor goes on after it. If too many join from the visitor's address, the page has a button to join.
    """
    name = _room_named(str(no.details["for"]))
    try:
        return await _join(request, name, back)
    except Refused as refused:
        if refused.reason is not Reason.RATE_LIMITED:
            raise
        return waiting_room_path(str(name), back)


def keep_place(request: web.Request, response: web.StreamResponse) -> None:
    """Keep the place of a visitor who has just joined, in their browser."""
    visitor = request.get(_JOINED)
    if visitor is not None:
        keep_visitor(request, response, visitor)


async def send_to_waiting_room(request: web.Request, no: Refused, back: str) -> web.Response:
    """Join the room that refused a booking, and redirect to its page."""
    response = see_other(await line_up(request, no, back))
    keep_place(request, response)
    return response


async def show_room(request: web.Request) -> web.Response:
    """Show the visitor's place. Who need not wait is sent on. Refuses INVALID_REQUEST and NOT_FOUND."""
    name = _room_named(request.query.get("for", ""))
    services = request.app[SERVICES]
    room = await services.waiting_rooms.read(name)
    standing = await read_standing(services, name, visitor_of(request) or "")
    found = await _room_page(request, room, standing, request.query.get("back", ""))
    if standing is not None and standing.state == "turn" and standing.turn_until is None:
        return see_other(found.back)
    return _page(request, replace(found, without=_state_without_place(request, room)))


async def answer_room(request: web.Request) -> web.Response:
    """Join the room or leave it, and show the page again."""
    form = await read_form(request)
    name, services = _room_named(form.get("for")), request.app[SERVICES]
    back = own_booking_page(form.get("back"))
    if form.get("do") == "leave":
        visitor = visitor_of(request)
        if visitor is not None:
            await leave(services, name, visitor)
        return see_other(waiting_room_path(str(name), back, left="1"))
    try:
        response = see_other(await _join(request, name, back))
    except Refused as no:
        if no.reason is not Reason.RATE_LIMITED:
            raise
        found = await _room_page(request, await services.waiting_rooms.read(name), None, back)
        retry_after = max(1, round(no.details.get("retry_after") or 1))
        return _page(request, replace(found, problem=message(no.reason, no.details), retry_after=retry_after))
    keep_place(request, response)
    return response


def own_booking_page(path: str) -> str:
    """Return a path if it is a page where visitors book, with at most the organisation in its query; else ""."""
    page, _, query = path.partition("?")
    known = _BOOKING_PAGES.fullmatch(page) and (not query or re.fullmatch(r"orq=[0-9]{1,16}", query))
    return path if known else ""


def _state_without_place(request: web.Request, room: Room) -> str:
    if room.free <= 0:
        return "sold_out"
    return next((state for word, state in (("left", "left"), ("joined", "ended")) if word in request.query), "out")


def _room_named(key: str) -> RoomName:
    name = parse_room(key)
    if name is None:
        raise Refused(Reason.NOT_FOUND)
    return name


async def _join(request: web.Request, name: RoomName, back: str) -> str:
    """Join a room, and return the path of its page."""
    known = visitor_of(request)
    visitor = known or new_visitor(request)
    await join(request.app[SERVICES], name, visitor, client_ip(request), is_new=known is None)
    request[_JOINED] = visitor
    return waiting_room_path(str(name), back, joined="1")


async def _room_page(request: web.Request, room: Room, standing: Standing | None, back: str) -> RoomPage:
    sold = await read_sold(request.app[SERVICES], room, request["language"])
    return RoomPage(room, sold, own_booking_page(back) or sold.booking_path, standing)


def _page(request: web.Request, shown: RoomPage) -> web.Response:
    again = _seconds_to_refresh(shown.standing)
    filled = {
        "key": str(shown.room.name), "back": shown.back, "again_seconds": str(again), "problem": shown.problem, **_numbers(request, shown.standing),
        **_sentences(request, shown),
    }  # fmt: skip
    response = kept_page(
        request, "waiting_room.html", filled, status=429 if shown.problem else 200, state=shown.state, sold=shown.sold,
        logo=shown.sold.logo, refused=bool(shown.problem), has_place=shown.standing is not None,
    )  # fmt: skip
    if shown.retry_after is not None:
        response.headers["Retry-After"] = str(shown.retry_after)
    return response


def _seconds_to_refresh(standing: Standing | None) -> int:
    """Return when the page should be loaded again: soon before a turn or an opening, else twice a minute."""
    if standing is None or standing.seconds is None:
        return LONGEST_REFRESH
    return max(SHORTEST_REFRESH, min(LONGEST_REFRESH, int(standing.seconds) + 1))


def _numbers(request: web.Request, standing: Standing | None) -> dict[str, str]:
    """Return the place as the page's script reads it."""
    now = rfc3339(request.app[SERVICES].clock.now())
    names = ("position", "ahead", "seconds", "rate")
    values = {name: getattr(standing, name) if standing else None for name in names}
    moments = {name: getattr(standing, name) if standing else None for name in ("turn_until", "opens_at")}
    return {
        "now": now,
        **{name: "" if value is None else str(value) for name, value in values.items()},
        **{name: "" if moment is None else rfc3339(moment) for name, moment in moments.items()},
    }


def _sentences(request: web.Request, shown: RoomPage) -> dict[str, str]:
    """Return the place in words."""
    standing, language = shown.standing, request["language"]
    locale = best_locale(request.headers.get("Accept-Language"), language)
    words, say, zone = WaitWords(language, locale), translator(language).gettext, ZoneInfo(shown.sold.timezone)
    texts = dict.fromkeys(("position", "wait", "ahead", "rate", "until", "opens"), "")
    if standing is not None and standing.position is not None:
        texts |= {
            "position": format_number(standing.position, locale), "wait": words.wait(standing.seconds, standing.rate),
            "ahead": words.ahead(standing.ahead), "rate": words.rate(standing.rate, standing.seconds),
        }  # fmt: skip
    if standing is not None and standing.turn_until is not None:
        until = format_time(standing.turn_until.astimezone(zone).time(), locale)
        texts["until"] = say("until {time}").format(time=until)
    if standing is not None and standing.opens_at is not None:
        texts["opens"] = say("Booking opens {moment}").format(moment=format_moment(standing.opens_at, zone, locale))
    return {f"{name}_words": text for name, text in texts.items()}

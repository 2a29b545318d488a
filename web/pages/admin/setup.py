"""The first set-up of an empty hub: the code that the hub printed, then one page for each part, and the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.setup.finish_setup import finish_setup
from hub.actions.setup.practice import make_practice
from hub.actions.setup.setup_code import check_setup_code, is_setup_open, plain_code
from hub.actions.setup.setup_draft import (
    MOST_OPERATORS,
    Draft,
    Hours,
    Place,
    TypedPerson,
    plan_week,
    read_draft,
    save_gates,
    save_hours,
    save_people,
    save_place,
)
from hub.rules.refusals import Refused
from hub.rules.slot_plan import PlannedSlot
from hub.rules.venue_day import today
from hub.settings import Rate
from hub.text.languages import LANGUAGES, N_, OWN_NAMES
from hub.text.phone_countries import countries
from web.json_body import invalid
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.form_fields import FieldReader
from web.pages.admin.time_zone_field import country_of_zone, find_time_zone, zones_with_cities
from web.pages.forms import Form, read_form
from web.rate_limits import enforce_rate_limit
from web.session_cookies import set_session

SETUP = "/admin/setup"
CARD = "/admin/card"
COOKIE = "hub_setup"
"""Holds the code while its owner goes through the pages. A newer code ends it."""
TRIES = Rate(10, 60)
TRIES_OF_ALL = Rate(60, 60)
WEEK = range(1, 8)


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    label: str


PARTS = (
    Part("place", N_("Venue")),
    Part("hours", N_("Hours and slots")),
    Part("gates", N_("Gates")),
    Part("people", N_("Staff")),
    Part("check", N_("Summary")),
)
_HOURS: Mapping[str, str] = {
    "minutes": "60", "capacity": "50", "weeks": "4", **{f"open-{day}": "10:00" for day in WEEK}, **{f"close-{day}": "18:00" for day in WEEK},
}  # fmt: skip


async def show_code(request: web.Request) -> web.Response:
    """Ask for the code, or go on where the set-up stands. A hub that is set up leads to its administration."""
    await _refuse_closed(request)
    if COOKIE in request.cookies and "code" not in request.query:
        try:
            await check_setup_code(request.app[SERVICES], request.cookies[COOKIE])
        except Refused:
            pass
        else:
            return see_other(f"{SETUP}/{(await read_draft(request.app[SERVICES])).missing or 'check'}")
    return _code_page(request, request.query.get("code", ""))


async def enter_code(request: web.Request) -> web.Response:
    await _refuse_closed(request)
    form = await read_form(request)
    await enforce_rate_limit(request, "setup", TRIES)
    await enforce_rate_limit(request, "setup", TRIES_OF_ALL, "everybody")
    services = request.app[SERVICES]
    try:
        await check_setup_code(services, form.get("code"))
    except Refused as no:
        return _code_page(request, form.get("code"), no)
    response = see_other(f"{SETUP}/{(await read_draft(services)).missing or 'check'}")
    response.set_cookie(
        COOKIE, plain_code(form.get("code")), path=SETUP, httponly=True, samesite="Lax",
        secure=services.settings.public_url.startswith("https://"),
    )  # fmt: skip
    return response


async def show_part(request: web.Request) -> web.Response:
    draft = await _draft_of(request)
    part = request.match_info["part"]
    if part == "check" and draft.missing:
        return see_other(f"{SETUP}/{draft.missing}")
    return _page(request, part, draft)


async def answer_part(request: web.Request) -> web.Response:
    """Keep what was entered and go on, or show the page again with what is wrong. `preview` shows the slots and keeps nothing."""
    draft = await _draft_of(request)
    part = request.match_info["part"]
    form = await read_form(request)
    if part == "check":
        return await _finish(request, draft)
    services = request.app[SERVICES]
    try:
        if part == "place":
            await save_place(services, _place(form))
        elif part == "hours":
            hours = _hours(form)
            if form.has("preview"):
                return _page(request, part, draft, typed=form, preview=_planned(request, draft, hours))
            await save_hours(services, hours)
        elif part == "gates":
            await save_gates(services, form.text("gates").split("\n"))
        else:
            await save_people(services, *_people(form))
    except Refused as no:
        return _page(request, part, draft, typed=form, refused=no)
    following = PARTS[[one.key for one in PARTS].index(part) + 1].key
    return see_other(f"{SETUP}/{following}")


async def _finish(request: web.Request, draft: Draft) -> web.Response:
    """Make everything, sign the owner in, and lead to the card with a practice ticket."""
    services = request.app[SERVICES]
    try:
        made = await finish_setup(services, client_ip=client_ip(request))
    except Refused as no:
        if draft.missing:
            return see_other(f"{SETUP}/{draft.missing}")
        raise _already_set_up() from no
    by = Actor(made.owner.org_id, made.venue_id, made.owner.staff_id, made.owner.name, "setup", client_ip(request))
    await make_practice(services, by, await services.venues.read(made.owner.org_id, made.venue_id))
    token = services.sessions.issue(made.owner)
    expires_at = services.sessions.read(token).expires_at
    response = see_other(CARD, done="setup-finished")
    set_session(response, services, token, expires_at)
    response.del_cookie(COOKIE, path=SETUP)
    return response


async def _refuse_closed(request: web.Request) -> None:
    if not await is_setup_open(request.app[SERVICES]):
        raise _already_set_up()


def _already_set_up() -> web.HTTPSeeOther:
    return web.HTTPSeeOther("/admin")


async def _draft_of(request: web.Request) -> Draft:
    """Return the draft for whoever has entered the newest code. Everybody else is led to the code's page."""
    await _refuse_closed(request)
    services = request.app[SERVICES]
    try:
        await check_setup_code(services, request.cookies.get(COOKIE, ""))
        return await read_draft(services)
    except Refused:
        raise web.HTTPSeeOther(SETUP) from None


def _code_page(request: web.Request, typed: str, refused: Refused | None = None) -> web.Response:
    return admin_page(
        request, "setup_code.html", status=200 if refused is None else 400, refused=refused, typed=typed[:40]
    )


def _page(
    request: web.Request, part: str, draft: Draft, *, typed: Form | None = None, refused: Refused | None = None,
    preview: Sequence[PlannedSlot] | None = None,
) -> web.Response:  # fmt: skip
    """Show one part with what was typed, else what is stored, else the usual."""
    values = _values(request, part, draft)
    if typed is not None:
        values = {name: "" if name.startswith(("password", "pin")) else typed.text(name) for name in values}
    first = None
    slots: Sequence[PlannedSlot] = preview or ()
    if part == "check" and draft.hours is not None:
        slots = _planned(request, draft, draft.hours)
    if slots:
        first = [slot for slot in slots if slot.date == slots[0].date]
    return admin_page(
        request,
        f"setup_{part}.html",
        status=200 if refused is None else 400,
        refused=refused,
        parts=PARTS,
        part=part,
        draft=draft,
        values=values,
        slots=len(slots),
        first=first,
        previewed=preview is not None,
        last=slots[-1].date if slots else None,
        zones=zones_with_cities(request["language"]) if part == "place" else (),
        countries=countries(request["language"]) if part == "place" else (),
        tongues=[(language, OWN_NAMES[language]) for language in LANGUAGES],
        week=WEEK,
        operators=range(1, max(2, min(len(draft.operators) + 1, MOST_OPERATORS)) + 1),
    )


def _values(request: web.Request, part: str, draft: Draft) -> dict[str, str]:
    """Return the fields of a part as they are stored, or as they usually are."""
    match part:
        case "place":
            place = draft.place or Place("", "", "", "", "", request["language"])
            return {name: getattr(place, name) for name in Place.__slots__}
        case "hours" if draft.hours is not None:
            hours = draft.hours
            days = {day: hours.days.get(str(day), ("", "")) for day in WEEK}
            return {
                "minutes": str(hours.minutes), "capacity": str(hours.capacity), "weeks": str(hours.weeks),
                **{f"open-{day}": opens for day, (opens, _) in days.items()},
                **{f"close-{day}": closes for day, (_, closes) in days.items()},
            }  # fmt: skip
        case "hours":
            return dict(_HOURS)
        case "gates":
            return {"gates": "\n".join(draft.gates)}
        case "people":
            owner = draft.owner
            found = {"name": owner.name if owner else "", "username": owner.username if owner else "", "password": ""}
            for number in range(1, MOST_OPERATORS + 1):
                one = draft.operators[number - 1] if number <= len(draft.operators) else None
                found[f"name-{number}"] = one.name if one else ""
                found[f"username-{number}"] = one.username if one else ""
                found[f"pin-{number}"] = ""
            return found
    return {}


def _planned(request: web.Request, draft: Draft, hours: Hours) -> Sequence[PlannedSlot]:
    zone = ZoneInfo(draft.place.timezone if draft.place else "UTC")
    return plan_week(hours, today(request.app[SERVICES].clock.now(), zone), zone)


def _place(form: Form) -> Place:
    """Return the venue as typed. A time zone may be typed by its city, and decides the country if none is chosen."""
    timezone = find_time_zone(form.get("timezone"))
    country = form.get("country") or country_of_zone(timezone)
    return Place(
        form.get("organisation") or form.get("venue"), form.get("venue"), form.get("address"), timezone, country,
        form.get("language"),
    )  # fmt: skip


def _hours(form: Form) -> Hours:
    reader = FieldReader(form)
    days: dict[str, tuple[str, str]] = {}
    for day in WEEK:
        opens, closes = reader.clock_time(f"open-{day}"), reader.clock_time(f"close-{day}")
        if opens is not None and closes is not None:
            days[str(day)] = (opens.isoformat("minutes"), closes.isoformat("minutes"))
        elif (opens is None) != (closes is None) and not reader.problems:
            reader.problems.append((f"open-{day}", "Give both times, or neither for a closed day"))
    numbers = [reader.count(name) for name in ("minutes", "capacity", "weeks")]
    reader.refuse()
    return Hours(days, *numbers)


def _people(form: Form) -> tuple[TypedPerson, list[TypedPerson]]:
    owner = TypedPerson(form.get("name"), form.get("username"), form.secret("password"))
    if form.secret("password") != form.secret("password-again"):
        raise invalid(("password-again", "The two passwords differ"))
    operators = []
    for number in range(1, MOST_OPERATORS + 1):
        one = TypedPerson(form.get(f"name-{number}"), form.get(f"username-{number}"), form.get(f"pin-{number}"))
        if one.name or one.username or one.secret:
            operators.append(one)
    return owner, operators

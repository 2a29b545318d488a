"""The time step without JavaScript: the days of a month, the slots of a day, and alternatives to a full slot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from aiohttp import web

from hub.actions.venues.organisations import resolve_org
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.languages import best_locale, first_week_day, weekday_names
from web.keys import AVAILABILITY, SERVICES
from web.pages.forms import Form
from web.pages.plain.contact_proof import confirm_contact, venue_of
from web.pages.plain.draft import Draft
from web.pages.plain.steps import answer_form, draft_not_found, find_draft, show_step
from web.pages.plain.waitlist import join_draft
from web.pages.waiting_room import keep_place, line_up

MONTHS_EITHER_WAY = 3
IN_VIEW = 14
"""So many days are always in view: in a month's last days the grid begins with this week and goes on into the next month."""
ROLLING_WEEKS = 6
_FULL_REASONS = (Reason.SLOT_FULL.value, Reason.SLOT_CLOSED.value, Reason.SLOT_PAST.value)
_ORDER = ("AVAILABLE", "LIMITED", "FULL")


@dataclass(frozen=True, slots=True)
class Time:
    """A slot as shown to a party. `state` is available, limited, full, closed, over, or short (the party does not fit)."""

    slot_id: int
    date: date
    start: time
    end: time
    free: int
    capacity: int
    state: str

    @property
    def open(self) -> bool:
        return self.state in ("available", "limited")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the grid. `state` is the best of its slots. `begins`: the first of the next month, within the grid of this one."""

    date: date
    state: str
    shown: bool
    is_today: bool
    begins: bool


async def show_times(request: web.Request) -> web.Response:
    """Show `?month=YYYY-MM` and `?day=YYYY-MM-DD`; by default the day chosen last, or the current month."""
    draft = find_draft(request)
    if draft is None:
        return draft_not_found(request)
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    now = services.clock.now()
    venue = await venue_of(request, draft)
    today = await services.venues.today(org_id, now)
    day = _date(request.query.get("day", ""))
    first = _within(today, day or _date(request.query.get("month", "") + "-01") or _date(draft.day) or today)
    found = await _times_of_month(request, org_id, draft, first, now)
    last = _last_shown(first, today)
    if not _same_month(last, first):
        found += await _times_of_month(request, org_id, draft, last.replace(day=1), now)
    if day is None:
        day = _date(draft.day) if _same_month(draft.day, first) else _first_open(found)
    alternatives: list[dict[str, Any]] = []
    if draft.refusal in _FULL_REASONS and draft.slot_id is not None:
        offers = await request.app[AVAILABILITY].alternatives(org_id, draft.slot_id, len(draft.tickets))
        alternatives = [
            {**offer, "date": date.fromisoformat(offer["date"]), "start": time.fromisoformat(offer["start_time"])}
            for offer in offers
        ]
    locale = best_locale(request.headers.get("Accept-Language"), request["language"])
    weeks = _weeks(first, last, today, found, first_week_day(locale))
    return await show_step(
        request,
        "time",
        draft,
        first=first,
        last=last,
        weeks=weeks,
        weekdays=[weekday_names(one.date, locale) for one in weeks[0]],
        before=_month_key(today, first, -1),
        after=_month_key(today, first, 1),
        day=day if day is not None and first <= day <= last else None,
        times=[one for one in found if one.date == day],
        alternatives=alternatives,
        places=len(draft.tickets),
        waitlist=venue is not None and venue.waitlist_offer_minutes is not None,
    )


async def answer_time(request: web.Request) -> web.Response:
    response = await answer_form(request, "time", _read_time, _check_time)
    keep_place(request, response)
    return response


def _read_time(draft: Draft, form: Form) -> Draft:
    """Put the chosen slot into the draft. A button holds slot and day, so alternatives can be in another month."""
    number, _, day = (form.get("slot") or form.get("wait")).partition(".")
    known = _date(day)
    if known is None or not number.isascii() or not number.isdigit() or len(number) > 16:
        return replace(draft, slot_id=None)
    return replace(draft, slot_id=int(number), day=known.isoformat())


async def _check_time(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    if draft.slot_id is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    if not form.get("wait"):
        return draft, "confirm"
    try:
        return draft, await join_draft(request, draft)
    except Refused as no:
        if no.reason is Reason.WAITING_ROOM:
            return draft, await line_up(request, no, f"{draft.path}/time")
        if no.reason is not Reason.CONTACT_NOT_VERIFIED:
            raise
    return await confirm_contact(request, replace(draft, proofs=()))


async def time_of(request: web.Request, draft: Draft) -> Time | None:
    """Return the current state of the draft's slot; None if the months shown have no such slot."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    chosen = _date(draft.day)
    if chosen is None or draft.slot_id is None:
        return None
    found = await _times_of_month(request, org_id, draft, chosen.replace(day=1), services.clock.now())
    return next((one for one in found if one.slot_id == draft.slot_id), None)


async def _times_of_month(request: web.Request, org_id: int, draft: Draft, first: date, now: datetime) -> list[Time]:
    calendar = await request.app[AVAILABILITY].month(org_id, first.year, first.month, draft.venue_id)
    return [_time(slot, len(draft.tickets), now) for slot in orjson.loads(calendar.body)["data"]]


def _time(slot: dict[str, Any], places: int, now: datetime) -> Time:
    free = slot["available_count"]
    state = slot["capacity_status"].lower()
    if datetime.fromisoformat(slot["ends_at"]) <= now:
        state = "over"
    elif slot["status"] not in ("ACTIVE", "FULL"):
        state = "closed"
    elif 0 < free < places:
        state = "short"
    return Time(
        slot["id"], date.fromisoformat(slot["date"]), time.fromisoformat(slot["start_time"]),
        time.fromisoformat(slot["end_time"]), free, slot["total_capacity"], state,
    )  # fmt: skip


def _last_shown(first: date, today: date) -> date:
    """Return the last day of the grid: that of the month, or of the next one if this month has few days left."""
    end = _shifted(first, 1) - timedelta(days=1)
    has_few_left = first == today.replace(day=1) and (end - today).days + 1 < IN_VIEW
    return _shifted(first, 2) - timedelta(days=1) if has_few_left else end


def _weeks(first: date, last: date, today: date, found: list[Time], week_start: int) -> list[list[Day]]:
    states: dict[date, set[str]] = {}
    for one in found:
        states.setdefault(one.date, set()).add(one.state)
    rolls = not _same_month(last, first)
    start = today if rolls else first
    start -= timedelta(days=(start.isoweekday() - week_start) % 7)
    end = min(last, start + timedelta(days=7 * ROLLING_WEEKS - 1)) if rolls else last
    weeks = []
    while start <= end:
        days = [start + timedelta(days=n) for n in range(7)]
        weeks.append([_day(one, first, end, today, states, rolls=rolls) for one in days])
        start += timedelta(days=7)
    return weeks


def _day(one: date, first: date, end: date, today: date, states: dict[date, set[str]], *, rolls: bool) -> Day:
    shown = one <= end and (rolls or first <= one)
    return Day(one, _state(one, today, states), shown, one == today, rolls and one.day == 1 and one > today)


def _state(day: date, today: date, states: dict[date, set[str]]) -> str:
    if day < today:
        return "past"
    known = states.get(day)
    if not known:
        return "none"
    return next((state for state in ("available", "limited") if state in known), "full")


def _first_open(found: list[Time]) -> date | None:
    return next((one.date for one in found if one.open), None)


def _within(today: date, month: date) -> date:
    """Return the first day of the month, limited to the months of the calendar."""
    return max(_shifted(today, -MONTHS_EITHER_WAY), min(month.replace(day=1), _shifted(today, MONTHS_EITHER_WAY)))


def _month_key(today: date, first: date, by: int) -> str:
    other = _shifted(first, by)
    return f"{other:%Y-%m}" if _within(today, other) == other else ""


def _shifted(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _same_month(day: date | str | None, first: date) -> bool:
    known = _date(day) if isinstance(day, str) else day
    return known is not None and known.replace(day=1) == first


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None

"""The form that asks for seats at a performance, and the page after it. They work without JavaScript.

A refusal shows the same form with what was typed and a message beside each field. The link to confirm travels by e-mail alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import Any

from aiohttp import web

from db.pool import DatabaseDown
from hub.access.randomness import random_name
from hub.actions.shows.read_shows import Performance, Show, alternatives_of
from hub.actions.shows.request_booking import BookingRequest, PendingRequest
from hub.actions.shows.visitor import LONGEST_NAME, LONGEST_NOTES, read_visitor
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.text.messages import message, said
from hub.text.phone_countries import international
from web.keys import BOOKING_REQUESTS, SERVICES
from web.pages.forms import Form, read_form
from web.pages.render import page
from web.pages.shows import find_show, standing_of, waited_performances
from web.pages.typed_form import drop_form, keep_form, kept_form
from web.pages.venue_logos import logo_of
from web.pages.waiting_room import send_to_waiting_room
from web.rate_limits import enforce_rate_limit
from web.request_fields import path_id
from web.statuses import status_of
from web.waiting_visitors import turn_for_performance

_LONGEST_KEPT = {"name": LONGEST_NAME, "email": 254, "phone": 40}
_BESIDE_FIELDS = (Reason.INVALID_REQUEST, Reason.INVALID_CONTACT)
_USUAL_PARTY = 2


@dataclass(frozen=True, slots=True)
class Typed:
    """What a visitor has typed. `key` names this form, so that sending it twice asks once."""

    name: str
    email: str
    phone: str
    notes: str
    party: str
    consent: bool
    key: str

    @classmethod
    def of(cls, form: Form) -> Typed:
        kept = {name: form.get(name)[:longest] for name, longest in _LONGEST_KEPT.items()}
        return cls(**kept, notes=form.text("notes"), party=form.get("party_size")[:10],
                   consent=form.get("consent") == "yes", key=form.get("key")[:64] or random_name())  # fmt: skip

    def request_key(self, performance_id: int) -> str:
        """Return the idempotency key. Other details or another performance give another key."""
        meant = repr((self.key, performance_id, self.name, self.email, self.phone, self.notes, self.party))
        return hashlib.sha256(meant.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as the form shows it: a sentence above it, or messages by field. `offers` are performances with room."""

    status: int
    sentence: str = ""
    fields: dict[str, str] | None = None
    available_count: int | None = None
    offers: tuple[Performance, ...] = ()
    retry_after: int | None = None


async def show_form(request: web.Request) -> web.Response:
    """Show the form, or why this performance cannot be booked. It is empty, or as it was when the visitor had to wait."""
    try:
        show, performance = await _find(request)
    except Refused as no:
        return _missing(request, no)
    kept = kept_form(request)
    if kept is not None:
        return await _form_page(request, show, performance, Typed(**kept))
    party = min(_USUAL_PARTY, performance.largest_party, max(performance.available_count, 1))
    typed = Typed("", "", "", "", str(party), consent=False, key=random_name())
    return await _form_page(request, show, performance, typed)


async def answer_form(request: web.Request) -> web.Response:
    """Ask for the seats. A form that comes from another performance (`other`) is only shown, with what was typed there."""
    form = await read_form(request)
    try:
        show, performance = await _find(request)
    except Refused as no:
        return _missing(request, no)
    typed = Typed.of(form)
    if form.get("other"):
        return await _form_page(request, show, performance, replace(typed, key=random_name()))
    try:
        pending = await _ask(request, show, performance, typed)
    except Refused as no:
        if no.reason is Reason.WAITING_ROOM:
            return await _wait(request, typed, no)
        return await _form_page(
            request, show, performance, typed, await _explain(request, show, performance, typed, no)
        )
    except (Unavailable, DatabaseDown):
        sentence = message(Reason.SERVICE_UNAVAILABLE, {})
        return await _form_page(request, show, performance, typed, Problem(503, sentence, retry_after=2))
    response = page(
        request, "booking/sent.html", show=show, performance=performance, typed=typed, pending=pending,
        development=request.app[SERVICES].settings.shows_mailbox, logo=await logo_of(request, show.org_id, show.venue_id),
    )  # fmt: skip
    drop_form(request, response)
    return response


async def _wait(request: web.Request, typed: Typed, no: Refused) -> web.Response:
    """Send the visitor to the waiting room. The form is kept, and filled in when they come back."""
    response = await send_to_waiting_room(request, no, request.path)
    keep_form(request, response, asdict(typed), long="notes")
    return response


async def _find(request: web.Request) -> tuple[Show, Performance]:
    show = await find_show(request)
    performance = show.performance(path_id(request, "performance_id"))
    if performance is None:
        raise Refused(Reason.PERFORMANCE_NOT_FOUND, show=show)
    return show, performance


async def _ask(request: web.Request, show: Show, performance: Performance, typed: Typed) -> PendingRequest:
    """Ask for the seats. What was typed is checked before the rate limit, so that a typing error does not count."""
    problems: dict[str, str] = {}
    visitor = None
    try:
        phone = international(typed.phone, show.country) if typed.phone else None
        visitor = read_visitor(typed.name, typed.email, phone, typed.notes)
    except Refused as no:
        problems |= _by_field(no)
        if "name" in problems or "notes" in problems:
            problems |= _contact_problems(typed, show)
    party = int(typed.party) if typed.party.isascii() and typed.party.isdigit() else 0
    if not 1 <= party <= performance.largest_party:
        problems["party_size"] = "party"
    if show.consent and not typed.consent:
        problems["consent"] = "consent"
    if problems or visitor is None:
        raise Refused(Reason.INVALID_REQUEST, fields=problems)
    await enforce_rate_limit(request, "reservations", request.app[SERVICES].settings.rate_reservations)
    key = typed.request_key(performance.performance_id)
    wanted = BookingRequest(
        org_id=show.org_id,
        performance_id=performance.performance_id,
        visitor=visitor,
        party_size=party,
        language=request["language"],
        consent=typed.consent,
        idempotency_key=key,
    )
    async with turn_for_performance(request, performance.performance_id, key):
        return await request.app[BOOKING_REQUESTS].request(wanted)


def _contact_problems(typed: Typed, show: Show) -> dict[str, str]:
    """Return what is wrong with the contact, also if the name was refused before it was read."""
    try:
        read_visitor("A", typed.email, international(typed.phone, show.country) if typed.phone else None)
    except Refused as no:
        return _by_field(no)
    return {}


def _by_field(no: Refused) -> dict[str, str]:
    entries = no.details.get("errors") or no.details.get("validation_errors") or []
    return {entry["field"]: entry["message"] for entry in said(entries)}


async def _explain(request: web.Request, show: Show, performance: Performance, typed: Typed, no: Refused) -> Problem:
    """Return the refusal with what helps: messages beside fields, the places left, other performances with room."""
    status = status_of(no.reason)
    if no.reason in _BESIDE_FIELDS:
        return Problem(status, fields=no.details.get("fields") or _by_field(no))
    wanted = int(typed.party) if typed.party.isascii() and typed.party.isdigit() else 1
    offers: tuple[Performance, ...] = ()
    if no.reason in (Reason.NO_CAPACITY, Reason.BOOKING_CLOSED):
        offers = await alternatives_of(request.app[SERVICES], show.org_id, performance.performance_id, wanted)
    retry_after = no.details.get("retry_after")
    return Problem(
        status, message(no.reason, no.details), {}, no.details.get("available_count"), offers,
        None if retry_after is None else max(1, round(retry_after)),
    )  # fmt: skip


async def _form_page(
    request: web.Request, show: Show, performance: Performance, typed: Typed, problem: Problem | None = None
) -> web.Response:
    standing = standing_of(performance)
    if problem is not None and problem.available_count is not None:
        # The show was read before the refusal, which knows better.
        performance = replace(performance, available_count=problem.available_count)
        standing = standing_of(performance)
    offers = problem.offers if problem else ()
    if not offers and standing not in ("available", "filling"):
        offers = await alternatives_of(request.app[SERVICES], show.org_id, performance.performance_id, 1)
    context: dict[str, Any] = {
        "show": show, "performance": performance, "standing": standing, "typed": typed, "problem": problem,
        "wrong": (problem.fields or {}) if problem else {}, "offers": offers, "longest_notes": LONGEST_NOTES,
        "most": max(min(performance.largest_party, performance.available_count), 1),
        "logo": await logo_of(request, show.org_id, show.venue_id),
        "waits": performance.performance_id in await waited_performances(request.app[SERVICES], show),
    }  # fmt: skip
    response = page(request, "booking_form.html", status=problem.status if problem else 200, **context)
    response.headers["X-Robots-Tag"] = "noindex"
    if problem is not None and problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _missing(request: web.Request, no: Refused) -> web.Response:
    if no.reason not in (Reason.SHOW_NOT_FOUND, Reason.PERFORMANCE_NOT_FOUND, Reason.NOT_FOUND):
        raise no
    return page(request, "booking/no_performance.html", status=404, show=no.details.get("show"))

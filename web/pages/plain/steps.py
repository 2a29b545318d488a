"""The steps of the pages without JavaScript: how a step is shown, and how its form is answered.

Every form is answered with a redirect (303) to the next step, or back to its own page, which then shows the error. So a reload
repeats nothing, the back button works, and nothing has to be typed twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from db.pool import DatabaseDown
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.rules.venue import Venue
from hub.text.messages import message
from web.pages.forms import Form, read_form
from web.pages.plain.contact_proof import venue_of
from web.pages.plain.draft import Draft, keep_draft, read_draft
from web.pages.render import page
from web.redirects import see_other

STEPS = ("ticket", "contact", "time", "confirm")
FormReader = Callable[[Draft, Form], Draft]
FormAction = Callable[[web.Request, Draft, Form], Awaitable[tuple[Draft, str]]]
_KEPT_DETAILS = ("retry_after", "reserved_date", "free", "needed", "tries_left", "change_cutoff_hours")


def plain_page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    response = page(request, f"plain/{template}", status=status, **context)
    # These URLs would get `no-referrer`, but with it a browser sends no `Origin` with a form.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


async def show_step(
    request: web.Request, step: str, draft: Draft, *, path: str | None = None, **context: Any
) -> web.Response:
    """Return the page of one step, with the venue and the last refusal."""
    refusal = message(Reason(draft.refusal), draft.refusal_details) if draft.refusal else ""
    base = draft.path if path is None else path
    at = {"code": "contact", "venue": "ticket"}.get(step, step)
    passed = STEPS[: STEPS.index(at)]
    venue = await _known_venue(request, draft)
    return plain_page(
        request, f"{step}.html", draft=draft, base=base, at=at, passed=passed, refusal=refusal, venue=venue,
        logo=venue and venue.logo, **context,
    )  # fmt: skip


async def _known_venue(request: web.Request, draft: Draft) -> Venue | None:
    """Return the venue of the draft; None while it is not known, or if it cannot be read now."""
    if draft.venue_id is None:
        return None
    try:
        return await venue_of(request, draft)
    except (Refused, Unavailable, DatabaseDown):
        return None


def find_draft(request: web.Request) -> Draft | None:
    """Return the unfinished draft of this URL; None if there is none, or if it is booked."""
    draft = read_draft(request)
    return None if draft is None or draft.reservation else draft


def draft_not_found(request: web.Request) -> web.Response:
    """Return the response if there is no unfinished draft: a redirect to its reservation, or a page that says so."""
    draft = read_draft(request)
    if draft is not None and draft.reservation:
        return see_other(draft.reservation)
    return plain_page(request, "lost.html", status=410)


async def answer_form(
    request: web.Request, step: str, reader: FormReader, action: FormAction, new: Draft | None = None
) -> web.Response:
    """Answer the form of `step`. `reader` puts the fields into the draft, and `action` acts on it and returns the next path.

    A refusal of the action is shown on the step's own page, with all typed fields.
    """
    form = await read_form(request)
    draft = new or find_draft(request)
    if draft is None:
        return draft_not_found(request)
    draft = reader(draft.trying(step), form)
    try:
        draft, to = await action(request, draft, form)
    except Refused as no:
        draft, to = replace(draft, refusal=no.reason.value, refusal_details=keep_details(no)), step
    except (Unavailable, DatabaseDown):
        draft, to = replace(draft, refusal=Reason.SERVICE_UNAVAILABLE.value), step
    response = see_other(to if to.startswith("/") else f"{draft.path}/{to}")
    keep_draft(request, response, draft)
    return response


def keep_details(no: Refused) -> dict[str, Any]:
    """Return the details of a refusal that its message may use. Lists are left out, because the page reads them again."""
    return {name: value for name, value in no.details.items() if name in _KEPT_DETAILS}

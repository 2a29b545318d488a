"""The frame of the pages that work without JavaScript: how a step is shown, and how a form is answered.

Every form is answered with a redirect (303): to the next step, or back to its own page, which then says what was wrong. So
reloading repeats nothing, the back button always works, and nothing is typed twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from db.pool import DatabaseDown
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.text.messages import message
from web.pages.forms import Form, read_form
from web.pages.plain.draft import Draft, keep_draft, read_draft
from web.pages.render import page

STEPS = ("ticket", "contact", "time", "confirm")
Take = Callable[[Draft, Form], Draft]
Action = Callable[[web.Request, Draft, Form], Awaitable[tuple[Draft, str]]]
_TOLD = ("retry_after", "reserved_date", "free", "needed", "tries_left", "change_cutoff_hours")


def see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def plain_page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    response = page(request, f"plain/{template}", status=status, **context)
    # With `no-referrer`, which these addresses would get, a browser names no origin with a form either.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def show(request: web.Request, step: str, draft: Draft, *, path: str | None = None, **context: Any) -> web.Response:
    """The page of one step, with what the last answer refused."""
    said = message(Reason(draft.refusal), draft.told) if draft.refusal else ""
    base = draft.path if path is None else path
    at = "contact" if step == "code" else step
    passed = STEPS[: STEPS.index(at)]
    return plain_page(request, f"{step}.html", draft=draft, base=base, at=at, passed=passed, refusal=said, **context)


def held(request: web.Request) -> Draft | None:
    """The draft of this address that is still to be finished; None where there is none, or it has been booked."""
    draft = read_draft(request)
    return None if draft is None or draft.reservation else draft


def astray(request: web.Request) -> web.Response:
    """Where a request leads whose draft is booked already or not to be found."""
    draft = read_draft(request)
    if draft is not None and draft.reservation:
        return see_other(draft.reservation)
    return plain_page(request, "lost.html", status=410)


async def answer(request: web.Request, step: str, take: Take, deed: Action, begun: Draft | None = None) -> web.Response:
    """Answer the form of `step`: `take` notes what was typed, `deed` acts on it and names the path to go on to.

    What the deed refuses is told on the step's own page, where everything typed is still there.
    """
    form = await read_form(request)
    draft = begun or held(request)
    if draft is None:
        return astray(request)
    draft = take(draft.trying(step), form)
    try:
        draft, to = await deed(request, draft, form)
    except Refused as no:
        draft, to = replace(draft, refusal=no.reason.value, told=told_of(no)), step
    except (Unavailable, DatabaseDown):
        draft, to = replace(draft, refusal=Reason.SERVICE_UNAVAILABLE.value), step
    response = see_other(to if to.startswith("/") else f"{draft.path}/{to}")
    keep_draft(request, response, draft)
    return response


def told_of(no: Refused) -> dict[str, Any]:
    """The details of a refusal that its sentence may name; lists are found anew when the page is shown."""
    return {name: value for name, value in no.details.items() if name in _TOLD}

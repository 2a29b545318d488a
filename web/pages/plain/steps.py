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
FormReader = Callable[[Draft, Form], Draft]
FormAction = Callable[[web.Request, Draft, Form], Awaitable[tuple[Draft, str]]]
_KEPT_DETAILS = ("retry_after", "reserved_date", "free", "needed", "tries_left", "change_cutoff_hours")


def see_other(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


def plain_page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    response = page(request, f"plain/{template}", status=status, **context)
    # With `no-referrer`, which these addresses would get, a browser names no origin with a form either.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def show_step(
    request: web.Request, step: str, draft: Draft, *, path: str | None = None, **context: Any
) -> web.Response:
    """The page of one step, with what the last answer refused."""
    refusal = message(Reason(draft.refusal), draft.refusal_details) if draft.refusal else ""
    base = draft.path if path is None else path
    at = "contact" if step == "code" else step
    passed = STEPS[: STEPS.index(at)]
    return plain_page(request, f"{step}.html", draft=draft, base=base, at=at, passed=passed, refusal=refusal, **context)


def find_draft(request: web.Request) -> Draft | None:
    """The unfinished draft of this address; None if there is none, or where it has been booked."""
    draft = read_draft(request)
    return None if draft is None or draft.reservation else draft


def draft_not_found(request: web.Request) -> web.Response:
    """The response without an unfinished draft: a redirect to its reservation, or a page that says it is lost."""
    draft = read_draft(request)
    if draft is not None and draft.reservation:
        return see_other(draft.reservation)
    return plain_page(request, "lost.html", status=410)


async def answer_form(
    request: web.Request, step: str, reader: FormReader, action: FormAction, new: Draft | None = None
) -> web.Response:
    """Answer the form of `step`: `reader` puts what was typed into the draft, `action` acts on it and names the next path.

    A refusal of the action is shown on the step's own page, where everything typed is still there.
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
    """The details of a refusal that its message may name; lists are read again when the page is shown."""
    return {name: value for name, value in no.details.items() if name in _KEPT_DETAILS}

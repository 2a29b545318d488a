"""What the organiser's pages share: their frame, the sentence after a change, and moments in the venue's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.rules.refusals import Refused
from hub.text.languages import N_
from hub.text.messages import message, said
from web.pages.render import page

DONE: Mapping[str, str] = {
    "booking-cancelled": N_("The booking is cancelled and its seats are free. We have emailed the visitor."),
    "request-cancelled": N_("The request is cancelled. We have emailed the visitor."),
    "booking-moved": N_("The booking has been moved. We have emailed the visitor."),
    "confirmation-sent": N_("The confirmation is on its way again, with a new link."),
    "request-sent": N_("The request is on its way again, with a new link."),
}
"""The sentence after a change, by the name in `?done=`."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the clock of a venue."""

    date: date
    time: time


def moment_in(moment: datetime | None, zone: ZoneInfo) -> Moment | None:
    if moment is None:
        return None
    there = moment.astimezone(zone)
    return Moment(there.date(), there.time())


def admin_page(
    request: web.Request, template: str, *, status: int = 200, refused: Refused | None = None, **context: Any
) -> web.Response:
    """Return a page in the organiser's frame. `refused` is shown above its content, with the problem of each field."""
    problems: dict[str, str] = {}
    if refused is not None:
        entries = [*refused.details.get("errors", ()), *refused.details.get("validation_errors", ())]
        problems = {entry["field"]: entry["message"] for entry in reversed(said(entries))}
    return page(
        request,
        f"admin/{template}",
        status=status,
        done=DONE.get(request.query.get("done", ""), ""),
        refusal="" if refused is None else message(refused.reason, refused.details),
        problems=problems,
        **context,
    )


def see_other(path: str, **query: object) -> web.Response:
    """Redirect after a form, so that a reload sends nothing again."""
    kept = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return web.Response(status=303, headers={"Location": f"{path}?{urlencode(kept)}" if kept else path})

"""The waiting list page: one entry by its link. It works without JavaScript, and its script refreshes it.

A GET changes nothing, because link scanners of mail programs open every URL they see.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.actions.waitlist.entries import WaitlistView, read_waitlist
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from web.keys import SERVICES
from web.pages.kept_pages import kept_page
from web.pages.render import page
from web.pages.venue_logos import logo_of
from web.request_fields import path_token


@dataclass(frozen=True, slots=True)
class Waiting:
    """The data of the page. `ends_at` is the offer's end in RFC 3339; `end_day` and `end_time` are in the venue's zone."""

    version: str
    view: WaitlistView
    ends_at: str
    end_day: date | None
    end_time: time | None
    over: bool
    """Whether the slot is over, so that waiting has no use."""

    @property
    def codes(self) -> tuple[str, ...]:
        return self.view.ticket_codes


async def show_entry(request: web.Request) -> web.Response:
    """Show `/w/{token}`. A dead link gets a page with 404."""
    services = request.app[SERVICES]
    token = path_token(request)
    now = services.clock.now()
    try:
        waiting = waiting_of(await read_waitlist(services, token), now)
    except Refused as no:
        if no.reason is not Reason.WAITLIST_NOT_FOUND:
            raise
        return kept_page(
            request, "waitlist.html", {"token": token, "now": rfc3339(now)}, status=404, waiting=None, logo=None
        )
    logo = await logo_of(request, waiting.view.org_id, waiting.view.venue_id)
    return page(request, "waitlist.html", waiting=waiting, token=token, now=rfc3339(now), logo=logo)


def waiting_of(view: WaitlistView, now: datetime) -> Waiting:
    end = view.offer_ends_at
    there = end.astimezone(ZoneInfo(view.timezone)) if end else None
    facts = repr(
        (view.status, view.position, view.places, end, view.end_cause, view.ticket_codes, view.date, view.start_time)
    )
    return Waiting(
        version=hashlib.blake2b(facts.encode(), digest_size=8).hexdigest(),
        view=view,
        ends_at=rfc3339(end) if end else "",
        end_day=there.date() if there else None,
        end_time=there.time() if there else None,
        over=now >= view.ends_at,
    )

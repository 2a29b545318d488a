"""The availability endpoint: what is free in a month or a span of days. The hottest page of a sale, so it does little:
the query is understood once per spelling, the body is ready, and an unchanged one is not even sent.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl

from aiohttp import web

from hub.actions.venues.organisations import resolve_org
from hub.rules.refusals import Refused
from hub.services import Services
from web.api.requests import LARGEST_ID
from web.json_body import invalid
from web.json_responses import json_response
from web.keys import AVAILABILITY, SERVICES

LONGEST_SPAN = 92
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEARS = range(2000, 2200)
# `no-cache` means: keep it, but ask whether it is still so. The entity tag makes the asking cheap.
_KEEP_BUT_ASK = "no-cache"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`month` None and `first` None: the current month."""

    orq: int | None
    month: tuple[int, int] | None
    first: date | None
    last: date | None


async def available(request: web.Request) -> web.Response:
    wanted = understand(request.rel_url.raw_query_string)
    if isinstance(wanted, Refused):
        raise Refused(wanted.reason, **wanted.details)
    app = request.app
    calendar = app[AVAILABILITY]
    org_id = await resolve_org(app[SERVICES], wanted.orq)
    if wanted.first is not None and wanted.last is not None:
        cached = await calendar.span(org_id, wanted.first, wanted.last)
    else:
        year, month = wanted.month or await _this_month(app[SERVICES], org_id)
        cached = await calendar.month(org_id, year, month)
    headers = {"ETag": cached.etag, "Cache-Control": _KEEP_BUT_ASK}
    known = request.headers.get("If-None-Match")
    if known is not None and names_etag(known, cached.etag):
        return web.Response(status=304, headers=headers)
    return json_response(cached.body, headers=headers)


async def _this_month(services: Services, org_id: int) -> tuple[int, int]:
    today = await services.venues.today(org_id, services.clock.now())
    return today.year, today.month


def query_span(request: web.Request, *, today: date, days: int) -> tuple[date, date]:
    """The span a request asks for with from and to, or `days` days from today."""
    wanted = understand(request.rel_url.raw_query_string)
    if isinstance(wanted, Refused):
        raise Refused(wanted.reason, **wanted.details)
    if wanted.first is not None and wanted.last is not None:
        return wanted.first, wanted.last
    return today, today + timedelta(days=days - 1)


@lru_cache(maxsize=4096)
def understand(query: str) -> Wanted | Refused:
    """The query as values, or the refusal that names everything wrong with it."""
    given = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=None))
    problems: list[tuple[str, str]] = []
    orq = month = first = last = None
    if "orq" in given:
        if re.fullmatch(r"[0-9]{1,16}", given["orq"], re.ASCII) and 0 < int(given["orq"]) <= LARGEST_ID:
            orq = int(given["orq"])
        else:
            problems.append(("orq", "Give the number of an organisation"))
    if "month" in given:
        found = _MONTH.fullmatch(given["month"])
        if found and int(found[1]) in _YEARS:
            month = (int(found[1]), int(found[2]))
        else:
            problems.append(("month", "Give a month as YYYY-MM"))
    if "from" in given or "to" in given:
        first, last = (_day(given.get(name), name, problems) for name in ("from", "to"))
        if month is not None:
            problems.append(("month", "Give either month, or from and to"))
        elif first and last and not 0 <= (last - first).days < LONGEST_SPAN:
            problems.append(("to", f"Give a span of 1 to {LONGEST_SPAN} days"))
    return invalid(*problems) if problems else Wanted(orq, month, first, last)


def _day(text: str | None, name: str, problems: list[tuple[str, str]]) -> date | None:
    try:
        if text is not None and _DAY.fullmatch(text) and int(text[:4]) in _YEARS:
            return date.fromisoformat(text)
    except ValueError:
        pass
    problems.append((name, "Give a day as YYYY-MM-DD"))
    return None


def names_etag(if_none_match: str, etag: str) -> bool:
    """Whether the list of entity tags a client holds names `etag`; weak and strong compare alike (RFC 9110, 13.1.2)."""
    if if_none_match in (etag, "*"):
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))

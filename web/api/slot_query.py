"""The query parameters for slots: an organisation, and a month or a span of days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl

from aiohttp import web

from hub.rules.refusals import Refused
from web.json_body import invalid
from web.limits import LARGEST_ID, MOST_SPAN_DAYS

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """A parsed query. If `month` and `first` are None, it asks for the current month."""

    orq: int | None
    month: tuple[int, int] | None
    first: date | None
    last: date | None


def query_span(request: web.Request, *, today: date, days: int) -> tuple[date, date]:
    """Return the span of `from` and `to`, or `days` days from today."""
    query = parse_slot_query(request.rel_url.raw_query_string)
    if isinstance(query, Refused):
        raise Refused(query.reason, **query.details)
    if query.first is not None and query.last is not None:
        return query.first, query.last
    return today, today + timedelta(days=days - 1)


@lru_cache(maxsize=4096)
def parse_slot_query(query: str) -> SlotQuery | Refused:
    """Return the parsed query, or a refusal that lists every error. Results are cached by query string."""
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
        elif first and last and not 0 <= (last - first).days < MOST_SPAN_DAYS:
            problems.append(("to", f"Give a span of 1 to {MOST_SPAN_DAYS} days"))
    return invalid(*problems) if problems else SlotQuery(orq, month, first, last)


def _day(text: str | None, name: str, problems: list[tuple[str, str]]) -> date | None:
    try:
        if text is not None and _DAY.fullmatch(text) and int(text[:4]) in _YEARS:
            return date.fromisoformat(text)
    except ValueError:
        pass
    problems.append((name, "Give a day as YYYY-MM-DD"))
    return None

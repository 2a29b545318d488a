"""The audit log: who changed what, when and from where, with what it was before and after."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson
from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.audit.log import (
    KINDS,
    SOURCES,
    AuditEntry,
    AuditFilter,
    Place,
    place_of,
    read_audit_log,
    who_may_change,
)
from hub.rules.audit_actions import AuditAction
from hub.rules.refusals import Refused
from hub.rules.venue_policies import POLICIES
from hub.text.audit_fields import AUDIT_FIELDS, AUDIT_SOURCES, AUDIT_SUBJECTS
from hub.text.audit_sentences import AUDIT_SENTENCES, sentence_of
from hub.text.audit_values import words_of_value
from hub.text.languages import N_, translator
from web.keys import SERVICES
from web.limits import LARGEST_ID, LARGEST_VENUE_ID, LONGEST_LABEL, LONGEST_SEARCH
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import Moment, admin_page, moment_in
from web.pages.staff import administrator_of

LIST = "/admin/audit"
_EXPORT = "/api/admin/audit"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
_POLICY_LABELS = {policy.column: policy.label for policy in POLICIES}
_LONG = 300
"""Characters of a value that the page shows at once. The rest opens."""

PLACES: Mapping[str, str] = {
    "room": "/admin/rooms",
    "show": "/admin/shows/{id}",
    "performance": "/admin/performances/{id}",
    "booking": "/admin/bookings/{id}",
    "reservation": "/admin/reservations/{id}",
    "slot": "/admin/slots/{id}",
    "product": "/admin/products/{id}",
    "ticket": "/admin/tickets/{id}",
    "staff": "/admin/staff/{id}",
    "scanner": "/admin/devices/{id}",
    "venue": "/admin/venues/{id}",
    "mail": "/admin/mail",
}
"""The page of what changed, by the first word of the action. `{id}` is the subject's."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field as it was and as it is, in words. `rest` is what a long text has beyond its beginning."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One change as the page shows it. `href` is empty for what has no page, or is gone."""

    at: Moment | None
    sentence: str
    href: str
    subject_id: str
    who: str
    source: str
    client_ip: str
    has_before: bool
    has_after: bool
    differences: list[Difference]


async def show_audit_log(request: web.Request) -> web.Response:
    administrator, services = administrator_of(request), request.app[SERVICES]
    by = Actor.of(administrator, client_ip=client_ip(request))
    wanted, before = _query_of(request)
    zone = await services.venues.zone(by.org_id, by.venue_id)
    page = await read_audit_log(services, by, zone, wanted, before=before)
    _ = translator(request["language"]).gettext
    return admin_page(
        request,
        "audit.html",
        lines=[_line(one, zone, request["language"]) for one in page.entries],
        wanted=wanted,
        filtered=wanted != AuditFilter(),
        later=before is not None,
        first_page=_address(wanted),
        older=_address(wanted, before=page.next) if page.next else "",
        export=f"{_EXPORT}{_address(wanted, format='csv')}",
        staff=await who_may_change(services, by),
        kinds=[(kind, _(AUDIT_SUBJECTS.get(kind, kind)), _actions_of(kind, _)) for kind in KINDS],
        sources=[(source, _(AUDIT_SOURCES[source])) for source in SOURCES],
        zone=zone.key,
    )


def _actions_of(kind: str, _: Any) -> list[tuple[str, str]]:
    return [(one.value, _(AUDIT_SENTENCES[one])) for one in AuditAction if one.value.partition(".")[0] == kind]


def _query_of(request: web.Request) -> tuple[AuditFilter, Place | None]:
    """Return the filter and the place of an address. What means nothing is left out, so that every address shows a list."""
    query = request.query
    what = query.get("what", "")
    wanted = AuditFilter(
        first=_day(query.get("from", "")),
        last=_day(query.get("to", "")),
        staff_id=_number(query.get("staff_id", ""), LARGEST_ID),
        action=what if what in tuple(AuditAction) else None,
        kind=what if what in KINDS else None,
        subject_id=_words(query.get("subject_id", ""), LONGEST_LABEL),
        source=query.get("source") if query.get("source") in SOURCES else None,
        venue_id=_number(query.get("venue_id", ""), LARGEST_VENUE_ID),
        text=_words(query.get("q", ""), LONGEST_SEARCH),
    )
    if wanted.first and wanted.last and wanted.last < wanted.first:
        wanted = replace(wanted, first=wanted.last, last=wanted.first)
    try:
        return wanted, place_of(query["before"]) if query.get("before") else None
    except Refused:
        return wanted, None


def _address(wanted: AuditFilter, **more: object) -> str:
    """Return the query string of a list. The API takes `action` and `kind`, the form has one field for both."""
    kind = (
        {"what": wanted.action or wanted.kind}
        if "format" not in more
        else {"action": wanted.action, "kind": wanted.kind}
    )
    values = {
        "q": wanted.text, **kind, "subject_id": wanted.subject_id, "staff_id": wanted.staff_id, "source": wanted.source,
        "venue_id": wanted.venue_id, "from": wanted.first, "to": wanted.last, **more,
    }  # fmt: skip
    kept = {name: str(value) for name, value in values.items() if value is not None}
    return f"?{urlencode(kept)}" if kept else ""


def _name_of(field: str) -> str:
    """Return what a field is called, in English: its own name, or that of a policy."""
    return AUDIT_FIELDS.get(field) or _POLICY_LABELS.get(field) or field.replace("_", " ")


def _line(entry: AuditEntry, zone: ZoneInfo, language: str) -> Line:
    _ = translator(language).gettext
    kind = entry.action.partition(".")[0]
    gone = entry.action.endswith(".deleted")
    source = _(AUDIT_SOURCES.get(entry.source, entry.source))
    names = [*dict.fromkeys([*(entry.before or ()), *(entry.after or ())])]
    return Line(
        at=moment_in(entry.at, zone),
        sentence=sentence_of(entry.action, language),
        href="" if gone else PLACES.get(kind, "").format(id=entry.subject_id),
        subject_id=entry.subject_id,
        who=entry.staff_name or source,
        source=source if entry.staff_name else "",
        client_ip=entry.client_ip or "",
        has_before=entry.before is not None,
        has_after=entry.after is not None,
        differences=[
            Difference(
                _(_name_of(name)),
                _shown(name, (entry.before or {}).get(name), zone, language),
                _shown(name, (entry.after or {}).get(name), zone, language),
            )
            for name in names
        ],
    )


def _shown(field: str, value: Any, zone: ZoneInfo, language: str) -> str:
    """Return a value in words; "" for nothing. Moments are on the clock of the venue."""
    _ = translator(language).gettext
    if (words := words_of_value(field, value)) is not None:
        return _(words)
    match value:
        case None | "" | [] | {}:
            return ""
        case bool():
            return _(N_("Yes")) if value else _(N_("No"))
        case str() if _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        case str() if re.fullmatch(r"\d\d:\d\d:00", value):
            return value[:5]
        case str():
            return value if len(value) <= _LONG else f"{value[:_LONG]}…"
        case list() if all(isinstance(one, (str, int)) for one in value):
            return ", ".join(str(one) for one in value)
        case int() | float():
            return str(value)
    text = orjson.dumps(value).decode()
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _number(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 and 0 < int(text) <= most else None


def _words(text: str, longest: int) -> str | None:
    kept = "".join(one for one in unicodedata.normalize("NFC", text[:longest]) if one.isprintable()).strip()
    return kept or None

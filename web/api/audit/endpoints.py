"""The endpoint of the audit log: changes by filter, as pages of JSON or as one CSV file."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from aiohttp import web

from db.pool import DatabaseDown
from hub.actions.audit.log import KINDS, SOURCES, AuditEntry, AuditFilter, every_entry, place_of, read_audit_log
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.text.audit_sentences import sentence_of
from web.api.administration import actor_of, answer
from web.api.reporting.csv_files import BYTE_ORDER_MARK, csv_cell, wants_csv
from web.json_body import invalid
from web.keys import SERVICES
from web.limits import LARGEST_ID, LONGEST_LABEL, LONGEST_SEARCH
from web.request_fields import query_choice, query_days, query_int, query_limit, query_text, query_venue_id

COLUMNS = (
    "at", "local_time", "staff_id", "staff_name", "source", "client_ip", "action", "sentence", "subject_id", "venue_id",
    "before", "after",
)  # fmt: skip
_SEARCH = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{0,{LONGEST_SEARCH}}}")
_SUBJECT = re.compile(rf"[^\x00-\x1f\x7f\ud800-\udfff]{{1,{LONGEST_LABEL}}}")


async def show_audit_log(request: web.Request) -> web.StreamResponse:
    by, services = actor_of(request), request.app[SERVICES]
    wanted, limit, as_csv = _query_filter(request), query_limit(request), wants_csv(request)
    cursor = query_text(request, "before")
    before = place_of(cursor) if cursor is not None else None
    zone = await services.venues.zone(by.org_id, by.venue_id)
    if as_csv:
        telemetry.event(telemetry.AUDIT_LOG_EXPORTED, staff_id=by.staff_id)
        name = f"audit-{wanted.first or 'all'}-{wanted.last or 'all'}.csv"
        return await _send_csv(request, every_entry(services, by, zone, wanted), zone, name)
    page = await read_audit_log(services, by, zone, wanted, before=before, limit=limit)
    entries = [{**asdict(one), "sentence": sentence_of(one.action, request["language"])} for one in page.entries]
    return answer({"entries": entries, "next": None if page.next is None else str(page.next)})


async def _send_csv(
    request: web.Request, pages: AsyncIterator[list[AuditEntry]], zone: ZoneInfo, name: str
) -> web.StreamResponse:
    """Send all matching changes as one file, read page by page. If Postgres fails in the middle, close the connection."""
    first: list[AuditEntry] = await anext(pages, [])
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    language = request["language"]
    await response.write((BYTE_ORDER_MARK + ",".join(COLUMNS) + "\r\n" + _lines(first, zone, language)).encode())
    try:
        async for page in pages:
            await response.write(_lines(page, zone, language).encode())
    except DatabaseDown:
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response


def _lines(entries: list[AuditEntry], zone: ZoneInfo, language: str) -> str:
    text = io.StringIO()
    table = csv.writer(text)
    for one in entries:
        values: dict[str, Any] = {
            **asdict(one), "at": one.at.isoformat(), "local_time": one.at.astimezone(zone).isoformat(" ", "seconds"),
            "sentence": sentence_of(one.action, language), "before": _json(one.before), "after": _json(one.after),
        }  # fmt: skip
        table.writerow([csv_cell(values[name]) for name in COLUMNS])
    return text.getvalue()


def _json(fields: dict[str, Any] | None) -> str | None:
    return None if fields is None else orjson.dumps(fields).decode()


def _query_filter(request: web.Request) -> AuditFilter:
    first, last = query_days(request)
    text = request.query.get("q", "")
    if not _SEARCH.fullmatch(text):
        raise invalid(("q", f"Give at most {LONGEST_SEARCH} characters"))
    subject_id = request.query.get("subject_id")
    if subject_id is not None and not _SUBJECT.fullmatch(subject_id):
        raise invalid(("subject_id", f"Give 1 to {LONGEST_LABEL} characters"))
    return AuditFilter(
        first=first,
        last=last,
        staff_id=query_int(request, "staff_id", 1, LARGEST_ID),
        action=query_choice(request, "action", tuple(AuditAction)),
        kind=query_choice(request, "kind", KINDS),
        subject_id=subject_id,
        source=query_choice(request, "source", SOURCES),
        venue_id=query_venue_id(request),
        text=unicodedata.normalize("NFC", text).strip() or None,
    )

"""Shows: listed, added, changed, published, archived and deleted by their organiser."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import orjson

from db.statements import load
from hub.access.scope import refuse_other_venue, venue_within
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.actions.venues.changed_slots import publish_slots
from hub.actions.venues.venues import venue_of
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.performance_plan import LONGEST_MINUTES
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import LONGEST_NAME, TRANSLATED, clean_line, clean_text
from hub.services import Services
from hub.text.languages import known_language

SHOWS = load("shows/shows")
MOST_PARTY = 1000
MOST_AGE = 99

ShowStatus = Literal["DRAFT", "PUBLISHED", "ARCHIVED"]
STATUSES: tuple[ShowStatus, ...] = ("DRAFT", "PUBLISHED", "ARCHIVED")
FIELDS = ("title", "subtitle", "description", "translations", "duration_minutes", "spoken_language", "minimum_age",
          "accessibility", "consent", "largest_party", "status")  # fmt: skip
"""The fields of a show that may change, in the order of `write_show`."""


@dataclass(frozen=True, slots=True)
class ShowRecord:
    """A show as its organiser sees it. `poster` is the hash in the image's address, in hex.

    `translations` has texts by language and field. `performances` counts all of them, `performances_to_come` those that are
    neither over nor cancelled.
    """

    show_id: int
    venue_id: int
    venue: str
    timezone: str
    title: str
    subtitle: str
    description: str
    translations: Mapping[str, Mapping[str, str]]
    duration_minutes: int | None
    spoken_language: str
    minimum_age: int | None
    accessibility: str
    consent: str
    largest_party: int
    status: ShowStatus
    poster: str | None
    poster_width: int | None
    poster_height: int | None
    performances: int
    performances_to_come: int
    next_performance_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ShowPage:
    """One page of shows, newest first. `next` is the `before` of the following page; None at the end."""

    shows: tuple[ShowRecord, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class ShowDraft:
    """A show to add. Without `venue_id` it belongs to the organiser's venue."""

    title: str
    subtitle: str = ""
    description: str = ""
    translations: Mapping[str, Mapping[str, str]] | None = None
    duration_minutes: int | None = None
    spoken_language: str = ""
    minimum_age: int | None = None
    accessibility: str = ""
    consent: str = ""
    largest_party: int = 10
    venue_id: int | None = None


async def list_shows(
    services: Services, by: Actor, *, venue_id: int | None = None, status: ShowStatus | None = None,
    before: int | None = None, limit: int = 50,
) -> ShowPage:  # fmt: skip
    """Return the shows of the organisation that match, whatever their status."""
    rows = await services.database.fetch(
        SHOWS.list_shows,
        by.org_id,
        venue_within(by, venue_id, by.venue_id),
        status,
        before or BEYOND,
        limit + 1,
        services.clock.now(),
    )
    shows = tuple(_show(row) for row in rows[:limit])
    return ShowPage(shows, shows[-1].show_id if len(rows) > limit else None)


async def read_show(services: Services, by: Actor, show_id: int) -> ShowRecord:
    """Return one show, whatever its status. Refuses SHOW_NOT_FOUND."""
    return await _read(services.database, services, by, show_id)


async def add_show(services: Services, by: Actor, draft: ShowDraft, *, dry_run: bool = False) -> ShowRecord:
    """Add a show as a draft. Refuses INVALID_REQUEST with every wrong field, and NOT_FOUND for an unknown venue."""
    given = {name: getattr(draft, name) for name in FIELDS if name != "status"}
    fields = _check({**given, "translations": draft.translations or {}})
    venue_id = await venue_of(services, by, draft.venue_id)
    columns = [_column(fields, name) for name in FIELDS if name != "status"]
    async with change(services, dry_run=dry_run) as connection:
        show_id = await connection.fetchval(SHOWS.add_show, by.org_id, venue_id, *columns, services.clock.now())
        show = await _read(connection, services, by, show_id)
        await record_change(
            connection, services, by, AuditAction.SHOW_ADDED, show_id, venue_id=venue_id, after=_recorded(show)
        )
    if not dry_run:
        telemetry.event(telemetry.SHOW_CHANGED, change="added", show_id=show_id, staff_id=by.staff_id)
    return show


async def change_show(
    services: Services, by: Actor, show_id: int, changes: Mapping[str, Any], *, version: int | None = None,
    dry_run: bool = False,
) -> ShowRecord:  # fmt: skip
    """Change the given `FIELDS` of a show. The status PUBLISHED shows it to everybody, DRAFT and ARCHIVED hide it.

    Refuses SHOW_NOT_FOUND, VERSION_MISMATCH, INVALID_REQUEST, and SHOW_HAS_BOOKINGS with the `performances` to come that people
    are booked for or have asked to book, if the show would be hidden from them.
    """
    changed = _check(changes)
    now = services.clock.now()
    async with change(services, dry_run=dry_run) as connection:
        row = await _lock(connection, by, show_id, version)
        if row["status"] == "PUBLISHED" and changed.get("status", "PUBLISHED") != "PUBLISHED":
            await _refuse_bookings(connection, by, show_id, now)
        was = await _read(connection, services, by, show_id)
        fields = {name: changed.get(name, row[name]) for name in FIELDS}
        await connection.execute(SHOWS.write_show, by.org_id, show_id, *(_column(fields, name) for name in FIELDS), now)
        show = await _read(connection, services, by, show_id)
        await record_change(
            connection, services, by, AuditAction.SHOW_CHANGED, show_id, venue_id=show.venue_id, before=_recorded(was),
            after=_recorded(show),
        )  # fmt: skip
    if not dry_run:
        publish_slots(services, by.org_id)
        telemetry.event(telemetry.SHOW_CHANGED, change="changed", show_id=show_id, staff_id=by.staff_id,
                        status=show.status)  # fmt: skip
    return show


async def delete_show(
    services: Services, by: Actor, show_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a show that never had a performance. Refuses SHOW_NOT_FOUND, VERSION_MISMATCH, and SHOW_IN_USE with their number."""
    async with change(services, dry_run=dry_run) as connection:
        await _lock(connection, by, show_id, version)
        show = await _read(connection, services, by, show_id)
        if await connection.fetchval(SHOWS.delete_show, by.org_id, show_id) is None:
            raise Refused(Reason.SHOW_IN_USE, performances=show.performances, to_come=show.performances_to_come)
        await record_change(
            connection, services, by, AuditAction.SHOW_DELETED, show_id, venue_id=show.venue_id, before=_recorded(show)
        )
    if not dry_run:
        telemetry.event(telemetry.SHOW_CHANGED, change="deleted", show_id=show_id, staff_id=by.staff_id)


def _recorded(show: ShowRecord) -> dict[str, Any]:
    """Return what the audit log keeps of a show."""
    return {name: getattr(show, name) for name in FIELDS}


async def _lock(connection: Any, by: Actor, show_id: int, version: int | None) -> Any:
    row = await connection.fetchrow(SHOWS.lock_show, by.org_id, show_id)
    if row is None:
        raise Refused(Reason.SHOW_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    refuse_other_version(row, version)
    return row


async def _refuse_bookings(connection: Any, by: Actor, show_id: int, now: datetime) -> None:
    """Refuse SHOW_HAS_BOOKINGS. The performances stay locked, so that nobody is confirmed before the show is hidden."""
    slots = await connection.fetch(SHOWS.lock_performances_of_show, by.org_id, show_id, now)
    rows = await connection.fetch(SHOWS.performances_with_bookings, by.org_id, [slot["id"] for slot in slots], now)
    if rows:
        raise Refused(Reason.SHOW_HAS_BOOKINGS, performances=[
            {"performance_id": row["id"], "date": row["date"], "start_time": row["start_time"], "people": row["booked_count"],
             "bookings": row["confirmed"], "pending": row["pending"]}
            for row in rows
        ])  # fmt: skip


def _check(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they are stored. Refuses INVALID_REQUEST with every wrong one."""
    errors: dict[str, str] = {}
    checked: dict[str, Any] = {}
    for name, value in given.items():
        try:
            checked[name] = _checked(name, value)
        except ValueError as wrong:
            errors[name] = str(wrong)
    refuse_fields(errors)
    return checked


def _checked(name: str, value: Any) -> Any:
    match name:
        case "title" | "subtitle":
            return clean_line(value, TRANSLATED[name], required=name == "title")
        case "description" | "accessibility" | "consent":
            return clean_text(value, TRANSLATED[name])
        case "spoken_language":
            return clean_line(value, LONGEST_NAME)
        case "translations":
            return _translations(value)
        case "duration_minutes":
            return None if value is None else _number(value, 1, LONGEST_MINUTES)
        case "minimum_age":
            return None if value is None else _number(value, 0, MOST_AGE)
        case "largest_party":
            return _number(value, 1, MOST_PARTY)
        case "status" if value in STATUSES:
            return value
        case "status":
            raise ValueError(f"Give one of {', '.join(STATUSES)}")
    raise ValueError("This field cannot be changed")


def _translations(value: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return the texts by language of the hub. Empty texts are left out, and so is a language without any."""
    found: dict[str, dict[str, str]] = {}
    for tag, texts in value.items():
        language = known_language(tag)
        if language is None or language in found:
            raise ValueError(f"Give each language of the hub once; {tag[:20]!r} is none")
        unknown = sorted(set(texts) - set(TRANSLATED))
        if unknown:
            raise ValueError(f"A translation has {', '.join(TRANSLATED)}, and no {unknown[0][:20]!r}")
        cleaned = {name: _checked(name, text) for name, text in texts.items() if text.strip()}
        if cleaned:
            found[language] = cleaned
    return found


def _number(value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise ValueError(f"Give a whole number from {least} to {most}")
    return value


def _column(fields: Mapping[str, Any], name: str) -> Any:
    """Return the value of a field for a statement."""
    value = fields[name]
    return orjson.dumps(value).decode() if name == "translations" and not isinstance(value, str) else value


async def _read(database: Any, services: Services, by: Actor, show_id: int) -> ShowRecord:
    row = await database.fetchrow(SHOWS.read_show, by.org_id, show_id, services.clock.now())
    if row is None:
        raise Refused(Reason.SHOW_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return _show(row)


def _show(row: Any) -> ShowRecord:
    return ShowRecord(
        row["show_id"], row["venue_id"], row["venue"], row["timezone"], row["title"], row["subtitle"], row["description"],
        orjson.loads(row["translations"]), row["duration_minutes"], row["spoken_language"], row["minimum_age"],
        row["accessibility"], row["consent"], row["largest_party"], cast("ShowStatus", row["status"]),
        row["poster_hash"].hex() if row["poster_hash"] is not None else None, row["poster_width"], row["poster_height"],
        row["all_of_them"], row["to_come"], row["next_at"], row["version"], row["created_at"], row["updated_at"],
    )  # fmt: skip

"""Day figures: utilisation, no-shows and rejections per slot, day and show, and conversion per day."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from db.statements import load
from hub.actions.reporting.days import Happened, ScanTally, read_days
from hub.rules.day_figures import Sums, rate, total
from hub.rules.venue import Venue
from hub.services import Services

FIGURES = load("reporting/figures")
NOTHING = Happened([], 0, 0)


async def analytics(services: Services, venue: Venue, first: date, last: date) -> dict[str, Any]:
    """Return every day from `first` to `last` with its slots, and the totals of the whole span and of each show in it."""
    now, late = services.clock.now(), venue.policy.late_entry_minutes
    span_of_days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    slots: dict[date, list[Any]] = defaultdict(list)
    for row in await services.database.reports.fetch(
        FIGURES.days_of_slots, venue.org_id, venue.id, first, last, now, late
    ):
        slots[row["date"]].append(row)
    walked = dict(await services.database.reports.fetch(FIGURES.days_of_walk_ins, venue.org_id, venue.id, first, last))
    happened = await read_days(services, venue, span_of_days)
    days, sums = [], []
    of_shows: dict[int, list[tuple[Any, Sums]]] = defaultdict(list)
    for day in span_of_days:
        scans, checked, converted = happened.get(day, NOTHING)
        of_slots = [(row, _slot(row, scans)) for row in slots[day]]
        for row, part in of_slots:
            if row["show_id"] is not None:
                of_shows[row["show_id"]].append((row, part))
        whole = total(part for _, part in of_slots)
        # Includes scans that belong to no slot of the day: unknown codes, tickets of other days.
        whole.scans = whole.yellow = whole.red = 0
        whole.reasons = {}
        for one in scans:
            whole.scanned(one.result, one.reason, one.scans)
        whole.walk_ins, whole.checked, whole.converted = walked.get(day, 0), checked, converted
        sums.append(whole)
        days.append(
            {"date": day, **_figures(whole), **_checks(whole), "slots": [_named(row, part) for row, part in of_slots]}
        )
    span = total(sums)
    return {
        "from": first,
        "to": last,
        "venue_id": venue.id,
        "total": {**_figures(span), **_checks(span)},
        "shows": [_show(of_show) for of_show in of_shows.values()],
        "days": days,
    }


def _show(slots: list[tuple[Any, Sums]]) -> dict[str, Any]:
    """Return the sums of a show's performances. Its scans are those of its own bookings, each on the day of its performance."""
    row = slots[0][0]
    named = {
        "show_id": row["show_id"],
        "show": row["show"],
        "performances": sum(not row["is_cancelled"] for row, _ in slots),
    }
    return {**named, **_figures(total(part for _, part in slots))}


def _slot(row: Any, scans: list[ScanTally]) -> Sums:
    sums = Sums(row["total_capacity"], row["booked_count"], row["verified_count"], 0, row["made"], row["cancelled"])
    if row["over"]:
        sums = replace(
            sums,
            asked=row["made"],
            due=row["booked_count"] + row["released"],
            came=row["verified_count"] + row["entered_apart"],
        )
    for one in scans:
        if one.slot_id == row["id"]:
            sums.scanned(one.result, one.reason, one.scans)
    return sums


def _named(row: Any, sums: Sums) -> dict[str, Any]:
    named = {name: row[name] for name in ("start_time", "end_time", "show_id", "show", "room", "is_cancelled")}
    return {"slot_id": row["id"], **named, **_figures(sums)}


def _figures(sums: Sums) -> dict[str, Any]:
    return {
        "capacity": sums.capacity,
        "booked": sums.booked,
        "verified": sums.verified + sums.walk_ins,
        "walk_ins": sums.walk_ins,
        "utilisation": rate(sums.booked, sums.capacity),
        "due": sums.due,
        "no_show": sums.no_show,
        "no_show_rate": rate(sums.no_show, sums.due),
        "made": sums.made,
        "cancelled": sums.cancelled,
        "kept": rate(sums.came, sums.asked),
        "scans": sums.scans,
        "yellow": sums.yellow,
        "red": sums.red,
        "rejection": rate(sums.red, sums.scans),
        "reasons": [
            {"result": result, "reason": reason, "scans": scans}
            for (result, reason), scans in sorted(sums.reasons.items(), key=lambda item: (-item[1], item[0]))
        ],
    }


def _checks(sums: Sums) -> dict[str, Any]:
    """Return the conversion figures of a day. A slot has none, because a ticket is checked before a slot is chosen."""
    return {
        "checked": sums.checked,
        "converted": sums.converted,
        "conversion": rate(sums.converted, sums.checked),
    }

"""Alerts: compares measured values with their thresholds, raises and clears alerts with hysteresis, and publishes them.

A raised alert holds what was measured last. The control room gets every new value; mails, webhooks and the log are for its
beginning and its end.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from redis import RedisError

from db.statements import load
from hub.actions.reporting.alert_readings import (
    HOUR_MINUTES,
    LATENCY_MINUTES,
    RATE_MINUTES,
    Measured,
    Reading,
    readings_of_counts,
)
from hub.events.announcements import TopicEvent
from hub.observability import telemetry
from hub.observability.alert_metrics import AlertMetrics
from hub.rules.hysteresis import Change, Watched, look
from hub.rules.timestamps import rfc3339
from hub.rules.venue_day import today
from hub.services import Services

ALERTS = load("reporting/alerts")
PEOPLE = load("scanning/people_inside")
TOPIC = "alerts"
LOOK_EVERY = timedelta(seconds=20)
DAYS_AHEAD = 7
SEND_WITHIN = timedelta(days=1)
SHOWN_CLEARED = timedelta(hours=1)
OF_TABLES = ("utilisation", "people_inside")
"""Kinds that are read from tables. All others come from the counts of the processes."""
QUIETLY_CLEARED = ("utilisation", "names_locked")
"""Kinds that send no e-mail when they clear: the day is over or somebody cancelled, or the last lock began a while ago."""


async def measure(services: Services, alert_metrics: AlertMetrics) -> Measured | None:
    """Return the recent counts of all processes, read once for all organisations.

    None: Redis is away, and this process does not serve, so its own counts say nothing.
    """
    spans, alone = (HOUR_MINUTES, RATE_MINUTES, LATENCY_MINUTES), services.settings.role != "jobs"
    try:
        return Measured(*[await alert_metrics.gather(services.redis, minutes, alone=alone) for minutes in spans])
    except (RedisError, OSError):
        return None


async def look_at(services: Services, org_id: int, measured: Measured | None) -> int:
    """Check one organisation unless another process has just done so. Return how many alerts were raised or cleared.

    Without counts only what is read from tables is checked, and the other alerts stay as they are.
    """
    now = services.clock.now()
    changed_alerts: list[dict[str, Any]] = []
    events: list[TopicEvent] = []
    async with services.database.jobs.transaction() as connection:
        if await connection.fetchval(ALERTS.claim_look, org_id, now, now - LOOK_EVERY / 2) is None:
            return 0
        venues = {row["id"]: row for row in await connection.fetch(ALERTS.alert_policies, org_id)}
        days = await connection.fetch(ALERTS.fullest_days, org_id, now, now.date() + timedelta(days=DAYS_AHEAD))
        full = await _of_people_inside(connection, org_id, venues, now)
        counted = () if measured is None else readings_of_counts(org_id, venues, measured)
        readings = [*_of_days(venues, days), *counted, *full]
        known = {
            (row["venue_id"], row["kind"], row["subject"]): row
            for row in await connection.fetch(ALERTS.standing, org_id)
            if measured is not None or row["kind"] in OF_TABLES
        }
        found = {reading.key: reading for reading in readings}
        for key in {*known, *found}:
            # A value that is no longer measured (the day is over, or the policy was switched off) counts as 0.
            reading = found.get(key) or Reading(*key, 0.0, 1.0, {}, measured=False)
            row, change = await _settle(connection, org_id, reading, known.get(key), now)
            if row is None:
                continue
            alert = _as_dict(row, venues[row["venue_id"]]["name"])
            events.append(TopicEvent.of(org_id, TOPIC, {"alert": alert}, venue_id=alert["venue_id"]))
            if change is not None:
                changed_alerts.append(alert)
                await _write_messages(connection, org_id, venues[alert["venue_id"]], alert, now)
    services.announcer.publish(events)
    for alert in changed_alerts:
        telemetry.event(
            telemetry.ALERT_CLEARED if alert["cleared_at"] else telemetry.ALERT_RAISED, "WARNING", kind=alert["kind"],
            venue_id=alert["venue_id"], value=alert["value"], threshold=alert["threshold"],
        )  # fmt: skip
    return len(changed_alerts)


async def list_alerts(services: Services, org_id: int, venue_id: int | None) -> list[dict[str, Any]]:
    """Return the raised alerts and those cleared in the last hour, newest first."""
    rows = await services.database.fetch(ALERTS.list_alerts, org_id, venue_id, services.clock.now() - SHOWN_CLEARED)
    return [_as_dict(row, row["venue_name"]) for row in rows]


async def watches_all(services: Services, org_id: int, staff_id: int) -> bool:
    """Return whether this staff member belongs to no single venue."""
    return bool(await services.database.fetchval(ALERTS.of_no_venue, org_id, staff_id))


async def _of_people_inside(connection: Any, org_id: int, venues: dict[int, Any], now: datetime) -> list[Reading]:
    """Return how many people are inside each venue that has a limit."""
    readings = []
    for venue in venues.values():
        if venue["inside_limit"] is not None:
            day = today(now, ZoneInfo(venue["timezone"]))
            inside = await connection.fetchval(PEOPLE.people_inside, org_id, venue["id"], day, now)
            readings.append(Reading(venue["id"], "people_inside", "", float(inside), float(venue["inside_limit"]), {}))
    return readings


def _of_days(venues: dict[int, Any], days: list[Any]) -> list[Reading]:
    return [
        Reading(
            row["venue_id"],
            "utilisation",
            row["date"].isoformat(),
            round(row["value"], 1),
            float(venues[row["venue_id"]]["alert_utilisation_percent"]),
            {"slots": row["full_slots"] or []},
        )
        for row in days
    ]


async def _settle(
    connection: Any, org_id: int, reading: Reading, known: Any, now: datetime
) -> tuple[Any, Change | None]:
    """Apply one reading to its stored state. Return the alert that it raised, cleared or measured again, and the change."""
    before = Watched() if known is None else Watched(known["over"], known["under"], known["id"] is not None)
    after, change = look(before, reading.value, reading.threshold)
    if after.over or after.under:
        await connection.execute(ALERTS.keep_state, org_id, *reading.key, after.over, after.under)
    elif before.over or before.under:
        await connection.execute(ALERTS.forget_state, org_id, *reading.key)
    shown = reading.value, reading.threshold, orjson.dumps(reading.details).decode()
    if change == "raise":
        return await connection.fetchrow(ALERTS.raise_alert, org_id, *reading.key, *shown, now), change
    if not before.stands:
        return None, None
    last = known["value"], known["threshold"], known["details"]
    if change == "clear":
        values = shown if reading.measured else last
        return await connection.fetchrow(ALERTS.clear_alert, org_id, known["id"], *values, now), change
    if not reading.measured or (*shown[:2], reading.details) == (*last[:2], orjson.loads(last[2])):
        return None, None
    return await connection.fetchrow(ALERTS.measure_again, org_id, known["id"], *shown), None


async def _write_messages(connection: Any, org_id: int, venue: Any, alert: dict[str, Any], now: datetime) -> None:
    """Write e-mails and webhook call to the outbox in the same transaction, so they are sent only if the alert is stored."""
    kind = "alert.cleared" if alert["cleared_at"] else "alert.raised"
    payload = orjson.dumps({"alert": alert, "timezone": venue["timezone"], "venue_name": venue["name"]}).decode()
    to = [(venue["alert_webhook_url"], "webhook")] if venue["alert_webhook_url"] else []
    if not alert["cleared_at"] or alert["kind"] not in QUIETLY_CLEARED:
        to += [(address, "mail") for address in venue["alert_emails"]]
    for recipient, channel in to:
        await connection.execute(
            ALERTS.write_message, org_id, kind, recipient, channel, payload, venue["language"], now + SEND_WITHIN, now
        )


def _as_dict(row: Any, venue_name: str) -> dict[str, Any]:
    details = row["details"]
    return {
        "alert_id": row["id"],
        "venue_id": row["venue_id"],
        "venue_name": venue_name,
        "kind": row["kind"],
        "subject": row["subject"],
        "value": row["value"],
        "raised_value": row["value"] if row["raised_value"] is None else row["raised_value"],
        "threshold": row["threshold"],
        "details": orjson.loads(details) if isinstance(details, str) else details,
        "raised_at": rfc3339(row["raised_at"]),
        "cleared_at": None if row["cleared_at"] is None else rfc3339(row["cleared_at"]),
    }

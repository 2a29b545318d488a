"""The duplicate alarms: raised once when a code is scanned at two gates, listed, and acknowledged once for the venue."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.access.tokens import Identity
from hub.actions.messaging.notices import Notice, give_notices
from hub.events.announcements import TopicEvent
from hub.events.scan_events import LoggedScan
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.services import Services

ALARMS = load("scanning/duplicate_alarms")
TOPIC = "alarms"
SHOWN = timedelta(hours=12)
MOST = 20
MOST_REMEMBERED = 20_000
"""Maximum scans of one venue that are read from the log at start-up, or when scan events may have been lost."""


async def raise_alarm(services: Services, one: LoggedScan, other: LoggedScan) -> int | None:
    """Write the alarm, publish it, and notify both gates; return None if another process has written it already."""
    first, second = sorted((one, other), key=lambda scan: (scan.moment, scan.scan_id))
    now = services.clock.now()
    ticket_id = second.ticket_id or first.ticket_id
    alarm_id: int | None = await services.database.fetchval(
        ALARMS.raise_alarm, first.org_id, first.venue_id, first.code, ticket_id,
        first.scan_id, first.gate, first.operator_id, first.result, first.reason, first.moment,
        second.scan_id, second.gate, second.operator_id, second.result, second.reason, second.moment, now,
    )  # fmt: skip
    if alarm_id is None:
        return None
    alarm = {
        "alarm_id": alarm_id,
        "venue_id": first.venue_id,
        "raised_at": rfc3339(now),
        "code_tail": first.code[-4:],
        "ticket_id": ticket_id,
        "first": _side(first.gate, first.moment, first.operator_id, first.operator_name, first.result, first.reason),
        "second": _side(
            second.gate, second.moment, second.operator_id, second.operator_name, second.result, second.reason
        ),
        "acknowledged": None,
    }
    _publish(services, first.org_id, [alarm])
    telemetry.event(
        telemetry.TICKET_AT_TWO_GATES, "WARNING", ticket_id=ticket_id, first_gate=first.gate, second_gate=second.gate
    )
    await give_notices(
        services,
        first.org_id,
        [Notice("alarm", alarm, first.venue_id, gate=gate) for gate in (first.gate, second.gate)],
    )
    return alarm_id


async def list_alarms(services: Services, org_id: int, venue_id: int | None) -> list[dict[str, Any]]:
    """Return the alarms of the last twelve hours, newest first."""
    return await _read_alarms(services, org_id, venue_id, services.clock.now() - SHOWN)


async def acknowledge_alarm(services: Services, identity: Identity, alarm_id: int) -> dict[str, Any]:
    """Acknowledge an alarm for its venue, and the earlier ones of the same code; return it as it is now.

    The first acknowledgement counts, and a later one changes nothing. Refuses NOT_FOUND, FORBIDDEN.
    """
    venue_id = await services.database.fetchval(ALARMS.alarm_venue, identity.org_id, alarm_id)
    if venue_id is None:
        raise Refused(Reason.NOT_FOUND)
    refuse_other_venue(identity, venue_id)
    now = services.clock.now()
    rows = await services.database.fetch(
        ALARMS.acknowledge_alarms, identity.org_id, alarm_id, identity.staff_id, now, now - SHOWN
    )
    new = {row["alarm_id"] for row in rows}
    alarms = await _read_alarms(services, identity.org_id, venue_id, None, [alarm_id, *new])
    _publish(services, identity.org_id, [alarm for alarm in alarms if alarm["alarm_id"] in new])
    return next(alarm for alarm in alarms if alarm["alarm_id"] == alarm_id)


def _publish(services: Services, org_id: int, alarms: Sequence[dict[str, Any]]) -> None:
    services.announcer.publish(
        [TopicEvent.of(org_id, TOPIC, {"alarm": alarm}, venue_id=alarm["venue_id"]) for alarm in alarms]
    )


async def _read_alarms(
    services: Services,
    org_id: int,
    venue_id: int | None,
    since: datetime | None,
    alarm_ids: Sequence[int] | None = None,
) -> list[dict[str, Any]]:
    rows = await services.database.fetch(ALARMS.list_alarms, org_id, venue_id, since, MOST, alarm_ids)
    return [
        {
            "alarm_id": row["id"],
            "venue_id": row["venue_id"],
            "raised_at": rfc3339(row["raised_at"]),
            "code_tail": row["code"][-4:],
            "ticket_id": row["ticket_id"],
            **{which: _side(*(row[f"{which}_{name}"] for name in ("gate", "at", "by", "name", "result", "reason")))
               for which in ("first", "second")},
            "acknowledged": None if row["acknowledged_at"] is None else {
                "at": rfc3339(row["acknowledged_at"]),
                "operator": {"id": row["acknowledged_by"], "name": row["acknowledged_name"] or ""},
            },
        }
        for row in rows
    ]  # fmt: skip


async def recent_scans(services: Services) -> list[LoggedScan]:
    """Return the scans of all venues within their alarm time, oldest first."""
    rows = await services.database.jobs.fetch(ALARMS.recent_scans, services.clock.now(), MOST_REMEMBERED)
    return [
        LoggedScan(row["org_id"], row["venue_id"], row["scan_id"], row["logged_at"],
             row["scanned_at"] if row["source"] == "sync" else row["logged_at"], row["gate"], row["operator_id"],
             row["operator_name"] or "", row["mode"], row["source"], row["result"], row["reason"], row["entered"],
             row["code"], row["ticket_id"], remaining=row["remaining"])
        for row in rows
    ]  # fmt: skip


def _side(gate: str | None, at: Any, by: int, name: str | None, result: str, reason: str) -> dict[str, Any]:  # noqa: PLR0917
    return {
        "gate": gate,
        "at": rfc3339(at),
        "operator": {"id": by, "name": name or ""},
        "result": result,
        "reason": reason,
    }

"""The limit of people inside: how many more may come in now, and which scans of a batch fit.

Only venues whose policy stops the gates pay for it. Their entries hold the venue's lock from the count to the commit, so that
entries decided at the same moment at several gates, in several processes, never exceed the limit together. A supervisor may
overrule it, and what an offline scanner has admitted is counted like any other entry.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.scanning.scan_batch import PendingScan
from hub.actions.scanning.scan_verdicts import NO_ENTRY
from hub.rules.decisions import Decision
from hub.rules.inside_limit import refused_when_full
from hub.rules.venue import Venue
from hub.rules.venue_day import today

PEOPLE = load("scanning/people_inside")


async def lock_room(connection: Any, venue: Venue, limit: int, now: datetime) -> int:
    """Return how many more people may come in. Other entries of the venue wait until this transaction ends."""
    await connection.execute(PEOPLE.lock_venue, venue.id)
    return await read_room(connection, venue, limit, now)


async def read_room(connection: Any, venue: Venue, limit: int, now: datetime) -> int:
    """Return how many more people may come in, without a lock."""
    inside = await connection.fetchval(PEOPLE.people_inside, venue.org_id, venue.id, today(now, venue.zone), now)
    return max(0, limit - int(inside))


def comes_in(scan: PendingScan) -> bool:
    """Return whether writing the scan lets somebody in."""
    return (
        scan.to_log
        and isinstance(scan.answer, Decision)
        and (scan.answer.entered or scan.movement is not None or scan.for_party)
    )


def would_come_in(scan: PendingScan) -> bool:
    """Return whether a check says that the holder may come in."""
    decision = scan.answer
    return (
        scan.request.mode == "validate"
        and isinstance(decision, Decision)
        and decision.verdict.can_verify
        and decision.verdict.reason not in NO_ENTRY
    )


def split_by_room(scans: Iterable[PendingScan], room: int) -> tuple[list[PendingScan], list[PendingScan]]:
    """Return the scans that fit, in order, and the others. A party that does not fit leaves its room to those after it."""
    fitting, others = [], []
    for scan in scans:
        people = people_of(scan)
        if people <= room:
            room -= people
            fitting.append(scan)
        else:
            others.append(scan)
    return fitting, others


def people_of(scan: PendingScan) -> int:
    return scan.answer.people if isinstance(scan.answer, Decision) else 0


def refuse(scans: Sequence[PendingScan], room: int) -> None:
    """Answer scans that do not fit. They are logged, and record nothing."""
    for scan in scans:
        assert isinstance(scan.answer, Decision)
        scan.answer = refused_when_full(scan.answer, room)
        scan.movement = None
        scan.for_party = False

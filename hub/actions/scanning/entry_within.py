"""An entry within the transaction of another action, such as a door sale: both happen or neither.

It is an entry scan like any other, by its rules, its log and its undo. Only the transaction is the caller's, so everything is published
after its commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from hub.access.uuids import sortable_uuid
from hub.actions.scanning import inside_limit
from hub.actions.scanning.entry_scans import EntryScans
from hub.actions.scanning.scan_batch import PendingScan, Publication, prepare
from hub.rules.decisions import Decision
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from hub.rules.venue import Venue


class EntryRaced(Exception):
    """The ticket has changed since it was read. The transaction must be rolled back and tried again."""


class NotAdmitted(Exception):
    """By this decision nobody may come in. The transaction must be rolled back."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.verdict.reason)
        self.decision = decision


class EntryWithin(NamedTuple):
    """A written entry, and what is published after the commit."""

    scan: PendingScan
    decision: Decision
    publications: list[Publication]

    def publish(self, entry_scans: EntryScans) -> None:
        entry_scans.publish_written(self.scan, self.publications)


async def lock_room(connection: Any, venue: Venue, now: datetime) -> None:
    """Lock the room of a venue whose gates stop when it is full. It comes before the locks of all rows, as entry scans take it."""
    if venue.when_full == "stop" and venue.inside_limit is not None:
        await inside_limit.lock_room(connection, venue, venue.inside_limit, now)


async def admit_within(connection: Any, entry_scans: EntryScans, request: ScanRequest, now: datetime) -> EntryWithin:
    """Decide an entry and write it in the caller's transaction, which has called `lock_room` first.

    Refuses SCAN_ID_REUSED if the log has the scan's id. Raises NotAdmitted and EntryRaced.
    """
    prepare(request)
    scan = PendingScan(request, request.scan_id or sortable_uuid())
    publications: list[Publication] = []
    if not await entry_scans.write_within(connection, scan, now, lambda *what: publications.append(what)):
        raise EntryRaced
    decision = scan.answer
    if isinstance(decision, Refused):
        raise decision
    assert isinstance(decision, Decision)
    if decision.repeated:
        raise Refused(Reason.SCAN_ID_REUSED)
    if not decision.entered:
        raise NotAdmitted(decision)
    return EntryWithin(scan, decision, publications)

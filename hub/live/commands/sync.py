"""Command `sync`: what a scanner decided while it was offline, read scan by scan."""

from typing import Any, NamedTuple

from hub.actions.scanning.offline_sync import LARGEST_SKEW_MS, MOST_SCANS
from hub.actions.scanning.queued_scans import QueuedScan
from hub.live.commands.context import CommandContext
from hub.live.commands.scanning import read_answer
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import LARGEST_PARTY, LONGEST_SCANNED_TEXT
from hub.text.languages import spoken

MODES = ("verify", "validate", "exit")
RESULTS = ("GREEN", "YELLOW", "RED")


class Sync(NamedTuple):
    scans: list[QueuedScan]
    skew_ms: int


def read_sync(given: Fields) -> Sync:
    """Read every scan before any is decided. A refusal names the scan, such as `scans.3.code`."""
    queued = given.get("scans")
    if type(queued) is not list or not 1 <= len(queued) <= MOST_SCANS:
        fields.refuse("scans", f"give a list of 1 to {MOST_SCANS} scans")
    skew = fields.whole_or_none(given, "skew_ms", -LARGEST_SKEW_MS, LARGEST_SKEW_MS)
    return Sync([_read_scan(n, scan) for n, scan in enumerate(queued)], skew or 0)


def _read_scan(number: int, given: Any) -> QueuedScan:
    if type(given) is not dict:
        fields.refuse(f"scans.{number}", "give an object")
    try:
        admitted = None if given.get("admitted") is None else fields.flag(given, "admitted")
        return QueuedScan(
            fields.uuid(given, "scan_id"),
            fields.text(given, "code", LONGEST_SCANNED_TEXT),
            fields.timestamp(given, "scanned_at"),
            fields.word(given, "offline_result", RESULTS),
            fields.text_or_none(given, "gate", 64),
            "verify" if given.get("mode") is None else fields.word(given, "mode", MODES),
            admitted,
            fields.whole_or_none(given, "count", 1, LARGEST_PARTY),
            fields.flag(given, "party"),
            read_answer(given),
        )
    except Refused as refused:
        errors = [{**error, "field": f"scans.{number}.{error['field']}"} for error in refused.details.get("errors", [])]
        raise Refused(Reason.INVALID_REQUEST, errors=errors) from None


async def sync(context: CommandContext, request: Sync) -> dict[str, Any]:
    await context.check_device(syncing=True)
    return await context.scans.offline_sync.sync(
        context.identity,
        context.own_venue_id(),
        request.scans,
        device=context.device.label,
        gate=context.device.gate,
        skew_ms=request.skew_ms,
        contact=context.contact(),
        language=spoken.get(),
    )

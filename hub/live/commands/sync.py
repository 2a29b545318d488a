"""The command `sync`: what a scanner decided without a line, read scan by scan."""

from typing import TYPE_CHECKING, Any, NamedTuple

from hub.actions.scanning.offline_sync import LARGEST_SKEW_MS, MOST_SCANS, QueuedScan
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation

LONGEST_CODE = 512
"""As in `validate`: a camera delivers URLs as well."""
MODES = ("verify", "validate", "exit")
RESULTS = ("GREEN", "YELLOW", "RED")


class Sync(NamedTuple):
    scans: list[QueuedScan]
    skew_ms: int


def read_sync(given: Fields) -> Sync:
    """Every scan is read before any is judged; a refusal names the scan, such as `scans.3.code`."""
    queued = given.get("scans")
    if type(queued) is not list or not 1 <= len(queued) <= MOST_SCANS:
        fields.refuse("scans", f"give a list of 1 to {MOST_SCANS} scans")
    skew = fields.whole_or_none(given, "skew_ms", -LARGEST_SKEW_MS, LARGEST_SKEW_MS)
    return Sync([_read_scan(n, scan) for n, scan in enumerate(queued)], skew or 0)


def _read_scan(number: int, given: Any) -> QueuedScan:
    if type(given) is not dict:
        fields.refuse(f"scans.{number}", "give an object")
    try:
        admitted = given.get("admitted")
        if admitted is not None and type(admitted) is not bool:
            fields.refuse("admitted", "give true or false")
        return QueuedScan(
            fields.uuid(given, "scan_id"),
            fields.text(given, "code", LONGEST_CODE),
            fields.moment(given, "scanned_at"),
            fields.word(given, "offline_result", RESULTS),
            fields.text_or_none(given, "gate", 64),
            "verify" if given.get("mode") is None else fields.word(given, "mode", MODES),
            admitted,
        )
    except Refused as refused:
        errors = [{**error, "field": f"scans.{number}.{error['field']}"} for error in refused.details.get("errors", [])]
        raise Refused(Reason.INVALID_REQUEST, errors=errors) from None


async def sync(talk: "Conversation", wish: Sync) -> dict[str, Any]:
    device = talk.device
    return await talk.hub.offline_sync.sync(
        talk.identity,
        talk.own_venue(),
        wish.scans,
        device=device.id or device.name,
        gate=device.gate,
        skew_ms=wish.skew_ms,
        contact=talk.contact(),
    )

"""The sync endpoint: receives the scans that a scanner queued while it was offline."""

from aiohttp import web

from hub.actions.scanning.queued_scans import QueuedScan
from hub.text.languages import spoken
from web.api.scanning.requests import SyncScans
from web.api.scanning.scanning_device import scanning_device
from web.api.visible_contact import visible_contact
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import OFFLINE_SYNC
from web.limits import SYNC_BODY_BYTES
from web.request_fields import staff_of


async def sync_scans(request: web.Request) -> web.Response:
    operator = staff_of(request)
    body = await read_json(request, SyncScans, SYNC_BODY_BYTES)
    scanner = await scanning_device(request, operator, syncing=True)
    scans = [
        QueuedScan(
            s.scan_id, s.code, s.scanned_at, s.offline_result, s.gate, s.mode, s.admitted, s.count, s.party, s.answer
        )
        for s in body.scans
    ]
    synced = await request.app[OFFLINE_SYNC].sync(
        operator,
        operator.venue_id,
        scans,
        device=body.device if scanner is None else scanner.device_id,
        skew_ms=body.skew_ms,
        contact=await visible_contact(request, operator),
        language=spoken.get(),
    )
    return success_response(synced)

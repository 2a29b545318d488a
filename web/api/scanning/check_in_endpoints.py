"""The check-in endpoint: a booking's party comes in."""

from aiohttp import web

from hub.actions.scanning.check_in import check_in
from hub.rules.scan_requests import ScanRequest
from hub.rules.timestamps import rfc3339
from web.api.scanning.requests import CheckIn
from web.api.scanning.scanning_device import gate_and_device
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import ENTRY_SCANS, SERVICES
from web.rate_limits import operator_of


async def check_in_booking(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, CheckIn)
    gate, device = await gate_and_device(request, operator, body.gate)
    scan = ScanRequest.of(operator, operator.venue_id, "verify", body.code, "http", scan_id=body.scan_id, gate=gate, device=device,
                          count=body.count)  # fmt: skip
    done = await check_in(request.app[SERVICES], request.app[ENTRY_SCANS], scan)
    data = {
        "booking_id": done.booking_id,
        "party_size": done.party.size,
        "admitted": done.party.admitted,
        "remaining": done.party.remaining,
        "checked_in_at": rfc3339(done.checked_in_at),
        "scan_id": str(done.scan_id),
    }
    if done.undone is not None:
        data["undone"] = done.undone.as_dict()
    return success_response(data)

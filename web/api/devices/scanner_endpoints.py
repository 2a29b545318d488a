"""The endpoints of a scanner itself: it exchanges its code for a token, and reports that it was wiped."""

from aiohttp import web

from hub.actions.staff.enrol_scanner import note_wiped
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.devices.requests import DeviceWiped, EnrolDevice
from web.enrolment import enrol, forget_scanner, remember_scanner
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.request_fields import scanner_of


async def enrol_device(request: web.Request) -> web.Response:
    body = await read_json(request, EnrolDevice)
    enrolled = await enrol(request, body.code)
    scanner = enrolled.scanner
    response = success_response(
        {
            "token": enrolled.token,
            "device_id": scanner.id,
            "log_name": scanner.device_id,
            "name": scanner.name,
            "venue_id": scanner.venue_id,
            "venue": scanner.venue,
            "gate": scanner.gate,
            "mode": scanner.mode,
        }
    )
    remember_scanner(response, enrolled, request.app[SERVICES].settings)
    return response


async def report_wiped(request: web.Request) -> web.Response:
    """Note that the scanner has deleted what it kept. Its session and its token are taken from the browser as well."""
    body = await read_json(request, DeviceWiped)
    scanner = scanner_of(request)
    if scanner is None:
        raise Refused(Reason.SCANNER_REVOKED)
    await note_wiped(request.app[SERVICES], scanner, body.lost, client_ip=client_ip(request))
    response = success_response({"noted": True})
    forget_scanner(response, request.app[SERVICES].settings)
    return response

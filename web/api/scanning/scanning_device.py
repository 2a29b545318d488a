"""The device of a scan over HTTP: its enrolment, and whether it may scan at all."""

from aiohttp import web

from hub.access.scanners import Scanner
from hub.access.scope import gate_within
from hub.access.tokens import Identity
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.request_fields import scanner_of


async def scanning_device(request: web.Request, operator: Identity, *, syncing: bool = False) -> Scanner | None:
    """Return the enrolled scanner that sends this scan; None for another device, where the venue allows those.

    Refuses SCANNER_NOT_ENROLLED, and SCANNER_WIPED for a scanner that may only sync what it keeps.
    """
    scanner = scanner_of(request)
    if scanner is not None and scanner.venue_id == operator.venue_id:
        if scanner.wipe and not syncing:
            raise Refused(Reason.SCANNER_WIPED)
        return scanner
    if operator.venue_id:
        venue = await request.app[SERVICES].venues.read(operator.org_id, operator.venue_id)
        if venue.unenrolled_scanners == "deny":
            raise Refused(Reason.SCANNER_NOT_ENROLLED)
    return None


async def gate_and_device(request: web.Request, operator: Identity, gate: str | None) -> tuple[str | None, str | None]:
    """Return the gate of a scan and the device that the log names: of an enrolled scanner, those of its enrolment.

    Refuses FORBIDDEN with the allowed gates at a gate outside of the operator's scope.
    """
    scanner = await scanning_device(request, operator)
    if scanner is None:
        return gate_within(operator, gate), None
    return gate_within(operator, gate or scanner.gate), scanner.device_id

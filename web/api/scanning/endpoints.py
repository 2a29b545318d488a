"""The operators endpoints: sign in and out, judge a ticket and record an entry over plain HTTP."""

from typing import Any, Literal

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import SESSION_COOKIE, Identity
from hub.actions.staff.sign_in import sign_in, sign_out
from hub.actions.venues.venues import read_venue
from hub.rules.decisions import Decision
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from web.api.requests import ExitAtDoor, Login, Scan, ValidateAtDoor, VerifyAtDoor
from web.json_body import invalid, read_json
from web.json_responses import done
from web.keys import ENTRY_SCANS, EXIT_SCANS, SERVICES
from web.middleware.client_address import client_ip
from web.request_fields import operator_of, organisation, staff_of

DEVICE_COOKIE = "hub_device"
_A_YEAR = 365 * 24 * 3600


async def login(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, Login)
    if (body.password is None) == (body.pin is None):
        raise invalid(("password", "Give either password or pin"))
    signed_in = await sign_in(
        services,
        username=body.username,
        password=body.password,
        pin=body.pin,
        device_cookie=request.cookies.get(DEVICE_COOKIE),
        client_ip=client_ip(request),
        orq=organisation(request),
    )
    identity = signed_in.identity
    response = done(
        {
            "token": signed_in.token,
            "expires_at": identity.expires_at,
            "operator": {"id": identity.staff_id, "name": identity.name, "role": identity.role.value},
        }
    )
    secure = services.settings.public_url.startswith("https://")
    seconds = max(0, int((identity.expires_at - services.clock.now()).total_seconds()))
    response.set_cookie(
        SESSION_COOKIE, signed_in.token, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=secure
    )
    response.set_cookie(
        DEVICE_COOKIE, signed_in.device_cookie, max_age=_A_YEAR, path="/", httponly=True, samesite="Lax", secure=secure
    )
    return response


async def logout(request: web.Request) -> web.Response:
    identity = staff_of(request)
    await sign_out(request.app[SERVICES], identity)
    response = done({"signed_out": True})
    response.del_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax")
    return response


async def validate_ticket(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, ValidateAtDoor)
    decision = await _present(request, operator, "validate", body.ticket_code, body)
    _refuse_unless_welcome(decision)
    wire = decision.as_dict(await _contact(request, operator))
    ticket = wire["ticket"]
    return done(
        {
            "ticket_id": ticket["ticket_id"],
            "ticket_code": ticket["ticket_code"],
            "status": ticket["status"],
            "customer_name": ticket["customer_name"],
            "customer_email": ticket["customer_email"],
            "customer_phone": ticket["customer_phone"],
            "reservation": wire["reservation"],
            "validation_status": decision.verdict.reason.value,
            "scan_id": wire["scan_id"],
        }
    )


async def verify_ticket(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, VerifyAtDoor)
    if (body.ticket_id is None) == (body.ticket_code is None):
        raise invalid(("ticket_id", "Give either ticket_id or ticket_code"))
    if body.operator_id is not None and body.operator_id != operator.staff_id:
        raise Refused(Reason.OPERATOR_MISMATCH)
    code = body.ticket_code
    if code is None:
        assert body.ticket_id is not None
        code = await request.app[ENTRY_SCANS].code_of(operator.org_id, body.ticket_id)
    decision = await _present(request, operator, "verify", code, body)
    if decision.verdict.reason is not Reason.ALREADY_VERIFIED:
        _refuse_unless_welcome(decision)
    wire = decision.as_dict()
    data = {
        "ticket_id": wire["ticket"]["ticket_id"],
        "ticket_code": wire["ticket"]["ticket_code"],
        "status": wire["ticket"]["status"],
        **wire["verified"],
        "already_verified": not decision.entered and decision.verdict.reason is not Reason.RE_ENTRY,
        "re_entry": decision.verdict.reason is Reason.RE_ENTRY,
        "scan_id": wire["scan_id"],
    }
    return done(data)


async def scan(request: web.Request) -> web.Response:
    """US-016's scan: whatever the verdict, it is a successful answer."""
    operator = await operator_of(request)
    body = await read_json(request, Scan)
    decision = await _present(request, operator, body.mode, body.code, body)
    return done(decision.as_dict(await _contact(request, operator)))


async def leave(request: web.Request) -> web.Response:
    """Whatever the verdict, it is a successful answer."""
    operator = await operator_of(request)
    body = await read_json(request, ExitAtDoor)
    decision = await request.app[EXIT_SCANS].submit(
        ScanRequest(
            org_id=operator.org_id,
            venue_id=operator.venue_id,
            operator_id=operator.staff_id,
            operator_name=operator.name,
            mode="exit",
            code=body.code,
            scan_id=body.scan_id,
            gate=body.gate,
            source="http",
        )
    )
    return done(decision.as_dict(await _contact(request, operator)))


async def _present(
    request: web.Request,
    operator: Identity,
    mode: Literal["validate", "verify"],
    code: str,
    body: ValidateAtDoor | VerifyAtDoor | Scan,
) -> Decision:
    return await request.app[ENTRY_SCANS].submit(
        ScanRequest(
            org_id=operator.org_id,
            venue_id=operator.venue_id,
            operator_id=operator.staff_id,
            operator_name=operator.name,
            mode=mode,
            code=code,
            scan_id=body.scan_id,
            gate=body.gate,
            source="http",
        )
    )


def _refuse_unless_welcome(decision: Decision) -> None:
    """Raise what the door says as the PRD's error, with its details, unless the holder may go in."""
    verdict = decision.verdict
    if verdict.reason in (Reason.VALID, Reason.VERIFIED, Reason.MAY_RETURN, Reason.RE_ENTRY):
        return
    if verdict.reason is Reason.NO_RESERVATION and verdict.can_verify:
        return
    details: dict[str, Any] = {"scan_id": str(decision.scan_id)}
    wire = decision.as_dict()
    match verdict.reason:
        case Reason.WRONG_DATE | Reason.TOO_EARLY | Reason.WRONG_VENUE if decision.reservation is not None:
            details |= {"reservation_date": decision.reservation.date, "today": decision.today}
        case Reason.ALREADY_VERIFIED if wire["verified"] is not None:
            details |= wire["verified"]
        case Reason.TICKET_NOT_FOUND:
            # The customer's words would ask the operator to check what was typed; the door's say what to do.
            details["message"] = verdict.detail
    if decision.status is not None:
        details["ticket_status"] = decision.status
    raise Refused(verdict.reason, **details)


async def _contact(request: web.Request, operator: Identity) -> str:
    """How much of the customer's contact this operator is shown: by the venue's policy, managers always in full."""
    if at_least(operator.role, Role.MANAGER):
        return "full"
    return (await read_venue(request.app[SERVICES], operator.org_id, operator.venue_id)).show_contact

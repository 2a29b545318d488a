"""The scanning endpoints: check a ticket, and record an entry or an exit, over HTTP."""

from typing import Any, Literal

from aiohttp import web

from hub.access.scope import contact_venues
from hub.access.tokens import Identity
from hub.rules.decisions import Decision
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from hub.text.languages import spoken
from web.api.scanning.requests import ExitAtDoor, Scan, ValidateAtDoor, VerifyAtDoor
from web.api.scanning.scanning_device import gate_and_device
from web.api.visible_contact import visible_contact
from web.json_body import invalid, read_json
from web.json_responses import success_response
from web.keys import ENTRY_SCANS, EXIT_SCANS
from web.rate_limits import operator_of


async def validate_ticket(request: web.Request) -> web.Response:
    operator = await operator_of(request)
    body = await read_json(request, ValidateAtDoor)
    decision = await _submit_entry_scan(request, operator, "validate", body.ticket_code, body)
    if decision.verdict.reason is not Reason.QUESTION_UNANSWERED:
        _refuse_unless_admitted(decision)
    wire = decision.as_dict(await visible_contact(request, operator), spoken.get(), contact_venues(operator))
    ticket = wire["ticket"]
    return success_response(
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
            **_own_parts(wire),
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
    decision = await _submit_entry_scan(request, operator, "verify", code, body)
    if decision.verdict.reason is not Reason.ALREADY_VERIFIED or decision.first_entry is None:
        _refuse_unless_admitted(decision)
    wire = decision.as_dict(language=spoken.get())
    data = {
        "ticket_id": wire["ticket"]["ticket_id"],
        "ticket_code": wire["ticket"]["ticket_code"],
        "status": wire["ticket"]["status"],
        **wire["verified"],
        "already_verified": not decision.entered and decision.verdict.reason is not Reason.RE_ENTRY,
        "re_entry": decision.verdict.reason is Reason.RE_ENTRY,
        "scan_id": wire["scan_id"],
        **_own_parts(wire),
    }
    return success_response(data)


async def scan_ticket(request: web.Request) -> web.Response:
    """Handle the scan of US-016. Every verdict is a successful response."""
    operator = await operator_of(request)
    body = await read_json(request, Scan)
    decision = await _submit_entry_scan(request, operator, body.mode, body.code, body)
    return success_response(
        decision.as_dict(await visible_contact(request, operator), spoken.get(), contact_venues(operator))
    )


async def scan_exit(request: web.Request) -> web.Response:
    """Handle an exit scan. Every verdict is a successful response."""
    operator = await operator_of(request)
    body = await read_json(request, ExitAtDoor)
    gate, device = await gate_and_device(request, operator, body.gate)
    scan = ScanRequest.of(operator, operator.venue_id, "exit", body.code, "http", scan_id=body.scan_id, gate=gate, device=device,
                          count=body.count)  # fmt: skip
    decision = await request.app[EXIT_SCANS].submit(scan)
    return success_response(
        decision.as_dict(await visible_contact(request, operator), spoken.get(), contact_venues(operator))
    )


async def _submit_entry_scan(
    request: web.Request,
    operator: Identity,
    mode: Literal["validate", "verify"],
    code: str,
    body: ValidateAtDoor | VerifyAtDoor | Scan,
) -> Decision:
    gate, device = await gate_and_device(request, operator, body.gate)
    scan = ScanRequest.of(
        operator, operator.venue_id, mode, code, "http", scan_id=body.scan_id, gate=gate, device=device
    )
    if not isinstance(body, ValidateAtDoor):
        scan.count, scan.party, scan.answer = body.count, body.party, body.answer
    return await request.app[ENTRY_SCANS].submit(scan)


def _own_parts(wire: dict[str, Any]) -> dict[str, Any]:
    """Return the parts that only some decisions have."""
    return {name: wire[name] for name in ("party", "product", "undone") if name in wire}


def _refuse_unless_admitted(decision: Decision) -> None:
    """Raise the verdict as the error of PRD-007 with its details, unless the holder may enter."""
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
            # The message for customers asks them to check the typed code; operators need one that says what to do.
            details["message"] = verdict.detail
        case Reason.WRONG_GATE if decision.product is not None:
            details["gates"] = list(decision.product.gates or ())
        case Reason.QUESTION_UNANSWERED | Reason.QUESTION_DENIED if decision.product is not None:
            details["question"] = decision.product.as_dict(spoken.get())["question"]
    if verdict.reason is Reason.PARTY_TOO_LARGE:
        details["remaining"] = decision.party.remaining if decision.party else 1
    if decision.status is not None:
        details["ticket_status"] = decision.status
    raise Refused(verdict.reason, **details)

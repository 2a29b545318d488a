"""A scanner's own side: it exchanges its code for a token, starts its session as a kiosk, and reports that it was wiped."""

from __future__ import annotations

from dataclasses import dataclass

from db.organisation import working_for
from db.statements import load
from hub.access.roles import Role
from hub.access.scanners import Scanner, new_token, token_hash
from hub.access.tokens import Identity, Staff
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.events.announcements import ScannerChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scanners import tidy_enrolment_code
from hub.services import Services

SCANNERS = load("staff/scanners")


@dataclass(frozen=True, slots=True)
class EnrolledScanner:
    """A scanner with its token, which the hub does not keep and cannot show again."""

    scanner: Scanner
    token: str


async def enrol_scanner(services: Services, typed: str, *, client_ip: str | None = None) -> EnrolledScanner:
    """Exchange an enrolment code for a token. The code works once; refuses ENROLMENT_CODE_WRONG alike for all others."""
    code = tidy_enrolment_code(typed)
    if code is None:
        raise Refused(Reason.ENROLMENT_CODE_WRONG)
    token = new_token()
    with working_for(None):
        org_id, scanner_id = await _exchange(services, code, token, client_ip)
    services.announcer.publish([ScannerChanged(org_id, scanner_id)])
    telemetry.event(telemetry.SCANNER_CHANGED, change="enrolled", scanner_id=scanner_id)
    scanner = await services.scanners.find(token)
    if scanner is None:  # another code was used in the meantime
        raise Refused(Reason.ENROLMENT_CODE_WRONG)
    return EnrolledScanner(scanner, token)


async def _exchange(services: Services, code: str, token: str, client_ip: str | None) -> tuple[int, int]:
    """Store the token in place of the code; return the organisation and the scanner. Refuses ENROLMENT_CODE_WRONG."""
    async with change(services) as connection:
        row = await connection.fetchrow(
            SCANNERS.enrol_scanner, token_hash(code), token_hash(token), services.clock.now()
        )
        if row is None:
            raise Refused(Reason.ENROLMENT_CODE_WRONG)
        by = Actor(row["org_id"], source="page", client_ip=client_ip)
        await record_change(connection, services, by, AuditAction.SCANNER_ENROLLED, row["id"])
    return row["org_id"], row["id"]


def start_kiosk_session(services: Services, scanner: Scanner) -> tuple[str, Identity]:
    """Return a session of the kiosk itself. It belongs to no person, and is good only with this scanner's token.

    Its staff id is the negative id of the scanner, so that the scan log tells kiosks from people.
    """
    staff = Staff(
        -scanner.id, scanner.org_id, scanner.venue_id, scanner.name, Role.OPERATOR, (scanner.venue_id,), _gates(scanner),
        scanner_id=scanner.id,
    )  # fmt: skip
    token = services.sessions.issue(staff)
    return token, services.sessions.read(token)


def check_scanner(identity: Identity | None, scanner: Scanner | None) -> None:
    """Refuse a scanner whose token is unknown or revoked, and a kiosk's session on anything but this kiosk at its gate."""
    if scanner is None:
        raise Refused(Reason.SCANNER_REVOKED)
    scanner.refuse_unless_enrolled()
    if identity is None:
        return
    if identity.org_id != scanner.org_id:
        raise Refused(Reason.SCANNER_REVOKED)
    if identity.scanner_id is not None:
        own = (scanner.id, "kiosk", (scanner.venue_id,), _gates(scanner))
        if (identity.scanner_id, scanner.mode, identity.venue_ids, identity.gates) != own:
            raise Refused(Reason.UNAUTHENTICATED)


def _gates(scanner: Scanner) -> tuple[str, ...]:
    return () if scanner.gate is None else (scanner.gate,)


async def note_wiped(services: Services, scanner: Scanner, lost: int, *, client_ip: str | None = None) -> bool:
    """Note that a scanner has deleted what it kept. Returns False if it was not asked to, or had done so before."""
    by = Actor(scanner.org_id, scanner.venue_id, name=scanner.name, source="page", client_ip=client_ip)
    async with change(services) as connection:
        noted = await connection.fetchval(SCANNERS.note_wiped, scanner.org_id, scanner.id, services.clock.now(), lost)
        if noted is not None:
            await record_change(
                connection,
                services,
                by,
                AuditAction.SCANNER_WIPED,
                scanner.id,
                venue_id=scanner.venue_id,
                after={"lost": lost},
            )
    if noted is not None:
        services.announcer.publish([ScannerChanged(scanner.org_id, scanner.id)])
    return noted is not None

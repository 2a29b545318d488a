"""The statuses: which HTTP status each reason has. An endpoint that the contract gives another one overrides it there."""

from collections.abc import Mapping

from hub.rules.reasons import Reason

STATUS: Mapping[Reason, int] = {
    Reason.VALID: 200,
    Reason.VERIFIED: 200,
    Reason.UNDONE: 200,
    Reason.EXIT_RECORDED: 200,
    Reason.MAY_RETURN: 200,
    Reason.RE_ENTRY: 200,
    Reason.ALREADY_LEFT: 409,
    Reason.NOT_INSIDE: 409,
    Reason.ALREADY_VERIFIED: 400,
    Reason.NO_RESERVATION: 400,
    Reason.WRONG_DATE: 400,
    Reason.TOO_EARLY: 400,
    Reason.WRONG_VENUE: 400,
    Reason.TICKET_NOT_FOUND: 404,
    Reason.TICKET_NOT_ACTIVATED: 409,
    Reason.TICKET_EXPIRED: 409,
    Reason.TICKET_CANCELLED: 409,
    Reason.TICKET_ALREADY_RESERVED: 409,
    Reason.TICKET_ALREADY_USED: 409,
    Reason.TICKET_ALREADY_ACTIVATED: 409,
    Reason.SLOT_NOT_FOUND: 404,
    Reason.SLOT_FULL: 409,
    Reason.SLOT_CLOSED: 409,
    Reason.SLOT_PAST: 409,
    Reason.RESERVATION_NOT_FOUND: 404,
    Reason.ORDER_NOT_FOUND: 404,
    Reason.CHANGE_TOO_LATE: 409,
    Reason.ORGANIZATION_MISMATCH: 403,
    Reason.INVALID_CONTACT: 400,
    Reason.IDEMPOTENCY_KEY_REUSED: 422,
    Reason.CONTACT_NOT_VERIFIED: 403,
    Reason.CODE_TOO_SOON: 429,
    Reason.CODE_TOO_MANY: 429,
    Reason.CODE_WRONG: 400,
    Reason.CODE_LOCKED: 429,
    Reason.CODE_EXPIRED: 410,
    Reason.CODE_USED: 409,
    Reason.SLOT_NOT_FULL: 409,
    Reason.ALREADY_WAITING: 409,
    Reason.WAITLIST_CLOSED: 409,
    Reason.WAITLIST_NOT_FOUND: 404,
    Reason.NO_OFFER: 409,
    Reason.OFFER_LAPSED: 409,
    Reason.CAPACITY_TAKEN: 409,
    Reason.MAIL_SETTLED: 409,
    Reason.MAIL_ON_ITS_WAY: 409,
    Reason.MAIL_NOT_RETRYABLE: 409,
    Reason.SCAN_NOT_FOUND: 404,
    Reason.SCAN_ID_REUSED: 409,
    Reason.NOTHING_TO_UNDO: 409,
    Reason.UNDO_TOO_LATE: 409,
    Reason.LEFT_SINCE: 409,
    Reason.MOVED_SINCE: 409,
    Reason.CONFLICT_DECIDED: 409,
    Reason.NOTHING_TO_DISPUTE: 409,
    Reason.DISPUTE_DECIDED: 409,
    Reason.OPERATOR_MISMATCH: 403,
    Reason.UNAUTHENTICATED: 401,
    Reason.FORBIDDEN: 403,
    Reason.INVALID_CREDENTIALS: 401,
    Reason.LOCKED_OUT: 429,
    Reason.INVALID_REQUEST: 400,
    Reason.INVALID_FRAME: 400,
    Reason.UNKNOWN_COMMAND: 400,
    Reason.UNKNOWN_TOPIC: 400,
    Reason.PAYLOAD_TOO_LARGE: 413,
    Reason.UNSUPPORTED_MEDIA_TYPE: 415,
    Reason.REQUEST_TIMEOUT: 408,
    Reason.NOT_FOUND: 404,
    Reason.METHOD_NOT_ALLOWED: 405,
    Reason.RATE_LIMITED: 429,
    Reason.BUSY: 429,
    Reason.SERVICE_UNAVAILABLE: 503,
    Reason.INTERNAL: 500,
}

# Where a code is typed in or scanned, a ticket that will not do is a bad request (PRD-007 6.1 and 6.2; product.md settles
# that only "already reserved" is a conflict). Everywhere else it is a conflict, and an unknown one is not found.
CODE_IS_JUDGED: Mapping[Reason, int] = {
    Reason.TICKET_NOT_FOUND: 400,
    Reason.TICKET_NOT_ACTIVATED: 400,
    Reason.TICKET_EXPIRED: 400,
    Reason.TICKET_CANCELLED: 400,
    Reason.TICKET_ALREADY_USED: 400,
}


def status_of(reason: Reason, overrides: Mapping[Reason, int] | None = None) -> int:
    if overrides is not None and reason in overrides:
        return overrides[reason]
    return STATUS[reason]

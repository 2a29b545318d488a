"""Groups of refusals that several endpoints share."""

from hub.rules.reasons import Reason

BODY_REFUSALS = (
    Reason.INVALID_REQUEST,
    Reason.PAYLOAD_TOO_LARGE,
    Reason.UNSUPPORTED_MEDIA_TYPE,
    Reason.REQUEST_TIMEOUT,
)
STAFF_REFUSALS = (
    Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.ADDRESS_NOT_ALLOWED, Reason.SCANNER_REVOKED, Reason.SCANNER_WIPED,
    Reason.RATE_LIMITED,
)  # fmt: skip
TICKET_REFUSALS = (
    Reason.TICKET_NOT_ACTIVATED,
    Reason.TICKET_EXPIRED,
    Reason.TICKET_CANCELLED,
    Reason.TICKET_ALREADY_USED,
    Reason.TICKET_ALREADY_RESERVED,
)
"""The reasons why a ticket cannot be booked."""

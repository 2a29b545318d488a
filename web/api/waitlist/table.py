"""The endpoints of the waiting list: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.booking import responses as booking_responses
from web.api.endpoint import Endpoint
from web.api.parameters import ORQ, idempotency_key_parameter
from web.api.refusal_groups import BODY_REFUSALS, TICKET_REFUSALS
from web.api.waitlist import endpoints, requests, responses

WAITLIST_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/waitlist", endpoints.join_entry,
        "Join the waiting list of a full slot", "Waiting list", "anyone",
        responses.JoinedAnswer, body=requests.JoinWaitlist,
        parameters=(
            idempotency_key_parameter("A repeat with the same key and body returns the first entry with a new link to it."),
            ORQ,
        ),
        refusals=(*BODY_REFUSALS, Reason.INVALID_CONTACT, Reason.CONTACT_NOT_VERIFIED, Reason.TICKET_NOT_FOUND, Reason.SLOT_NOT_FOUND,
                  Reason.ORGANIZATION_MISMATCH, Reason.WRONG_VENUE, *TICKET_REFUSALS, Reason.SLOT_NOT_FULL, Reason.SLOT_CLOSED,
                  Reason.SLOT_PAST, Reason.WAITLIST_CLOSED, Reason.ALREADY_WAITING, Reason.IDEMPOTENCY_KEY_REUSED,
                  Reason.WAITING_ROOM, Reason.RATE_LIMITED, Reason.BUSY),
        about="For a party that does not fit into the slot. Free spaces are offered in the order of joining, by e-mail and on the"
        " page of the link. A ticket may wait for several slots.",
    ),
    Endpoint(
        "POST", "/api/bookings/waitlist", endpoints.join_booking,
        "Join the waiting list of a sold-out performance", "Waiting list", "anyone",
        responses.JoinedAnswer, body=requests.JoinWithBooking,
        refusals=(*BODY_REFUSALS, Reason.CONFIRMATION_NOT_FOUND, Reason.CONFIRMATION_EXPIRED, Reason.CONFIRMATION_USED,
                  Reason.BOOKING_CANCELLED, Reason.BOOKING_CLOSED, Reason.SLOT_NOT_FULL, Reason.WAITLIST_CLOSED,
                  Reason.RATE_LIMITED, Reason.BUSY),
        about="For a requested booking that was refused with `NO_CAPACITY` when it was to be confirmed. Its whole party waits, and"
        " accepting the offer confirms the booking. The request does not expire until the performance is over. A booking that"
        " waits already gets its entry with a new link.",
    ),
    Endpoint(
        "GET", "/api/waitlist/{token}", endpoints.show_entry, "Show an entry of the waiting list", "Waiting list", "anyone",
        responses.EntryAnswer, refusals=(Reason.WAITLIST_NOT_FOUND, Reason.RATE_LIMITED), about="For the holder of the link. Changes nothing.",
    ),
    Endpoint(
        "POST", "/api/waitlist/{token}/accept", endpoints.accept_entry, "Accept the offer", "Waiting list", "anyone",
        booking_responses.PartyReservedAnswer,
        refusals=(Reason.WAITLIST_NOT_FOUND, Reason.NO_OFFER, Reason.OFFER_LAPSED, Reason.TICKET_NOT_FOUND, *TICKET_REFUSALS,
                  Reason.WRONG_VENUE, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.NO_CAPACITY,
                  Reason.BOOKING_CLOSED, Reason.BOOKING_CANCELLED, Reason.CONFIRMATION_USED, Reason.CONFIRMATION_EXPIRED,
                  Reason.RATE_LIMITED, Reason.BUSY),
        about="Books the spaces held for the party, until `offer_ends_at`. Repeating it gives the first answer. The offer of a"
        " booking confirms it: one reservation for the whole party.",
    ),
    Endpoint(
        "DELETE", "/api/waitlist/{token}", endpoints.leave_entry, "Leave the waiting list", "Waiting list", "anyone",
        responses.EntryAnswer, refusals=(Reason.WAITLIST_NOT_FOUND, Reason.RATE_LIMITED),
        about="Returns the entry afterwards. A closed entry stays as it is, so repeating it changes nothing.",
    ),
)  # fmt: skip

"""The endpoints of booking: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.booking import (
    address_endpoints,
    availability_endpoints,
    contact_endpoints,
    endpoints,
    requests,
    reservation_endpoints,
    responses,
)
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import FLAG_SCHEMA, IF_NONE_MATCH, ORQ, SPAN, TOKEN_SCHEMA, idempotency_key_parameter
from web.api.refusal_groups import BODY_REFUSALS, TICKET_REFUSALS

_RESERVATION = "/api/reservations/{reservation_id:[0-9]+}"
_TOKEN = (
    Parameter("token", "query", TOKEN_SCHEMA, "The reservation's token, from its link."),
    Parameter("X-Reservation-Token", "header", TOKEN_SCHEMA, "The same token as a header, so that it is in no URL."),
)
_BOOKING_KEY = idempotency_key_parameter("A repeat with the same key and body gets the first answer and books nothing.")
_RESERVATION_REFUSALS = (
    Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.RESERVATION_NOT_FOUND, Reason.NOT_FOUND, Reason.RATE_LIMITED,
)  # fmt: skip

CONTACT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/tickets/verify-contact", contact_endpoints.check_contact_details,
        "Check an e-mail address and a phone number", "Customer reservation", "anyone",
        responses.ContactChecked, body=requests.VerifyContact, parameters=(ORQ,),
        refusals=(*BODY_REFUSALS, Reason.INVALID_CONTACT, Reason.RATE_LIMITED),
        about="Checks the syntax of both and sends nothing. `validation_errors` lists every invalid field. The tickets are only counted.",
    ),
    Endpoint(
        "POST", "/api/contact/code", contact_endpoints.send_contact_code,
        "Send a one-time code", "Customer reservation", "anyone",
        responses.CodeOnItsWayAnswer, body=requests.SendCode,
        refusals=(*BODY_REFUSALS, Reason.INVALID_CONTACT, Reason.CODE_TOO_SOON, Reason.CODE_TOO_MANY),
        about="The code has six digits and is valid for five minutes. It replaces an older code for the same address. One address"
        " gets at most one code a minute and five an hour. The channel must be one that a venue of the organisation asks for.",
    ),
    Endpoint(
        "POST", "/api/contact/confirm", contact_endpoints.confirm_contact_code,
        "Exchange the code for a proof", "Customer reservation", "anyone",
        responses.ContactProvenAnswer, body=requests.ConfirmCode,
        refusals=(*BODY_REFUSALS, Reason.CODE_WRONG, Reason.CODE_LOCKED, Reason.CODE_EXPIRED, Reason.CODE_USED, Reason.RATE_LIMITED),
        about="A code works once, and three wrong guesses lock it. `CODE_WRONG` says how many guesses are left. The proof is valid"
        " for an hour.",
    ),
)  # fmt: skip

SEND_AGAIN = Endpoint(
    "POST", "/api/reservations/send-again", contact_endpoints.send_again,
    "Send lost confirmations and tickets again", "Customer reservation", "anyone", responses.SentAgain, body=requests.SendAgain,
    refusals=(*BODY_REFUSALS, Reason.RATE_LIMITED),
    about="Takes a ticket's code or an email address. The confirmation goes to the address on file, with a new link; older links stay"
    " valid. For an address, tickets without a reservation are sent again, too. The answer is the same whether or not anything is booked."
    " A party and an order get it once in five minutes.",
)  # fmt: skip

BOOKING_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/reservation-slots/available", availability_endpoints.list_slots,
        "List slots and their free spaces", "Customer reservation", "anyone",
        responses.Calendar, not_modified=True, packed=True,
        parameters=(
            Parameter("month", "query", {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
                      "The month, `YYYY-MM`. The default without a span is the current month."),
            *SPAN, ORQ,
            IF_NONE_MATCH,
        ),
        refusals=(Reason.INVALID_REQUEST,),
    ),
    Endpoint(
        "POST", "/api/reservations/create", endpoints.create_reservation,
        "Book a space", "Customer reservation", "anyone",
        responses.ReservedAnswer, body=requests.CreateReservation,
        parameters=(
            _BOOKING_KEY, ORQ,
        ),
        refusals=(*BODY_REFUSALS, Reason.INVALID_CONTACT, Reason.TICKET_NOT_FOUND, Reason.SLOT_NOT_FOUND, Reason.ORGANIZATION_MISMATCH,
                  *TICKET_REFUSALS, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.IDEMPOTENCY_KEY_REUSED,
                  Reason.CONTACT_NOT_VERIFIED, Reason.WRONG_VENUE, Reason.WAITING_ROOM, Reason.RATE_LIMITED, Reason.BUSY),
        about="`WAITING_ROOM` says `for` what, and at which page (`waiting_room`), a visitor waits for a turn. `SLOT_FULL` lists `alternative_slots`: the nearest slots with spaces left.",
    ),
    Endpoint(
        "POST", "/api/reservations", endpoints.create_party,
        "Book spaces for a party", "Customer reservation", "anyone",
        responses.PartyReservedAnswer, body=requests.CreateParty,
        parameters=(
            _BOOKING_KEY, ORQ,
        ),
        refusals=(*BODY_REFUSALS, Reason.INVALID_CONTACT, Reason.CONTACT_NOT_VERIFIED, Reason.TICKET_NOT_FOUND, Reason.SLOT_NOT_FOUND,
                  Reason.ORGANIZATION_MISMATCH, *TICKET_REFUSALS, Reason.WRONG_VENUE, Reason.SLOT_FULL, Reason.SLOT_CLOSED,
                  Reason.SLOT_PAST, Reason.IDEMPOTENCY_KEY_REUSED, Reason.WAITLIST_NOT_FOUND, Reason.NO_OFFER,
                  Reason.OFFER_LAPSED, Reason.WAITING_ROOM, Reason.RATE_LIMITED, Reason.BUSY),
        about="All tickets get a space in the slot, or none. A refusal because of the tickets has the code of the first bad one and"
        " lists every bad one in `tickets`. Bad codes count against the pace of code checks (30 a minute), as in the waiting list."
        " `SLOT_FULL` says how many spaces are `free`, and lists `alternative_slots` with"
        " spaces for all.",
    ),
    SEND_AGAIN,
)  # fmt: skip

RESERVATION_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/reservations/by-token", reservation_endpoints.show_reservation_of_token, "Show the reservation of a token", "Reservations",
        "holder", responses.ReservationAnswer, parameters=_TOKEN, refusals=(Reason.UNAUTHENTICATED, Reason.RESERVATION_NOT_FOUND, Reason.RATE_LIMITED),
        about="For clients that have the link and no id. Of a party it returns the first reservation that is not cancelled.",
    ),
    Endpoint(
        "GET", _RESERVATION, reservation_endpoints.show_reservation, "Show a reservation", "Reservations", "holder",
        responses.ReservationAnswer, parameters=_TOKEN, refusals=_RESERVATION_REFUSALS,
    ),
    Endpoint(
        "PUT", _RESERVATION, reservation_endpoints.move_party, "Move a reservation to another slot", "Reservations", "holder",
        responses.ReservationAnswer, body=requests.MoveReservation, parameters=_TOKEN,
        refusals=(*BODY_REFUSALS, *_RESERVATION_REFUSALS, Reason.CHANGE_TOO_LATE, Reason.TICKET_ALREADY_USED, Reason.TICKET_EXPIRED,
                  Reason.TICKET_CANCELLED, Reason.SLOT_NOT_FOUND, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST,
                  Reason.WRONG_VENUE, Reason.PERFORMANCE_NOT_FOUND, Reason.BOOKING_CLOSED, Reason.NO_CAPACITY,
                  Reason.BOOKING_CANCELLED, Reason.ALREADY_CHECKED_IN, Reason.WAITING_ROOM, Reason.BUSY),
        about="The old space is kept until the new one is taken. Moving to the current slot changes nothing, so repeating is safe."
        " `SLOT_FULL` lists `alternative_slots`. `TICKET_CANCELLED` means that the reservation is cancelled."
        " A booking moves with its whole party, and only to another performance of its show; `slot_id` is the performance's id."
        " `NO_CAPACITY` then says how many spaces are left (`available_count`) and lists `alternatives` with spaces for all.",
    ),
    Endpoint(
        "PUT", f"{_RESERVATION}/contact", address_endpoints.correct_own_address, "Correct the email address of a visit", "Reservations", "holder",
        responses.CorrectedAddressAnswer, body=requests.CorrectAddress, parameters=_TOKEN,
        refusals=(*BODY_REFUSALS, *_RESERVATION_REFUSALS, Reason.INVALID_CONTACT, Reason.NOT_RESENDABLE, Reason.CONTACT_NOT_VERIFIED, Reason.BUSY),
        about="For the holder of the link, until the visit is over. The confirmation goes to the new address with a new link; every older link"
        " is void, and the old address is told. It holds for all who were booked together. Staff use `PATCH /api/admin/reservations/{reservation_id}`.",
    ),
    Endpoint(
        "DELETE", _RESERVATION, reservation_endpoints.cancel_party, "Cancel a reservation", "Reservations", "holder",
        responses.CancelledAnswer,
        parameters=(*_TOKEN, Parameter("party", "query", FLAG_SCHEMA,
                                       "1 cancels everybody booked with it who still stands, all of them or nobody.")),
        refusals=(Reason.INVALID_REQUEST, *_RESERVATION_REFUSALS, Reason.CHANGE_TOO_LATE, Reason.TICKET_ALREADY_USED, Reason.TICKET_EXPIRED,
                  Reason.ALREADY_CHECKED_IN, Reason.BUSY),
        about="The space becomes free, and the ticket can be booked again. Repeating it changes nothing. A booking ends for its whole"
        " party: `ticket_status` is CANCELLED. Once somebody of it is in, it is `ALREADY_CHECKED_IN`.",
    ),
    Endpoint(
        "GET", f"{_RESERVATION}/qr.png", reservation_endpoints.send_qr_png, "Get the ticket's QR code as PNG", "Reservations", "holder",
        ("image/png",), parameters=_TOKEN, refusals=_RESERVATION_REFUSALS,
    ),
    Endpoint(
        "GET", f"{_RESERVATION}/qr.svg", reservation_endpoints.send_qr_svg, "Get the ticket's QR code as SVG", "Reservations", "holder",
        ("image/svg+xml",), parameters=_TOKEN, refusals=_RESERVATION_REFUSALS,
    ),
    Endpoint(
        "GET", f"{_RESERVATION}/calendar.ics", reservation_endpoints.send_calendar_file, "Get the visit as a calendar file", "Reservations",
        "holder", ("text/calendar",), parameters=_TOKEN, refusals=_RESERVATION_REFUSALS,
    ),
)  # fmt: skip

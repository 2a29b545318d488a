"""The table of endpoints: every address of the API, who may use it, what it takes and what it answers.

Routes and the OpenAPI document are both made from it, so neither can know an address the other does not.
"""

from hub.rules.reasons import Reason
from web.api import openapi_pages
from web.api import requests as bodies
from web.api import responses as shapes
from web.api.booking import availability_endpoints as slots
from web.api.booking import contact_endpoints as contact
from web.api.booking import endpoints as reservations
from web.api.booking import reservation_endpoints as managing
from web.api.endpoint import Endpoint, Parameter
from web.api.messaging import endpoints as mail_admin
from web.api.reporting import health_endpoints as standing
from web.api.reporting.analytics_endpoints import ANALYTICS_ENDPOINTS
from web.api.reporting.replay_endpoints import REPLAY_ENDPOINTS
from web.api.reporting.scan_log_endpoints import RECORD_ENDPOINTS
from web.api.scanning import conflict_endpoints as door
from web.api.scanning import endpoints as operators
from web.api.scanning import responses as door_shapes
from web.api.scanning.decision_query import DECISION_PARAMETERS
from web.api.scanning.device_key_endpoints import DEVICE_KEY_ENDPOINT
from web.api.scanning.dispute_endpoints import DISPUTE_ENDPOINTS
from web.api.scanning.manifest_endpoints import MANIFEST_ENDPOINTS
from web.api.tickets import endpoints as tickets
from web.api.tickets.record_endpoints import DESK_ENDPOINTS
from web.api.waitlist import endpoints as waitlist
from web.statuses import CODE_IS_JUDGED

_ORQ = Parameter(
    "orq",
    "query",
    {"type": "integer", "minimum": 1, "maximum": bodies.LARGEST_ID},
    "The organisation; may be left out where the hub serves only one.",
)
_LOGIN_ORQ = Parameter(
    "orq",
    "query",
    _ORQ.schema,
    "The organisation whose alerts count the refusal of a name nobody has; of several none does unless named.",
)
_DAY = {"type": "string", "format": "date"}
_SPAN = (
    Parameter("from", "query", _DAY, "First day; with `to`, at most 92 days."),
    Parameter("to", "query", _DAY, "Last day, included."),
)
_TOKEN = (
    Parameter("token", "query", {"type": "string"}, "The reservation's token, out of its link."),
    Parameter("X-Reservation-Token", "header", {"type": "string"}, "The same, out of sight."),
)
_TICKET_CODE = Parameter("X-Ticket-Code", "header", {"type": "string"}, "The ticket's code; not needed by staff.")
_TICKET = "/api/tickets/{ticket_id:[0-9]+}"
_RESERVATION = "/api/reservations/{reservation_id:[0-9]+}"
_BODY = (Reason.INVALID_REQUEST, Reason.PAYLOAD_TOO_LARGE, Reason.UNSUPPORTED_MEDIA_TYPE, Reason.REQUEST_TIMEOUT)
_TICKET_WILL_NOT_DO = (
    Reason.TICKET_NOT_ACTIVATED,
    Reason.TICKET_EXPIRED,
    Reason.TICKET_CANCELLED,
    Reason.TICKET_ALREADY_USED,
    Reason.TICKET_ALREADY_RESERVED,
)
_AT_THE_DOOR = (
    Reason.TICKET_NOT_FOUND,
    Reason.TICKET_NOT_ACTIVATED,
    Reason.TICKET_EXPIRED,
    Reason.TICKET_CANCELLED,
    Reason.WRONG_DATE,
    Reason.WRONG_VENUE,
    Reason.TOO_EARLY,
    Reason.NO_RESERVATION,
    Reason.SCAN_ID_REUSED,
    Reason.BUSY,
)
_HOLDER = (Reason.UNAUTHENTICATED, Reason.TICKET_NOT_FOUND, Reason.NOT_FOUND, Reason.RATE_LIMITED)
_OF_RESERVATION = (Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.RESERVATION_NOT_FOUND, Reason.NOT_FOUND)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/tickets/validate", tickets.validate,
        "Check a ticket code before booking", "Customer reservation", "anyone",
        shapes.TicketCheckedAnswer, body=bodies.ValidateTicket, parameters=(_ORQ,), statuses=CODE_IS_JUDGED,
        refusals=(*_BODY, Reason.TICKET_NOT_FOUND, *_TICKET_WILL_NOT_DO, Reason.RATE_LIMITED),
        about="The first step of a booking. Repeating it changes nothing.",
    ),
    Endpoint(
        "POST", "/api/tickets/mine", tickets.mine,
        "The other tickets of an order", "Customer reservation", "anyone",
        shapes.OrderTicketsAnswer, body=bodies.TicketsOfOrder, parameters=(_ORQ,),
        refusals=(*_BODY, Reason.ORDER_NOT_FOUND, Reason.RATE_LIMITED),
        about="For whoever has one of its tickets and knows the address it was made with; every other case is `ORDER_NOT_FOUND`.",
    ),
    Endpoint(
        "POST", "/api/tickets/verify-contact", tickets.verify_contact,
        "Check an e-mail address and a phone number", "Customer reservation", "anyone",
        shapes.ContactChecked, body=bodies.VerifyContact, refusals=(*_BODY, Reason.INVALID_CONTACT, Reason.RATE_LIMITED),
        about="Checks the form of both; nothing is sent. `validation_errors` names every field that will not do.",
    ),
    Endpoint(
        "POST", "/api/contact/code", contact.send,
        "Send a one-time code", "Customer reservation", "anyone",
        contact.CodeOnItsWayAnswer, body=contact.SendCode,
        refusals=(*_BODY, Reason.INVALID_CONTACT, Reason.CODE_TOO_SOON, Reason.CODE_TOO_MANY),
        about="Six digits, good for five minutes; an older code for the same address is void. Once a minute and five an hour for"
        " one address. Only by a channel that a venue of the organisation asks for.",
    ),
    Endpoint(
        "POST", "/api/contact/confirm", contact.confirm,
        "Exchange the code for a proof", "Customer reservation", "anyone",
        contact.ContactProvenAnswer, body=contact.ConfirmCode,
        refusals=(*_BODY, Reason.CODE_WRONG, Reason.CODE_LOCKED, Reason.CODE_EXPIRED, Reason.CODE_USED, Reason.RATE_LIMITED),
        about="Once, within three guesses. `CODE_WRONG` says how many are left. The proof is good for an hour.",
    ),
    Endpoint(
        "GET", "/api/reservation-slots/available", slots.available,
        "What is free", "Customer reservation", "anyone",
        shapes.Calendar, not_modified=True,
        parameters=(
            Parameter("month", "query", {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
                      "The month, `YYYY-MM`; without month and span, the current one."),
            *_SPAN, _ORQ,
            Parameter("If-None-Match", "header", {"type": "string"}, "The `ETag` of an earlier answer."),
        ),
        refusals=(Reason.INVALID_REQUEST,),
    ),
    Endpoint(
        "POST", "/api/reservations/create", reservations.create,
        "Book a place", "Customer reservation", "anyone",
        shapes.ReservedAnswer, body=bodies.CreateReservation,
        parameters=(
            Parameter("Idempotency-Key", "header",
                      {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
                      "Sent again with the same body, it gives the first answer again and books nothing."),
            _ORQ,
        ),
        refusals=(*_BODY, Reason.INVALID_CONTACT, Reason.TICKET_NOT_FOUND, Reason.SLOT_NOT_FOUND, Reason.ORGANIZATION_MISMATCH,
                  *_TICKET_WILL_NOT_DO, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.IDEMPOTENCY_KEY_REUSED,
                  Reason.CONTACT_NOT_VERIFIED, Reason.WRONG_VENUE, Reason.RATE_LIMITED, Reason.BUSY),
        about="`SLOT_FULL` comes with `alternative_slots`: the nearest ones with places left.",
    ),
    Endpoint(
        "POST", "/api/reservations", reservations.create_party,
        "Book places for a party", "Customer reservation", "anyone",
        shapes.PartyReservedAnswer, body=bodies.CreateParty,
        parameters=(
            Parameter("Idempotency-Key", "header",
                      {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
                      "Sent again with the same body, it gives the first answer again and books nothing."),
            _ORQ,
        ),
        refusals=(*_BODY, Reason.INVALID_CONTACT, Reason.CONTACT_NOT_VERIFIED, Reason.TICKET_NOT_FOUND, Reason.SLOT_NOT_FOUND,
                  Reason.ORGANIZATION_MISMATCH, *_TICKET_WILL_NOT_DO, Reason.WRONG_VENUE, Reason.SLOT_FULL, Reason.SLOT_CLOSED,
                  Reason.SLOT_PAST, Reason.IDEMPOTENCY_KEY_REUSED, Reason.WAITLIST_NOT_FOUND, Reason.NO_OFFER,
                  Reason.OFFER_LAPSED, Reason.RATE_LIMITED, Reason.BUSY),
        about="One slot for all tickets, or nothing. A refusal for the tickets' sake is that of the first bad one and lists every bad"
        " one in `tickets`; `SLOT_FULL` says how many places are `free` and lists `alternative_slots` with room for all.",
    ),
    Endpoint(
        "POST", "/api/waitlist", waitlist.join,
        "Join the waiting list of a full slot", "Waiting list", "anyone",
        waitlist.JoinedAnswer, body=waitlist.JoinWaitlist,
        parameters=(
            Parameter("Idempotency-Key", "header",
                      {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
                      "Sent again with the same body, it finds the entry made before and gives one more link to it."),
            _ORQ,
        ),
        refusals=(*_BODY, Reason.INVALID_CONTACT, Reason.CONTACT_NOT_VERIFIED, Reason.TICKET_NOT_FOUND, Reason.SLOT_NOT_FOUND,
                  Reason.ORGANIZATION_MISMATCH, Reason.WRONG_VENUE, *_TICKET_WILL_NOT_DO, Reason.SLOT_NOT_FULL, Reason.SLOT_CLOSED,
                  Reason.SLOT_PAST, Reason.WAITLIST_CLOSED, Reason.ALREADY_WAITING, Reason.IDEMPOTENCY_KEY_REUSED,
                  Reason.RATE_LIMITED, Reason.BUSY),
        about="For a party the slot has no room for. Places that come free are offered in the order of joining, by mail and at"
        " the link. A ticket may wait for several slots.",
    ),
    Endpoint(
        "GET", "/api/waitlist/{token}", waitlist.read, "An entry of the waiting list", "Waiting list", "anyone",
        waitlist.EntryAnswer, refusals=(Reason.WAITLIST_NOT_FOUND,), about="For whoever has the link. Changes nothing.",
    ),
    Endpoint(
        "POST", "/api/waitlist/{token}/accept", waitlist.accept, "Take what is offered", "Waiting list", "anyone",
        shapes.PartyReservedAnswer,
        refusals=(Reason.WAITLIST_NOT_FOUND, Reason.NO_OFFER, Reason.OFFER_LAPSED, Reason.TICKET_NOT_FOUND, *_TICKET_WILL_NOT_DO,
                  Reason.WRONG_VENUE, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.RATE_LIMITED, Reason.BUSY),
        about="Books the places held for the party, before `offer_ends_at`. Repeating it gives the first answer.",
    ),
    Endpoint(
        "DELETE", "/api/waitlist/{token}", waitlist.leave, "Leave the waiting list", "Waiting list", "anyone",
        waitlist.EntryAnswer, refusals=(Reason.WAITLIST_NOT_FOUND,),
        about="The entry as it stands then. One that is over stays as it is; repeating it changes nothing.",
    ),
    Endpoint(
        "GET", "/api/reservations/by-token", managing.by_token, "The reservation of a token", "Reservations",
        "holder", shapes.ReservationAnswer, parameters=_TOKEN, refusals=(Reason.UNAUTHENTICATED, Reason.RESERVATION_NOT_FOUND),
        about="For whoever has the link and no id. Of a party, the first that stands.",
    ),
    Endpoint(
        "GET", _RESERVATION, managing.read, "One reservation", "Reservations", "holder",
        shapes.ReservationAnswer, parameters=_TOKEN, refusals=_OF_RESERVATION,
    ),
    Endpoint(
        "PUT", _RESERVATION, managing.move, "Move a reservation to another slot", "Reservations", "holder",
        shapes.ReservationAnswer, body=bodies.MoveReservation, parameters=_TOKEN,
        refusals=(*_BODY, *_OF_RESERVATION, Reason.CHANGE_TOO_LATE, Reason.TICKET_ALREADY_USED, Reason.TICKET_EXPIRED,
                  Reason.TICKET_CANCELLED, Reason.SLOT_NOT_FOUND, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST,
                  Reason.WRONG_VENUE, Reason.BUSY),
        about="The old place is kept until the new one is taken. Moving to the slot it has changes nothing, so repeating is harmless."
        " `SLOT_FULL` comes with `alternative_slots`; `TICKET_CANCELLED` means that the reservation was given back.",
    ),
    Endpoint(
        "DELETE", _RESERVATION, managing.cancel, "Cancel a reservation", "Reservations", "holder",
        shapes.CancelledAnswer,
        parameters=(*_TOKEN, Parameter("party", "query", {"type": "string", "enum": ["0", "1", "true", "false"]},
                                       "1 cancels everybody booked with it who still stands, all of them or nobody.")),
        refusals=(Reason.INVALID_REQUEST, *_OF_RESERVATION, Reason.CHANGE_TOO_LATE, Reason.TICKET_ALREADY_USED, Reason.TICKET_EXPIRED, Reason.BUSY),
        about="The place is free again and the ticket can be booked anew. Repeating it changes nothing.",
    ),
    Endpoint(
        "GET", f"{_RESERVATION}/qr.png", managing.qr_png, "The ticket's QR code as PNG", "Reservations", "holder",
        ("image/png",), parameters=_TOKEN, refusals=_OF_RESERVATION,
    ),
    Endpoint(
        "GET", f"{_RESERVATION}/qr.svg", managing.qr_svg, "The ticket's QR code as SVG", "Reservations", "holder",
        ("image/svg+xml",), parameters=_TOKEN, refusals=_OF_RESERVATION,
    ),
    Endpoint(
        "GET", f"{_RESERVATION}/calendar.ics", managing.calendar, "The visit as a calendar entry", "Reservations",
        "holder", ("text/calendar",), parameters=_TOKEN, refusals=_OF_RESERVATION,
    ),
    Endpoint(
        "POST", f"{_TICKET}/activate", tickets.activate, "Activate a ticket bought for later", "Tickets",
        "ticket holder", shapes.TicketAnswer, parameters=(_TICKET_CODE,),
        refusals=(*_HOLDER, Reason.TICKET_NOT_ACTIVATED, Reason.TICKET_ALREADY_ACTIVATED, Reason.TICKET_CANCELLED, Reason.TICKET_EXPIRED),
        about="Irreversible. `TICKET_NOT_ACTIVATED` means that it is not paid for yet.",
    ),
    Endpoint(
        "GET", f"{_TICKET}/status", tickets.status, "The standing of a ticket", "Tickets", "ticket holder",
        shapes.TicketAnswer, parameters=(_TICKET_CODE,), refusals=_HOLDER,
    ),
    Endpoint(
        "GET", f"{_TICKET}/availability", tickets.availability, "The slots a ticket could be booked into", "Tickets",
        "ticket holder", shapes.TicketSlotsAnswer, parameters=(_TICKET_CODE, *_SPAN),
        refusals=(Reason.INVALID_REQUEST, *_HOLDER), about="Without a span, the next 90 days.",
    ),
    Endpoint(
        "POST", "/api/operator/login", operators.login, "Sign in", "Operators", "anyone",
        door_shapes.SignedInAnswer, body=bodies.Login, parameters=(_LOGIN_ORQ,), refusals=(*_BODY, Reason.INVALID_CREDENTIALS, Reason.LOCKED_OUT, Reason.FORBIDDEN),
        about="Sets the session cookie `hub_session` too, and `hub_device`, by which this device is known again.",
    ),
    Endpoint(
        "POST", "/api/operator/logout", operators.logout, "Sign out", "Operators", "operator",
        door_shapes.SignedOutAnswer, refusals=(Reason.UNAUTHENTICATED, Reason.FORBIDDEN),
        about="The token dies at once, and sockets opened with it close.",
    ),
    Endpoint(
        "POST", "/api/operator/validate-ticket", operators.validate_ticket, "Judge a ticket for entry", "Operators",
        "operator", door_shapes.ValidAtDoorAnswer, body=bodies.ValidateAtDoor, statuses=CODE_IS_JUDGED,
        refusals=(*_BODY, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, *_AT_THE_DOOR, Reason.ALREADY_VERIFIED, Reason.RATE_LIMITED),
        about="Changes nothing but the scan log.",
    ),
    Endpoint(
        "POST", "/api/operator/verify-ticket", operators.verify_ticket, "Record an entry", "Operators", "operator",
        door_shapes.VerifiedAtDoorAnswer, body=bodies.VerifyAtDoor, statuses=CODE_IS_JUDGED,
        refusals=(*_BODY, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.OPERATOR_MISMATCH, *_AT_THE_DOOR, Reason.RATE_LIMITED),
        about="A ticket that is in already answers 200 with `already_verified: true` and its first entry.",
    ),
    Endpoint(
        "POST", "/venue/scan", operators.scan, "Scan a ticket", "Operators", "operator",
        door_shapes.DecisionAnswer, body=bodies.Scan,
        refusals=(*_BODY, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.SCAN_ID_REUSED, Reason.RATE_LIMITED, Reason.BUSY),
        about="Always 200 with the decision, whatever its colour.",
    ),
    Endpoint(
        "POST", "/api/operator/exit", operators.leave, "Record an exit", "Operators", "operator",
        door_shapes.DecisionAnswer, body=bodies.ExitAtDoor,
        refusals=(*_BODY, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.SCAN_ID_REUSED, Reason.RATE_LIMITED, Reason.BUSY),
        about="Always 200 with the decision: `EXIT_RECORDED`, or that nobody is inside with this ticket.",
    ),
    Endpoint(
        "POST", "/api/operator/sync", door.sync, "Take over what a scanner decided without a line", "Operators",
        "operator", door.SyncedAnswer, body=door.SyncScans,
        refusals=(*_BODY, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.RATE_LIMITED, Reason.BUSY),
        about="Up to 200 scans and 64 KB, judged as of the moment of each scan. Sent again, in whatever order, nothing is done"
        " twice. A `conflict` is written down for whoever was let in and should not have been.",
    ),
    Endpoint(
        "GET", "/api/operator/conflicts", door.conflicts, "Whom scanners without a line let in against the hub's word",
        "Operators", "operator", door.ConflictPageAnswer,
        parameters=DECISION_PARAMETERS,
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN),
        about="Newest first: a manager's whole organisation, an operator's own.",
    ),
    Endpoint(
        "POST", "/api/operator/conflicts/{conflict_id:[0-9]+}/decision", door.decide, "Decide a conflict", "Operators",
        "operator", door.ConflictAnswer, body=door.DecideConflict,
        refusals=(*_BODY, Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.CONFLICT_DECIDED),
        about="For managers. The first decision stands; the same one again changes nothing.",
    ),
    *MANIFEST_ENDPOINTS,
    DEVICE_KEY_ENDPOINT,
    *DISPUTE_ENDPOINTS,
    *RECORD_ENDPOINTS,
    *ANALYTICS_ENDPOINTS,
    *REPLAY_ENDPOINTS,
    *DESK_ENDPOINTS,
    Endpoint(
        "GET", "/api/admin/mail", mail_admin.listing, "Mail that does not go out", "Administration", "operator",
        mail_admin.MailPageAnswer,
        parameters=(
            Parameter("status", "query", {"enum": list(mail_admin.WANTED), "default": "stuck"},
                      "`stuck`: given up, or overdue by five minutes."),
            Parameter("before", "query", {"type": "integer", "minimum": 1, "maximum": bodies.LARGEST_ID},
                      "The `next` of the page before."),
        ),
        refusals=(Reason.INVALID_REQUEST, Reason.UNAUTHENTICATED, Reason.FORBIDDEN),
        about="For managers, of their own organisation. Recipients are masked.",
    ),
    Endpoint(
        "POST", "/api/admin/mail/{mail_id:[0-9]+}/retry", mail_admin.retry, "Send a message again", "Administration",
        "operator", mail_admin.MailAnswer,
        refusals=(Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.MAIL_SETTLED, Reason.MAIL_ON_ITS_WAY,
                  Reason.MAIL_NOT_RETRYABLE),
        about="It is due at once and has all its tries again.",
    ),
    Endpoint(
        "POST", "/api/admin/mail/{mail_id:[0-9]+}/discard", mail_admin.discard, "Give up a message", "Administration",
        "operator", mail_admin.MailAnswer,
        refusals=(Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.MAIL_SETTLED, Reason.MAIL_ON_ITS_WAY),
        about="It becomes `DROPPED`, and what it held is forgotten.",
    ),
    Endpoint("GET", "/healthz", standing.alive, "Is the process alive", "Standing", "anyone", shapes.Alive),
    Endpoint(
        "GET", "/readyz", standing.ready, "Can it work", "Standing", "anyone", shapes.Ready,
        about="200 when Postgres answers; `degraded` without Redis. 503 with the same body otherwise.",
    ),
    Endpoint(
        "GET", "/metrics", standing.metrics, "Figures for Prometheus", "Standing", "monitoring", ("text/plain",),
        refusals=(Reason.FORBIDDEN,),
    ),
    Endpoint(
        "GET", "/api/openapi.json", openapi_pages.document, "This document", "Standing", "anyone", shapes.Document,
        not_modified=True,
    ),
    Endpoint(
        "GET", "/api/docs", openapi_pages.page, "This document to read", "Standing", "anyone", ("text/html",),
        not_modified=True,
    ),
)  # fmt: skip

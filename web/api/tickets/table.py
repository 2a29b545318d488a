"""The endpoints of tickets: the rows of the table."""

from hub.actions.tickets.find_tickets import MOST_FOUND
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import FLAG_SCHEMA, ORQ, SPAN, TOKEN_SCHEMA
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS, TICKET_REFUSALS
from web.api.tickets import endpoints, record_endpoints, requests, responses
from web.limits import LEAST_SEARCH, LONGEST_SEARCH, LONGEST_TYPED_CODE
from web.statuses import CODE_CHECK_STATUSES

_TICKET = "/api/tickets/{ticket_id:[0-9]+}"
_TICKET_CODE = Parameter("X-Ticket-Code", "header", TOKEN_SCHEMA, "The ticket's code. Staff do not need it.")
_CODE_IN_ADDRESS = Parameter(
    "code", "query", {"type": "string", "maxLength": LONGEST_TYPED_CODE}, "The ticket's code, instead of the header."
)
_HOLDER_REFUSALS = (
    Reason.UNAUTHENTICATED,
    Reason.FORBIDDEN,
    Reason.TICKET_NOT_FOUND,
    Reason.NOT_FOUND,
    Reason.RATE_LIMITED,
)

CHECK_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/tickets/validate", endpoints.validate_ticket,
        "Check a ticket code before booking", "Customer reservation", "anyone",
        responses.TicketCheckedAnswer, body=requests.ValidateTicket, parameters=(ORQ,), statuses=CODE_CHECK_STATUSES,
        refusals=(*BODY_REFUSALS, Reason.TICKET_NOT_FOUND, *TICKET_REFUSALS, Reason.RATE_LIMITED),
        about="The first step of a booking. Repeating it changes nothing.",
    ),
    Endpoint(
        "POST", "/api/tickets/mine", endpoints.list_order_tickets,
        "List the tickets of an order", "Customer reservation", "anyone",
        responses.OrderTicketsAnswer, body=requests.TicketsOfOrder, parameters=(ORQ,),
        refusals=(*BODY_REFUSALS, Reason.ORDER_NOT_FOUND, Reason.RATE_LIMITED),
        about="For customers who have one of its tickets and know its e-mail address. Every other case is `ORDER_NOT_FOUND`.",
    ),
)  # fmt: skip

HOLDER_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", f"{_TICKET}/activate", endpoints.activate_held_ticket, "Activate a ticket bought for later", "Tickets",
        "ticket holder", responses.TicketAnswer, parameters=(_TICKET_CODE,),
        refusals=(*_HOLDER_REFUSALS, Reason.TICKET_NOT_ACTIVATED, Reason.TICKET_ALREADY_ACTIVATED, Reason.TICKET_CANCELLED, Reason.TICKET_EXPIRED),
        about="This cannot be undone. `TICKET_NOT_ACTIVATED` means that the ticket is not paid for yet.",
    ),
    Endpoint(
        "GET", f"{_TICKET}/status", endpoints.show_status, "Get the status of a ticket", "Tickets", "ticket holder",
        responses.TicketAnswer, parameters=(_TICKET_CODE,), refusals=_HOLDER_REFUSALS,
    ),
    Endpoint(
        "GET", f"{_TICKET}/qr.png", endpoints.show_qr_png, "Get the QR code of a ticket as PNG", "Tickets", "ticket holder", ("image/png",),
        parameters=(_TICKET_CODE, _CODE_IN_ADDRESS, ORQ), refusals=(*_HOLDER_REFUSALS, Reason.INVALID_REQUEST),
        about="The `qr_url` of a ticket in an order leads here. The code may be in the address, so that a picture of a page needs no header.",
    ),
    Endpoint(
        "GET", f"{_TICKET}/qr.svg", endpoints.show_qr_svg, "Get the QR code of a ticket as SVG", "Tickets", "ticket holder",
        ("image/svg+xml",), parameters=(_TICKET_CODE, _CODE_IN_ADDRESS, ORQ), refusals=(*_HOLDER_REFUSALS, Reason.INVALID_REQUEST),
    ),
    Endpoint(
        "GET", f"{_TICKET}/availability", endpoints.list_slots_of_ticket, "List the slots that a ticket can book", "Tickets",
        "ticket holder", responses.TicketSlotsAnswer, parameters=(_TICKET_CODE, *SPAN),
        refusals=(Reason.INVALID_REQUEST, *_HOLDER_REFUSALS), about="The default span is the next 90 days.",
    ),
)  # fmt: skip

RECORD_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/tickets/search", record_endpoints.search_tickets, "Find tickets", "Records", "operator", responses.FoundTicketsAnswer,
        parameters=(
            Parameter("q", "query", {"type": "string", "minLength": LEAST_SEARCH, "maxLength": LONGEST_SEARCH},
                      "A ticket's code, an order's reference, an email address or a phone number (exact match), or words of a name.", True),
            Parameter("at_gate", "query", FLAG_SCHEMA,
                      "Also bookings and guests; and if nothing matches, tickets of the day by four or more characters of their code."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS, Reason.NOT_FOUND),
        about="Names are compared without regard to case, accents and the order of words. Within the own organisation and scope;"
        f" operators see contact details by the policy `show_contact` of the venue. Looks at {MOST_FOUND} tickets at most.",
    ),
    Endpoint(
        "GET", "/api/tickets/{ticket_id:[0-9]+}/life", record_endpoints.show_ticket_history, "Get the history of a ticket", "Records", "operator", responses.LifeAnswer,
        refusals=(Reason.UNAUTHENTICATED, Reason.FORBIDDEN, Reason.TICKET_NOT_FOUND, Reason.NOT_FOUND, Reason.RATE_LIMITED),
        about="Everything that happened to the ticket, oldest first. Managers see contact details in full, operators by the"
        " policies of all venues where it was reserved. `FORBIDDEN` is a ticket that stands at a venue outside of one's scope.",
    ),
)  # fmt: skip

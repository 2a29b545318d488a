"""The endpoints of products and tickets for their organiser: the rows of the table."""

from hub.actions.tickets.issue import CHANNELS
from hub.actions.tickets.products import STATUSES as PRODUCT_STATUSES
from hub.actions.tickets.ticket_list import LOOK_AT
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.parameters import BEFORE, CHANGE, CURSOR_SCHEMA, DRY_RUN, ID_SCHEMA, LIMIT, VENUE_ID_SCHEMA
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.api.tickets import admin_requests as requests
from web.api.tickets import admin_responses as responses
from web.api.tickets import admin_ticket_endpoints as tickets
from web.api.tickets import product_endpoints as products
from web.limits import LONGEST_SEARCH

_TAG = "Products and tickets"
_PRODUCT = "/api/admin/products/{product_id:[0-9]+}"
_TICKET = "/api/admin/tickets/{ticket_id:[0-9]+}"
_TEXT_SCHEMA = {"type": "string", "maxLength": LONGEST_SEARCH}
_PRODUCT_REFUSALS = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.PRODUCT_NOT_FOUND)
_TICKET_REFUSALS = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.TICKET_NOT_FOUND)

PRODUCT_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/products", products.list_products, "List products", _TAG, "operator", responses.ProductPageAnswer,
        scope="orders",
        parameters=(
            Parameter("q", "query", _TEXT_SCHEMA, "A part of a name in either language."),
            Parameter("status", "query", {"enum": list(PRODUCT_STATUSES), "default": "current"}, "Those that sell, or archived ones."),
            Parameter("venue_id", "query", VENUE_ID_SCHEMA, "Only those of this venue, or of every venue."),
            LIMIT, BEFORE,
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about="For administrators, within their own organisation, as all below `/api/admin/products` and `/api/admin/tickets`.",
    ),
    Endpoint(
        "POST", "/api/admin/products", products.add_product, "Add a product", _TAG, "operator", responses.ProductAnswer,
        body=requests.NewProduct, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND), status=201,
        about="What it says at the gates reaches every scanner within five seconds, and offline ones with their next list.",
    ),
    Endpoint(
        "GET", _PRODUCT, products.show_product, "Show a product", _TAG, "operator", responses.ProductAnswer,
        refusals=_PRODUCT_REFUSALS,
    ),
    Endpoint(
        "PATCH", _PRODUCT, products.change_product, "Change or archive a product", _TAG, "operator", responses.ProductAnswer,
        body=requests.ChangedProductFields, parameters=CHANGE,
        refusals=(*BODY_REFUSALS, *_PRODUCT_REFUSALS, Reason.VERSION_MISMATCH),
        about="Tickets that were issued keep their validity and mode. What is said and asked at the gates changes for them too.",
    ),
    Endpoint(
        "DELETE", _PRODUCT, products.delete_product, "Delete a product", _TAG, "operator", responses.ProductDeletedAnswer,
        parameters=CHANGE, refusals=(*_PRODUCT_REFUSALS, Reason.VERSION_MISMATCH, Reason.PRODUCT_IN_USE),
        about="Only one that has no ticket. Others are archived.",
    ),
)  # fmt: skip

ADMIN_TICKET_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/tickets", tickets.list_all, "List tickets", _TAG, "operator", responses.TicketRecordPageAnswer,
        scope="tickets:read",
        parameters=(
            Parameter("code", "query", _TEXT_SCHEMA, "The whole code of a ticket."),
            Parameter("order", "query", _TEXT_SCHEMA, "The reference of an order, or its number."),
            Parameter("product_id", "query", ID_SCHEMA, "Only those of this product."),
            Parameter("status", "query", {"enum": list(tickets.STATUSES)}, "Only those."),
            Parameter("channel", "query", {"enum": list(CHANNELS)}, "Only those."),
            LIMIT, Parameter("before", "query", CURSOR_SCHEMA, "The `next` of the previous page."),
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS),
        about=f"The newest comes first. Filtered, a page looks at {LOOK_AT} tickets, so it may hold fewer than `limit`, or none, although"
        " there is a `next`. Bookings of shows are listed elsewhere.",
    ),
    Endpoint(
        "POST", "/api/admin/tickets", tickets.issue, "Issue tickets", _TAG, "operator", responses.IssuedTicketsAnswer,
        body=requests.NewTickets, parameters=(DRY_RUN,), status=201,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.INVALID_CONTACT, Reason.PRODUCT_ARCHIVED, Reason.ORDER_CANCELLED),
        about="All of them or none, in one order, with new codes.",
    ),
    Endpoint(
        "GET", _TICKET, tickets.show_one, "Show a ticket to its organiser", _TAG, "operator", responses.TicketRecordAnswer,
        scope="tickets:read",
        refusals=_TICKET_REFUSALS,
    ),
    Endpoint(
        "POST", f"{_TICKET}/cancel", tickets.cancel_one, "Cancel a ticket", _TAG, "operator", responses.TicketRecordAnswer,
        body=requests.CancelTicket, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *_TICKET_REFUSALS, Reason.BUSY),
        about="Its space is free at once, its holder gets an e-mail, and every open scanner learns of it. An entry that was recorded"
        " stays. Repeating it changes nothing.",
    ),
)  # fmt: skip

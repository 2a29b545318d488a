"""The endpoints of door sales: the rows of the table."""

from hub.rules.reasons import Reason
from web.api.door_sales import endpoints, requests, responses
from web.api.endpoint import Endpoint
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS

DOOR_SALE_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/operator/door-sales", endpoints.show_on_sale, "List what is sold at the gates", "Operators", "operator",
        responses.OnSaleAnswer, refusals=(*STAFF_REFUSALS, Reason.NOT_FOUND),
        about="Products, and the slots of today with their free spaces. Who may sell says the venue's policy `door_sales`.",
    ),
    Endpoint(
        "POST", "/api/operator/door-sales", endpoints.sell, "Sell tickets at a gate", "Operators", "operator", responses.DoorSaleAnswer,
        body=requests.SellAtDoor, status=201,
        refusals=(*BODY_REFUSALS, *STAFF_REFUSALS, Reason.NOT_FOUND, Reason.SCANNER_NOT_ENROLLED, Reason.INVALID_CONTACT,
                  Reason.PRODUCT_ARCHIVED, Reason.SLOT_NOT_FOUND, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.SLOT_FULL,
                  Reason.TICKET_EXPIRED, Reason.WRONG_VENUE, Reason.WRONG_GATE, Reason.TOO_EARLY, Reason.QUESTION_UNANSWERED,
                  Reason.QUESTION_DENIED, Reason.VENUE_FULL, Reason.IDEMPOTENCY_KEY_REUSED, Reason.SCAN_ID_REUSED, Reason.BUSY),
        about="For visitors without a ticket: a paid order is made, its tickets are booked into a slot of today, and with `admit` the"
        " visitors come in, all or nothing. The entry is undone by `scan_id` like any other.",
    ),
)  # fmt: skip

"""The endpoints of orders: the rows of the table."""

from hub.actions.orders.order_records import LOOK_AT, STATUSES
from hub.actions.orders.order_request import MOST_TICKETS
from hub.rules.reasons import Reason
from web.api.endpoint import Endpoint, Parameter
from web.api.orders import admin_endpoints as admin
from web.api.orders import endpoints, requests, responses
from web.api.parameters import BEFORE, DRY_RUN, LIMIT, idempotency_key_parameter
from web.api.refusal_groups import BODY_REFUSALS, STAFF_REFUSALS
from web.limits import LONGEST_SEARCH

_ORDER = "/api/orders/{reference:[^/]+}"
_ADMIN_ORDER = "/api/admin/orders/{order_id:[0-9]+}"
_KEY = idempotency_key_parameter(
    "A new one with each request; a repeat has the same one, and changes nothing.", required=True
)
_SHOP = STAFF_REFUSALS
_ONE = (*_SHOP, Reason.INVALID_REQUEST, Reason.ORDER_NOT_FOUND)
_CHANGE = (*BODY_REFUSALS, *_ONE, Reason.IDEMPOTENCY_KEY_REUSED, Reason.BUSY)
_ADMIN_ONE = (*STAFF_REFUSALS, Reason.INVALID_REQUEST, Reason.NOT_FOUND, Reason.ORDER_NOT_FOUND)

ORDER_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/api/orders", endpoints.create, "Make an order", "Orders", "operator", responses.ShopOrderAnswer,
        body=requests.NewShopOrder, parameters=(_KEY,), status=201, scope="orders",
        refusals=(*BODY_REFUSALS, *_SHOP, Reason.INVALID_CONTACT, Reason.PRODUCT_ARCHIVED, Reason.ORDER_EXISTS,
                  Reason.IDEMPOTENCY_KEY_REUSED, Reason.BUSY),
        about=f"All of its tickets or none, at most {MOST_TICKETS}, with their codes. They open the door when the order is paid: at once, or"
        " when their holder activates them, by the product's `activation_mode`. The customer gets them by e-mail.",
    ),
    Endpoint(
        "GET", _ORDER, endpoints.show, "Read an order", "Orders", "operator", responses.ShopOrderAnswer, refusals=_ONE, scope="orders",
        about="The order and its tickets as they are now. For shops with an API key, and for administrators, as all below `/api/orders`.",
    ),
    Endpoint(
        "POST", f"{_ORDER}/pay", endpoints.pay, "Pay an order", "Orders", "operator", responses.ShopOrderAnswer, body=requests.PayShopOrder,
        parameters=(_KEY,), refusals=(*_CHANGE, Reason.ORDER_CANCELLED), scope="orders",
        about="Its tickets become ACTIVATED, or INACTIVE if their holder activates them. Paying a paid order changes nothing.",
    ),
    Endpoint(
        "POST", f"{_ORDER}/cancel", endpoints.cancel, "Cancel an order", "Orders", "operator", responses.ShopOrderAnswer,
        body=requests.CancelShopOrder, parameters=(_KEY,), refusals=_CHANGE, scope="orders",
        about="Its tickets are CANCELLED, their spaces are free at once, the customer gets an e-mail, and every open scanner learns of it."
        " Entries that were recorded stay.",
    ),
    Endpoint(
        "POST", f"{_ORDER}/refund", endpoints.refund, "Cancel some tickets of an order", "Orders", "operator", responses.ShopOrderAnswer,
        body=requests.RefundShopOrder, parameters=(_KEY,), refusals=_CHANGE, scope="orders",
        about="The order is CANCELLED with the last of its tickets.",
    ),
)  # fmt: skip

ADMIN_ORDER_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/api/admin/orders", admin.list_all, "List orders", "Products and tickets", "operator", responses.AdminOrderPageAnswer,
        parameters=(
            Parameter("q", "query", {"type": "string", "maxLength": LONGEST_SEARCH},
                      "A reference, a number, a ticket's code or an email address, each whole, or words of a name."),
            Parameter("status", "query", {"enum": list(STATUSES)}, "Only those."),
            LIMIT, BEFORE,
        ),
        refusals=(Reason.INVALID_REQUEST, *STAFF_REFUSALS), scope="tickets:read",
        about=f"The newest comes first. Filtered, a page looks at {LOOK_AT} orders, so it may hold fewer than `limit`, or none, although"
        " there is a `next`.",
    ),
    Endpoint(
        "GET", _ADMIN_ORDER, admin.show_one, "Show an order", "Products and tickets", "operator", responses.AdminOrderAnswer,
        refusals=_ADMIN_ONE, scope="tickets:read",
    ),
    Endpoint(
        "POST", f"{_ADMIN_ORDER}/pay", admin.pay_one, "Pay an order by hand", "Products and tickets", "operator", responses.AdminOrderAnswer,
        parameters=(DRY_RUN,), refusals=(*_ADMIN_ONE, Reason.ORDER_CANCELLED), about="As `POST /api/orders/{reference}/pay` of a shop.",
    ),
    Endpoint(
        "POST", f"{_ADMIN_ORDER}/resend", admin.resend_one, "Send the tickets of an order again", "Products and tickets", "operator",
        responses.AdminOrderAnswer, refusals=(*_ADMIN_ONE, Reason.NOT_RESENDABLE, Reason.RATE_LIMITED),
        about="The customer gets the email with the tickets once more, or how to pay while the order waits for payment. At most twice in a"
        " minute.",
    ),
    Endpoint(
        "POST", f"{_ADMIN_ORDER}/cancel", admin.cancel_one, "Cancel a whole order", "Products and tickets", "operator",
        responses.AdminOrderAnswer, body=requests.CancelOrder, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *_ADMIN_ONE, Reason.BUSY),
        about="Spaces are free at once, the customer gets an e-mail, and every open scanner learns of it. Entries stay. Repeating it"
        " changes nothing.",
    ),
    Endpoint(
        "POST", f"{_ADMIN_ORDER}/refund", admin.refund_one, "Cancel tickets of an order", "Products and tickets", "operator",
        responses.AdminOrderAnswer, body=requests.RefundOrder, parameters=(DRY_RUN,), refusals=(*BODY_REFUSALS, *_ADMIN_ONE, Reason.BUSY),
        about="The order is CANCELLED with the last of its tickets.",
    ),
)  # fmt: skip

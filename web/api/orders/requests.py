"""Requests about orders: of a shop, and of administration."""

from typing import Annotated, Literal

from pydantic import Field

from hub.actions.booking.cancelled_tickets import LONGEST_REASON
from hub.actions.orders.create_order import LONGEST_NAME
from hub.actions.orders.order_request import MOST_ITEMS, MOST_TICKETS
from hub.rules.order_reference import REFERENCE
from web.api.requests import EXAMPLE_CODE, AdminRequest, Email, FilledText, Id, Request, Text
from web.limits import LONGEST_REFERENCE, LONGEST_TYPED_CODE, MOST_REFUNDED

_Code = Annotated[FilledText, Field(max_length=LONGEST_TYPED_CODE, examples=[EXAMPLE_CODE])]
_Reason = Annotated[
    FilledText,
    Field(max_length=LONGEST_REASON, description="For staff. The customer never sees it.", examples=["Refunded"]),
]


class OrderItemFields(Request):
    product_id: Id
    quantity: Annotated[int, Field(default=1, ge=1, le=MOST_TICKETS)]
    channel: Annotated[
        Literal["direct", "mini_program", "ota"],
        Field(
            default="direct",
            description="Where it is sold. The status of an `ota` ticket belongs to the outside system.",
        ),
    ]


class OrderCustomer(Request):
    name: Annotated[Text | None, Field(default=None, max_length=LONGEST_NAME)]
    email: Annotated[
        Email | None, Field(default=None, description="Gets the tickets, and opens the whole order in the portal.")
    ]
    language: Annotated[
        Literal["en", "zh_Hans"] | None, Field(default=None, description="Of its e-mails. Without it the venue's.")
    ]


class NewShopOrder(Request):
    reference: Annotated[
        Text | None,
        Field(default=None, min_length=1, max_length=LONGEST_REFERENCE, pattern=REFERENCE, examples=["WEB-1001"],
              description="The shop's own number of the order. Without it the hub gives it one."),
    ]  # fmt: skip
    items: Annotated[list[OrderItemFields], Field(min_length=1, max_length=MOST_ITEMS)]
    customer: Annotated[OrderCustomer | None, Field(default=None)]
    paid: Annotated[
        bool, Field(default=False, description="Whether it is paid already. Otherwise `POST .../pay` follows.")
    ]
    mail: Annotated[
        bool, Field(default=True, description="Whether the hub writes to the customer. A shop may do so itself.")
    ]


class PayShopOrder(Request):
    mail: Annotated[bool, Field(default=True, description="Whether the hub sends the tickets to the customer.")]


class CancelShopOrder(Request):
    reason: _Reason


class RefundShopOrder(Request):
    reason: _Reason
    ticket_codes: Annotated[list[_Code], Field(min_length=1, max_length=MOST_REFUNDED)]


class CancelOrder(AdminRequest):
    reason: _Reason


class RefundOrder(AdminRequest):
    reason: _Reason
    ticket_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_REFUNDED)]

"""The endpoints of a shop: an order is made, read, paid, cancelled and refunded in part, with its API key."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.orders.cancel_order import Cancellation, cancel_order
from hub.actions.orders.create_order import create_order
from hub.actions.orders.order_records import OrderedTicket, OrderRecord, order_id_of, read_order, unknown_order
from hub.actions.orders.order_request import Customer, NewOrder, OrderItem
from hub.actions.orders.pay_order import pay_order
from hub.rules.ticket_code import normalise
from web.api.administration import actor_of, answer
from web.api.orders.requests import CancelShopOrder, NewShopOrder, PayShopOrder, RefundShopOrder
from web.json_body import invalid, read_json
from web.keys import SERVICES
from web.limits import LONGEST_TOKEN, ORDER_BODY_BYTES
from web.request_fields import idempotency_key


async def create(request: web.Request) -> web.Response:
    by = actor_of(request)
    body = await read_json(request, NewShopOrder, ORDER_BODY_BYTES)
    key = _key(request)
    customer = body.customer
    wanted = NewOrder(
        tuple(OrderItem(item.product_id, item.quantity, item.channel) for item in body.items),
        Customer() if customer is None else Customer(customer.name, customer.email, customer.language),
        body.reference, body.paid, body.mail,
    )  # fmt: skip
    order = await create_order(request.app[SERVICES], by, wanted, key=key)
    return answer(_fields(request, by, order), made=True)


async def show(request: web.Request) -> web.Response:
    by = actor_of(request)
    order = await read_order(request.app[SERVICES], by, await _order_id(request, by))
    return answer(_fields(request, by, order))


async def pay(request: web.Request) -> web.Response:
    by = actor_of(request)
    body = await read_json(request, PayShopOrder)
    key = _key(request)
    order = await pay_order(request.app[SERVICES], by, await _order_id(request, by), key=key, mail=body.mail)
    return answer(_fields(request, by, order))


async def cancel(request: web.Request) -> web.Response:
    by = actor_of(request)
    body = await read_json(request, CancelShopOrder)
    key = _key(request)
    wanted = Cancellation(body.reason)
    order = await cancel_order(request.app[SERVICES], by, await _order_id(request, by), wanted, key=key)
    return answer(_fields(request, by, order))


async def refund(request: web.Request) -> web.Response:
    by = actor_of(request)
    body = await read_json(request, RefundShopOrder, ORDER_BODY_BYTES)
    key = _key(request)
    wanted = Cancellation(body.reason, ticket_codes=tuple(dict.fromkeys(normalise(code) for code in body.ticket_codes)))
    order = await cancel_order(request.app[SERVICES], by, await _order_id(request, by), wanted, key=key)
    return answer(_fields(request, by, order))


def _key(request: web.Request) -> str:
    key = idempotency_key(request)
    if key is None:
        raise invalid(("Idempotency-Key", "Send a new one with each order, and the same one with each repeat"))
    return key


async def _order_id(request: web.Request, by: Actor) -> int:
    reference = request.match_info["reference"]
    if len(reference) > LONGEST_TOKEN or not reference.isprintable():
        raise unknown_order()
    return await order_id_of(request.app[SERVICES].database, by.org_id, reference)


def _fields(request: web.Request, by: Actor, order: OrderRecord) -> dict[str, Any]:
    base = request.app[SERVICES].settings.public_url
    return {
        "order_id": order.order_id,
        "reference": order.reference,
        "status": order.status,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
        "cancelled_at": order.cancelled_at,
        "customer": {"name": order.customer_name, "email": order.customer_email, "language": order.language},
        "tickets": [_ticket_fields(base, by.org_id, one) for one in order.tickets],
    }


def _ticket_fields(base: str, org_id: int, one: OrderedTicket) -> dict[str, Any]:
    code = quote(one.ticket_code, safe="")
    return {
        "ticket_id": one.ticket_id,
        "ticket_code": one.ticket_code,
        "status": one.status,
        "channel": one.channel,
        "product_id": one.product_id,
        "product": one.product,
        "valid_until": one.valid_until,
        "reserved_date": one.reserved_date,
        "qr_url": f"{base}/api/tickets/{one.ticket_id}/qr.png?code={code}&orq={org_id}",
        "booking_url": f"{base}/reserve?ticket={code}&orq={org_id}",
    }

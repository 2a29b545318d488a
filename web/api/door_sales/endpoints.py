"""The endpoints of door sales: what is on sale, and a sale."""

from typing import Any
from uuid import UUID

from aiohttp import web

from hub.actions.door_sales.on_sale import read_on_sale
from hub.actions.door_sales.sell_at_door import MOST_AT_ONCE, DoorSale, Seller, sell_at_door
from hub.actions.orders.order_records import OrderedTicket, OrderRecord
from hub.confirmation import qr_code
from hub.text.languages import spoken
from web.api.administration import answer
from web.api.door_sales.requests import SellAtDoor
from web.api.scanning.scanning_device import gate_and_device
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import BOOKINGS, ENTRY_SCANS, SERVICES
from web.middleware.client_address import client_ip
from web.rate_limits import operator_of

_PRODUCT_FIELDS = ("product_id", "name", "note", "question")
_SLOT_FIELDS = ("slot_id", "date", "start_time", "end_time", "is_running", "free")


async def show_on_sale(request: web.Request) -> web.Response:
    seller = await operator_of(request)
    on_sale = await read_on_sale(request.app[SERVICES], seller, spoken.get())
    return success_response(
        {
            "venue_id": seller.venue_id,
            "products": [{name: getattr(one, name) for name in _PRODUCT_FIELDS} for one in on_sale.products],
            "slots": [{name: getattr(one, name) for name in _SLOT_FIELDS} for one in on_sale.slots],
            "most": MOST_AT_ONCE,
        }
    )


async def sell(request: web.Request) -> web.Response:
    seller = await operator_of(request)
    body = await read_json(request, SellAtDoor)
    gate, device = await gate_and_device(request, seller, body.gate)
    sale = DoorSale(
        body.scan_id, body.slot_id, body.product_id, body.count, body.admit, body.answer, body.name, body.email or None
    )
    app = request.app
    at = Seller(seller, gate, device, client_ip(request))
    order = await sell_at_door(app[SERVICES], app[BOOKINGS], app[ENTRY_SCANS], at, sale)
    return answer(_fields(body.scan_id, order), made=True)


def _fields(scan_id: UUID, order: OrderRecord) -> dict[str, Any]:
    first, chinese = order.tickets[0], spoken.get().startswith("zh")
    return {
        "scan_id": scan_id,
        "order_id": order.order_id,
        "reference": order.named,
        "status": order.status,
        "customer_name": order.customer_name,
        "customer_email": order.customer_email,
        "reserved_date": first.reserved_date,
        "start_time": first.start_time,
        "end_time": first.end_time,
        "admitted": sum(one.verified_at is not None for one in order.tickets),
        "tickets": [_ticket_fields(one, chinese=chinese) for one in order.tickets],
    }


def _ticket_fields(one: OrderedTicket, *, chinese: bool) -> dict[str, Any]:
    return {
        "ticket_id": one.ticket_id,
        "ticket_code": one.ticket_code,
        "status": one.status,
        "product": (one.product_zh or one.product) if chinese else (one.product or one.product_zh),
        "verified_at": one.verified_at,
        "qr_code": qr_code.png_data_url(one.ticket_code),
    }

"""The endpoints of orders for administrators: list, show, pay, send again, cancel and refund in part."""

from dataclasses import asdict

from aiohttp import web

from hub.actions.orders.cancel_order import Cancellation, cancel_order
from hub.actions.orders.order_records import STATUSES, list_orders, read_order
from hub.actions.orders.pay_order import pay_order
from hub.actions.orders.send_again import send_order_again
from web.api.administration import actor_of, answer, is_dry_run
from web.api.orders.requests import CancelOrder, RefundOrder
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID, ORDER_BODY_BYTES
from web.request_fields import path_id, query_choice, query_int, query_limit, query_search


async def list_all(request: web.Request) -> web.Response:
    by = actor_of(request)
    page = await list_orders(
        request.app[SERVICES], by, text=query_search(request, "q"), status=query_choice(request, "status", STATUSES),
        before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request),
    )  # fmt: skip
    return answer(asdict(page))


async def show_one(request: web.Request) -> web.Response:
    by = actor_of(request)
    return answer(asdict(await read_order(request.app[SERVICES], by, path_id(request, "order_id"))))


async def pay_one(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    return answer(asdict(await pay_order(request.app[SERVICES], by, path_id(request, "order_id"), dry_run=dry_run)))


async def resend_one(request: web.Request) -> web.Response:
    by = actor_of(request)
    return answer(asdict(await send_order_again(request.app[SERVICES], by, path_id(request, "order_id"))))


async def cancel_one(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, CancelOrder)
    wanted = Cancellation(body.reason)
    order = await cancel_order(request.app[SERVICES], by, path_id(request, "order_id"), wanted, dry_run=dry_run)
    return answer(asdict(order))


async def refund_one(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, RefundOrder, ORDER_BODY_BYTES)
    wanted = Cancellation(body.reason, ticket_ids=tuple(dict.fromkeys(body.ticket_ids)))
    order = await cancel_order(request.app[SERVICES], by, path_id(request, "order_id"), wanted, dry_run=dry_run)
    return answer(asdict(order))

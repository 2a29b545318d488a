"""The endpoints of products: list, add, show, change, archive and delete them."""

from dataclasses import asdict
from typing import Any, cast

from aiohttp import web

from hub.actions.tickets import products
from web.api.administration import actor_of, answer, is_dry_run
from web.api.tickets.admin_requests import ChangedProductFields, NewProduct
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import (
    expected_version,
    path_id,
    query_choice,
    query_int,
    query_limit,
    query_search,
    query_venue_id,
)


async def list_products(request: web.Request) -> web.Response:
    by = actor_of(request)
    page = await products.list_products(
        request.app[SERVICES], by,
        status=cast("products.Status", query_choice(request, "status", products.STATUSES) or "current"),
        text=query_search(request, "q"), venue_id=query_venue_id(request),
        before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request),
    )  # fmt: skip
    return answer({"products": [asdict(one) for one in page.products], "next": page.next})


async def add_product(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewProduct)
    draft = products.ProductFields(**{**dict(body), "gate_ids": tuple(body.gate_ids)})
    product = await products.add_product(request.app[SERVICES], by, draft, dry_run=dry_run)
    return answer(asdict(product), version=product.version, made=not dry_run)


async def show_product(request: web.Request) -> web.Response:
    by = actor_of(request)
    product = await products.read_product(request.app[SERVICES], by, path_id(request, "product_id"))
    return answer(asdict(product), version=product.version)


async def change_product(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedProductFields)
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    if "gate_ids" in changes:
        changes["gate_ids"] = tuple(body.gate_ids)
    product = await products.change_product(
        request.app[SERVICES], by, path_id(request, "product_id"), changes, version=version, dry_run=dry_run
    )
    return answer(asdict(product), version=product.version)


async def delete_product(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    await products.delete_product(
        request.app[SERVICES], by, path_id(request, "product_id"), version=version, dry_run=dry_run
    )
    return answer({"deleted": not dry_run})

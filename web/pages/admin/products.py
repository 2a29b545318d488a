"""The products of the organisation: the list, and the form of one, new or changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.tickets import products
from hub.actions.tickets.products import Product, ProductFields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.bookings import search_text
from web.pages.admin.form_fields import FieldReader
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id

LIST = "/admin/products"
PAGE = 50
_LINES = ("name", "name_zh", "note", "note_zh", "question", "question_zh")
_TYPED = (*_LINES, "activation_mode", "venue_id", "validity", "valid_days", "valid_until", "attention", "sold_at_door")
"""What the form sends as one text each, beside its gates and its version."""
_NEW: Mapping[str, Any] = {"activation_mode": "immediate", "validity": "ever", "gate_ids": (), "sold_at_door": "1"}


async def show_products(request: web.Request) -> web.Response:
    """Show the products, newest first: those that sell, or the archived ones."""
    by = _actor(request)
    text, before = search_text(request), request.query.get("before", "")
    status: products.Status = "archived" if request.query.get("status") == "archived" else "current"
    page = await products.list_products(
        request.app[SERVICES], by, status=status, text=text, limit=PAGE,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )  # fmt: skip
    older = {"q": text, "status": status if status == "archived" else "", "before": page.next}
    return admin_page(
        request, "products.html", products=page.products, text=text, shown=status,
        older=f"?{urlencode({name: value for name, value in older.items() if value})}" if page.next else "",
    )  # fmt: skip


async def show_new(request: web.Request) -> web.Response:
    return await _form_page(request, _actor(request), None, _NEW)


async def add(request: web.Request) -> web.Response:
    by = _actor(request)
    form = await read_form(request)
    try:
        product = await products.add_product(request.app[SERVICES], by, ProductFields(**_fields(form)))
    except Refused as no:
        return await _form_page(request, by, None, _typed(form), refused=no)
    return see_other(f"{LIST}/{product.product_id}", done="product-added")


async def show_product(request: web.Request) -> web.Response:
    by = _actor(request)
    product = await _read(request, by)
    return await _form_page(request, by, product, _stored(product))


async def change(request: web.Request) -> web.Response:
    """Store the form. A stale one is shown again, with what somebody else has stored meanwhile beside each field."""
    by = _actor(request)
    form = await read_form(request)
    product = await _read(request, by)
    try:
        await products.change_product(
            request.app[SERVICES], by, product.product_id, _fields(form), version=form.number("version")
        )
    except Refused as no:
        newest = None
        typed = _typed(form)
        if no.reason is Reason.VERSION_MISMATCH:
            product = await _read(request, by)
            typed, newest = {**typed, "version": product.version}, _stored(product)
        return await _form_page(request, by, product, typed, refused=no, newest=newest)
    return see_other(f"{LIST}/{product.product_id}", done="product-changed")


async def archive(request: web.Request) -> web.Response:
    """Archive a product, or bring it back."""
    by, product_id = _actor(request), path_id(request, "product_id")
    form = await read_form(request)
    archived = form.get("archived") == "1"
    try:
        await products.change_product(
            request.app[SERVICES], by, product_id, {"archived": archived}, version=form.number("version")
        )
    except Refused as no:
        product = await _read(request, by)
        return await _form_page(request, by, product, _stored(product), refused=no)
    return see_other(f"{LIST}/{product_id}", done="product-archived" if archived else "product-back")


async def delete(request: web.Request) -> web.Response:
    """Delete a product that has no ticket."""
    by, product_id = _actor(request), path_id(request, "product_id")
    form = await read_form(request)
    try:
        await products.delete_product(request.app[SERVICES], by, product_id, version=form.number("version"))
    except Refused as no:
        product = await _read(request, by)
        return await _form_page(request, by, product, _stored(product), refused=no)
    return see_other(LIST, done="product-deleted")


def _actor(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))


async def _read(request: web.Request, by: Actor) -> Product:
    return await products.read_product(request.app[SERVICES], by, path_id(request, "product_id"))


async def _form_page(
    request: web.Request, by: Actor, product: Product | None, values: Mapping[str, Any], *,
    refused: Refused | None = None, newest: Mapping[str, Any] | None = None,
) -> web.Response:  # fmt: skip
    """Show the form with these values. `newest` is what somebody else has stored since the form was opened."""
    status = 200 if refused is None else 412 if newest is not None else 409
    choices = await products.product_choices(request.app[SERVICES], by.org_id)
    names = (*_TYPED, "gate_ids")
    return admin_page(
        request,
        "product_form.html",
        status=status,
        refused=refused,
        product=product,
        values={**dict.fromkeys(names, ""), **values},
        version=values.get("version", ""),
        newest={name: newest[name] for name in names if newest is not None and newest[name] != values.get(name, "")},
        venues=choices.venues,
        gates=choices.gates,
        longest_name=products.LONGEST_NAME,
        longest_line=products.LONGEST_LINE,
    )


def _stored(product: Product) -> dict[str, Any]:
    """Return the form's fields as the product has them."""
    validity = "days" if product.valid_days else "date" if product.valid_until else "ever"
    return {
        **{name: getattr(product, name) for name in _LINES},
        "activation_mode": product.activation_mode,
        "venue_id": "" if product.venue_id is None else str(product.venue_id),
        "validity": validity,
        "valid_days": "" if product.valid_days is None else str(product.valid_days),
        "valid_until": "" if product.valid_until is None else product.valid_until.isoformat(),
        "attention": "1" if product.attention else "",
        "sold_at_door": "1" if product.sold_at_door else "",
        "gate_ids": tuple(gate.gate_id for gate in product.gates),
        "version": product.version,
    }


def _typed(form: Form) -> dict[str, Any]:
    gates = tuple(int(one) for one in form.all("gate_ids") if one.isascii() and one.isdigit() and len(one) <= 16)
    return {**{name: form.get(name) for name in (*_TYPED, "version")}, "gate_ids": gates}


def _fields(form: Form) -> dict[str, Any]:
    """Return what the actions take. Of days and date only the one that is chosen counts. Refuses INVALID_REQUEST."""
    read, typed = FieldReader(form), _typed(form)
    days = read.number("valid_days") if typed["validity"] == "days" else None
    until = read.day("valid_until") if typed["validity"] == "date" else None
    if typed["validity"] == "days" and not typed["valid_days"]:
        read.problems.append(("valid_days", "Give a whole number"))
    if typed["validity"] == "date" and not typed["valid_until"]:
        read.problems.append(("valid_until", "Choose a day"))
    read.refuse()
    return {
        **{name: typed[name] for name in _LINES},
        "activation_mode": typed["activation_mode"],
        "venue_id": form.number("venue_id"),
        "valid_days": days,
        "valid_until": until,
        "attention": typed["attention"] == "1",
        "sold_at_door": typed["sold_at_door"] == "1",
        "gate_ids": typed["gate_ids"],
    }

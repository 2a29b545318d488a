"""Webhooks: the list, the form of one, and what was delivered to it, with a test, a new secret and a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.venues.venue_records import list_venue_records
from hub.actions.webhooks import deliveries, subscriptions
from hub.actions.webhooks.subscriptions import Webhook, WebhookFields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.webhook_events import EVENTS
from hub.text.languages import spoken
from hub.text.webhook_words import EVENT_WORDS, said_of_error, said_of_event
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.admin.form_fields import FieldReader
from web.pages.forms import Form, read_form
from web.pages.staff import administrator_of
from web.request_fields import path_id, query_flag, query_int
from web.statuses import status_of

LIST = "/admin/webhooks"
SHOWN = 20
_NEW: Mapping[str, Any] = {"name": "", "url": "", "batch": "1", "events": EVENTS, "venue_id": "", "version": ""}


async def show_webhooks(request: web.Request) -> web.Response:
    """Show all webhooks, newest first. There are never more than fit on a page."""
    page = await subscriptions.list_webhooks(request.app[SERVICES], _actor(request))
    return admin_page(request, "webhooks.html", webhooks=page.webhooks)


async def show_new(request: web.Request) -> web.Response:
    return await _page(request, _actor(request), None, _NEW)


async def add(request: web.Request) -> web.Response:
    """Store a new webhook, and show it with its secret: the only page that does."""
    by, form = _actor(request), await read_form(request)
    try:
        made = await subscriptions.add_webhook(request.app[SERVICES], by, WebhookFields(**_fields(form)))
    except Refused as no:
        return await _page(request, by, None, _typed(form), refused=no)
    return await _page(request, by, made.webhook, _stored(made.webhook), secret=made.secret)


async def show_webhook(request: web.Request) -> web.Response:
    by = _actor(request)
    webhook = await _read(request, by)
    return await _page(request, by, webhook, _stored(webhook))


async def change(request: web.Request) -> web.Response:
    """Store the form. A stale one is shown again as it was typed."""
    by, form = _actor(request), await read_form(request)
    webhook = await _read(request, by)
    try:
        fields = _fields(form)
        fields["paused"] = webhook.paused_at is not None
        await subscriptions.change_webhook(
            request.app[SERVICES], by, webhook.webhook_id, fields, version=form.number("version")
        )
    except Refused as no:
        typed = {**_typed(form), "version": webhook.version}
        return await _page(request, by, webhook, typed, refused=no)
    return see_other(f"{LIST}/{webhook.webhook_id}", done="webhook-changed")


async def pause(request: web.Request) -> web.Response:
    """Pause a webhook, or go on."""
    form = await read_form(request)
    paused = form.get("paused") == "1"

    async def write(by: Actor, webhook_id: int) -> None:
        await subscriptions.change_webhook(request.app[SERVICES], by, webhook_id, {"paused": paused})

    return await _act(request, write, done="webhook-paused" if paused else "webhook-resumed")


async def rotate(request: web.Request) -> web.Response:
    """Make a new secret, and show it once."""
    by, form = _actor(request), await read_form(request)
    webhook = await _read(request, by)
    try:
        made = await subscriptions.rotate_secret(
            request.app[SERVICES], by, webhook.webhook_id, version=form.number("version")
        )
    except Refused as no:
        return await _page(request, by, webhook, _stored(webhook), refused=no)
    return await _page(request, by, made.webhook, _stored(made.webhook), secret=made.secret)


async def test(request: web.Request) -> web.Response:
    """Send a test. The newest request on the page is then its outcome."""
    by = _actor(request)
    await read_form(request)
    webhook = await _read(request, by)
    answer = await deliveries.send_test(request.app[SERVICES], by, webhook.webhook_id)
    if answer.error is None:
        return see_other(f"{LIST}/{webhook.webhook_id}", done="webhook-tested")
    return await _page(request, by, webhook, _stored(webhook), failed_test=said_of_error(answer.error, spoken.get()))


async def replay(request: web.Request) -> web.Response:
    """Send every event from a number on again."""
    form = await read_form(request)

    async def write(by: Actor, webhook_id: int) -> None:
        read = FieldReader(form)
        number = read.number("from")
        if number is None and not read.problems:
            read.problems.append(("from", "Give a whole number"))
        read.refuse()
        await deliveries.replay_webhook(request.app[SERVICES], by, webhook_id, number or 0)

    return await _act(request, write, done="webhook-replayed")


async def delete(request: web.Request) -> web.Response:
    by, form = _actor(request), await read_form(request)
    webhook = await _read(request, by)
    try:
        await subscriptions.delete_webhook(
            request.app[SERVICES], by, webhook.webhook_id, version=form.number("version")
        )
    except Refused as no:
        return await _page(request, by, webhook, _stored(webhook), refused=no)
    return see_other(LIST, done="webhook-deleted")


async def _act(request: web.Request, write: Any, *, done: str) -> web.Response:
    """Do something with the webhook of the path, and show its page; with the refusal if there is one."""
    by = _actor(request)
    webhook = await _read(request, by)
    try:
        await write(by, webhook.webhook_id)
    except Refused as no:
        return await _page(request, by, webhook, _stored(webhook), refused=no)
    return see_other(f"{LIST}/{webhook.webhook_id}", done=done)


def _actor(request: web.Request) -> Actor:
    return Actor.of(administrator_of(request), client_ip=client_ip(request))


async def _read(request: web.Request, by: Actor) -> Webhook:
    return await subscriptions.read_webhook(request.app[SERVICES], by, path_id(request, "webhook_id"))


async def _page(
    request: web.Request, by: Actor, webhook: Webhook | None, values: Mapping[str, Any], *, refused: Refused | None = None,
    secret: str = "", failed_test: str = "",
) -> web.Response:  # fmt: skip
    services = request.app[SERVICES]
    status = 200 if refused is None else 412 if refused.reason is Reason.VERSION_MISMATCH else status_of(refused.reason)
    failed = query_flag(request, "failed")
    page = None
    if webhook is not None:
        before = query_int(request, "before", 1, LARGEST_ID)
        page = await deliveries.list_deliveries(
            services, by, webhook.webhook_id, failed=failed, before=before, limit=SHOWN
        )
    language = spoken.get()
    return admin_page(
        request,
        "webhook.html",
        status=status,
        refused=refused,
        webhook=webhook,
        values=values,
        secret=secret,
        failed_test=failed_test,
        venues=(await list_venue_records(services, by.org_id, limit=100)).venues,
        zone=str(await services.venues.zone(by.org_id)),
        event_words=EVENT_WORDS,
        deliveries=() if page is None else page.deliveries,
        older=None if page is None else page.next,
        failed_only=failed,
        event_said=lambda kind: said_of_event(kind, language),
        error_said=lambda error: said_of_error(error, language),
        longest_name=subscriptions.LONGEST_NAME,
        longest_url=subscriptions.LONGEST_URL,
        most_events=subscriptions.MOST_EVENTS_AT_ONCE,
    )


def _stored(webhook: Webhook) -> dict[str, Any]:
    return {
        "name": webhook.name, "url": webhook.url, "events": webhook.events, "batch": str(webhook.batch),
        "venue_id": "" if webhook.venue_id is None else str(webhook.venue_id), "version": webhook.version,
    }  # fmt: skip


def _typed(form: Form) -> dict[str, Any]:
    typed = {name: form.get(name) for name in ("name", "url", "batch", "venue_id", "version")}
    return {**typed, "events": tuple(form.all("events"))}


def _fields(form: Form) -> dict[str, Any]:
    """Return what the actions take. Refuses INVALID_REQUEST."""
    read = FieldReader(form)
    batch = read.number("batch")
    read.refuse()
    return {
        "name": form.get("name"), "url": form.get("url"), "events": tuple(form.all("events")),
        "venue_id": form.number("venue_id"), "batch": batch or 1,
    }  # fmt: skip

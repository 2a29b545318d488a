"""The endpoints of webhooks: their subscriptions, what was delivered, a test, and a replay."""

from dataclasses import asdict

from aiohttp import web

from hub.actions.webhooks import deliveries, subscriptions
from web.api.administration import actor_of, answer, is_dry_run
from web.api.webhooks.requests import ChangedWebhook, NewWebhook, ReplayedEvents
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import expected_version, path_id, query_flag, query_int, query_limit


async def list_webhooks(request: web.Request) -> web.Response:
    by = actor_of(request)
    page = await subscriptions.list_webhooks(
        request.app[SERVICES], by, before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request)
    )
    return answer({"webhooks": [asdict(webhook) for webhook in page.webhooks], "next": page.next})


async def add_webhook(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, NewWebhook)
    fields = subscriptions.WebhookFields(**{**body.model_dump(), "events": tuple(body.events)})
    made = await subscriptions.add_webhook(request.app[SERVICES], by, fields, dry_run=dry_run)
    return answer(asdict(made), version=made.webhook.version, made=not dry_run)


async def show_webhook(request: web.Request) -> web.Response:
    by = actor_of(request)
    webhook = await subscriptions.read_webhook(request.app[SERVICES], by, path_id(request, "webhook_id"))
    return answer(asdict(webhook), version=webhook.version)


async def change_webhook(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedWebhook)
    changes = body.model_dump(exclude_unset=True)
    changes = {name: value for name, value in changes.items() if value is not None or name == "venue_id"}
    if "events" in changes:
        changes["events"] = tuple(changes["events"])
    webhook = await subscriptions.change_webhook(
        request.app[SERVICES], by, path_id(request, "webhook_id"), changes, version=version, dry_run=dry_run
    )
    return answer(asdict(webhook), version=webhook.version)


async def delete_webhook(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    webhook_id = path_id(request, "webhook_id")
    await subscriptions.delete_webhook(request.app[SERVICES], by, webhook_id, version=version, dry_run=dry_run)
    return answer({"deleted": not dry_run})


async def rotate_secret(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request), is_dry_run(request), expected_version(request)
    webhook_id = path_id(request, "webhook_id")
    made = await subscriptions.rotate_secret(request.app[SERVICES], by, webhook_id, version=version, dry_run=dry_run)
    return answer(asdict(made), version=made.webhook.version)


async def send_test(request: web.Request) -> web.Response:
    by = actor_of(request)
    sent = await deliveries.send_test(request.app[SERVICES], by, path_id(request, "webhook_id"))
    return answer({"status": sent.status, "answer": sent.text, "error": sent.error, "milliseconds": sent.milliseconds})


async def list_deliveries(request: web.Request) -> web.Response:
    by = actor_of(request)
    page = await deliveries.list_deliveries(
        request.app[SERVICES], by, path_id(request, "webhook_id"), failed=query_flag(request, "failed"),
        before=query_int(request, "before", 1, LARGEST_ID), limit=query_limit(request),
    )  # fmt: skip
    return answer({"deliveries": [asdict(delivery) for delivery in page.deliveries], "next": page.next})


async def replay(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request), is_dry_run(request)
    body = await read_json(request, ReplayedEvents)
    done = await deliveries.replay_webhook(
        request.app[SERVICES], by, path_id(request, "webhook_id"), body.from_, dry_run=dry_run
    )
    return answer(asdict(done))

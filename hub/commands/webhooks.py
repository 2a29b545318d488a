"""`hub webhooks`: subscriptions, their deliveries, a test, and a replay."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from hub.commands.command_result import CommandFailed, CommandResult
from hub.commands.shows import PAGE, document_of, organising, would

if TYPE_CHECKING:
    from hub.actions.webhooks.deliveries import Delivery
    from hub.actions.webhooks.subscriptions import Webhook


async def list_all(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.subscriptions import list_webhooks

        webhooks: list[Webhook] = []
        before = None
        while True:
            page = await list_webhooks(services, by, before=before, limit=PAGE)
            webhooks += page.webhooks
            before = page.next
            if before is None:
                break
    return CommandResult(
        {"webhooks": document_of(webhooks)}, "\n".join(map(_text, webhooks)) or "there is no webhook yet"
    )


async def add(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.subscriptions import WebhookFields, add_webhook
        from hub.rules.webhook_events import EVENTS

        fields = WebhookFields(args.name, args.url, tuple(args.events or EVENTS), args.venue_id, args.batch or 1)
        made = await add_webhook(services, by, fields, dry_run=args.dry_run)
    return CommandResult(document_of(made), f"{would(args)}{_text(made.webhook)}\nsecret: {made.secret}")


async def change(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.subscriptions import change_webhook

        named = {name: getattr(args, name) for name in ("name", "url", "venue_id", "batch", "paused")}
        changes: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
        if args.events:
            changes["events"] = tuple(args.events)
        if args.every_venue:
            changes["venue_id"] = None
        webhook = await change_webhook(services, by, args.webhook, changes, version=args.version, dry_run=args.dry_run)
    return CommandResult(document_of(webhook), f"{would(args)}{_text(webhook)}")


async def delete(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.subscriptions import delete_webhook

        await delete_webhook(services, by, args.webhook, version=args.version, dry_run=args.dry_run)
    return CommandResult(
        {"webhook_id": args.webhook, "deleted": not args.dry_run}, f"{would(args)}webhook {args.webhook} deleted"
    )


async def rotate(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.subscriptions import rotate_secret

        made = await rotate_secret(services, by, args.webhook, version=args.version, dry_run=args.dry_run)
    text = f"{would(args)}{_text(made.webhook)}\nsecret: {made.secret}\nthe one until now signs too until {made.webhook.previous_until}"
    return CommandResult(document_of(made), text)


async def test(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.deliveries import send_test

        answer = await send_test(services, by, args.webhook)
    if answer.error is not None:
        raise CommandFailed(f"the receiver has not taken the test: {answer.error}")
    document = {"status": answer.status, "answer": answer.text, "milliseconds": answer.milliseconds}
    return CommandResult(document, f"taken in {answer.milliseconds} ms with status {answer.status}")


async def deliveries(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.deliveries import list_deliveries

        found: list[Delivery] = []
        before = None
        while len(found) < args.limit:
            page = await list_deliveries(
                services, by, args.webhook, failed=args.failed, before=before, limit=min(PAGE, args.limit - len(found))
            )
            found += page.deliveries
            before = page.next
            if before is None:
                break
    text = [
        f"{one.sent_at:%Y-%m-%d %H:%M:%S} {one.kind} {_span(one.sequences)} try {one.attempt}: "
        f"{one.error or f'taken, status {one.status}'} in {one.milliseconds} ms"
        for one in found
    ]
    return CommandResult(
        {"deliveries": document_of(found)}, "\n".join(text) or "nothing was sent in the last seven days"
    )


async def replay(args: Namespace) -> CommandResult:
    async with organising(args) as (services, by):
        from hub.actions.webhooks.deliveries import replay_webhook

        done = await replay_webhook(services, by, args.webhook, args.from_sequence, dry_run=args.dry_run)
    return CommandResult(
        document_of(done), f"{would(args)}{done.events} events are sent again, from {done.from_sequence} on"
    )


def _span(sequences: tuple[int, ...]) -> str:
    if not sequences:
        return "-"
    return str(sequences[0]) if len(sequences) == 1 else f"{sequences[0]}-{sequences[-1]}"


def _text(webhook: Webhook) -> str:
    state = (
        "paused" if webhook.paused_at else f"fails since {webhook.failing_since}" if webhook.failing_since else "well"
    )
    where = webhook.venue or "every venue"
    return (
        f"webhook {webhook.webhook_id}: {webhook.name} to {webhook.url}, {len(webhook.events)} events of {where}, {state}, "
        f"{webhook.waiting} waiting, {webhook.dead} given up"
    )

"""Subscriptions: listed, added, changed, paused and deleted, and their secret rotated. A secret is returned once, when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import BEYOND, change, record_change, refuse_fields, refuse_other_version
from hub.actions.webhooks.secrets import new_secret, owner_of, seal_of
from hub.guards.outgoing_addresses import OutgoingAddresses
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.rules.webhook_events import EVENTS
from hub.services import Services
from hub.text.languages import N_

WEBHOOKS = load("webhooks/subscriptions")
LONGEST_NAME, LONGEST_URL, MOST_EVENTS_AT_ONCE = 80, 2000, 100
MOST_WEBHOOKS = 20
"""Subscriptions of one organisation."""
BOTH_SECRETS = timedelta(hours=24)
"""Time after a rotation for which the secret until then signs too."""


@dataclass(frozen=True, slots=True)
class WebhookFields:
    """What an administrator decides. `venue_id` None means every venue; `batch` is how many events one request may have."""

    name: str
    url: str
    events: tuple[str, ...]
    venue_id: int | None = None
    batch: int = 1
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. `waiting` events are still to be taken, at most 10,000 are counted; `dead` ones were given up.

    `failures` is the number of failed requests in a row; `next_attempt_at` is set while the receiver counts as down. `last_sequence` is the
    number of the newest event of the organisation, and `position` that of the newest one that was handed out.
    """

    webhook_id: int
    name: str
    url: str
    events: tuple[str, ...]
    venue_id: int | None
    venue: str | None
    batch: int
    paused_at: datetime | None
    created_at: datetime
    version: int
    previous_until: datetime | None
    position: int
    failures: int
    failing_since: datetime | None
    next_attempt_at: datetime | None
    last_success_at: datetime | None
    waiting: int
    dead: int
    last_sequence: int

    @classmethod
    def of(cls, row: Any) -> Webhook:
        return cls(**{**dict(row), "events": tuple(row["events"])})


@dataclass(frozen=True, slots=True)
class WebhookWithSecret:
    """A subscription and its new secret, which nobody can read again."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookPage:
    """One page, newest first. `next` is the `before` of the following page; None at the end."""

    webhooks: tuple[Webhook, ...]
    next: int | None


async def list_webhooks(services: Services, by: Actor, *, before: int | None = None, limit: int = 50) -> WebhookPage:
    """Return the subscriptions within the scope of `by`."""
    rows = await services.database.fetch(
        WEBHOOKS.list_webhooks, by.org_id, before or BEYOND, limit + 1, None, list(by.venue_ids)
    )
    webhooks = tuple(map(Webhook.of, rows[:limit]))
    return WebhookPage(webhooks, webhooks[-1].webhook_id if len(rows) > limit else None)


async def read_webhook(services: Services, by: Actor, webhook_id: int) -> Webhook:
    """Return one subscription. Refuses WEBHOOK_NOT_FOUND."""
    return await _read(services.database, by, webhook_id)


async def add_webhook(
    services: Services, by: Actor, fields: WebhookFields, *, dry_run: bool = False
) -> WebhookWithSecret:
    """Add a subscription, which gets what happens from now on. Refuses INVALID_REQUEST, and FORBIDDEN outside of the scope."""
    checked, secret = _check(services, fields), new_secret()
    refuse_other_venue(by, checked.venue_id)
    async with change(services, dry_run=dry_run) as connection:
        if await connection.fetchval(WEBHOOKS.count_webhooks, by.org_id) >= MOST_WEBHOOKS:
            refuse_fields({"name": N_("There are as many webhooks as there may be: delete one first")})
        webhook_id = await connection.fetchval(WEBHOOKS.next_webhook_id)
        sealed = seal_of(services.settings).seal(secret, owner_of(by.org_id, webhook_id))
        try:
            await connection.execute(
                WEBHOOKS.add_webhook, by.org_id, webhook_id, checked.name, checked.url, list(checked.events), checked.venue_id,
                checked.batch, sealed, services.clock.now(),
            )  # fmt: skip
        except asyncpg.ForeignKeyViolationError:
            refuse_fields({"venue_id": N_("There is no such venue")})
        webhook = await _read(connection, by, webhook_id)
        await record_change(
            connection, services, by, AuditAction.WEBHOOK_ADDED, webhook_id, venue_id=checked.venue_id,
            after=_recorded(webhook),
        )  # fmt: skip
    return WebhookWithSecret(webhook, secret)


async def change_webhook(
    services: Services, by: Actor, webhook_id: int, changes: Mapping[str, Any], *, version: int | None = None,
    dry_run: bool = False,
) -> Webhook:  # fmt: skip
    """Change fields of a subscription. While it is paused its events are kept, and delivered afterwards.

    Refuses WEBHOOK_NOT_FOUND, FORBIDDEN outside of the scope, VERSION_MISMATCH, and INVALID_REQUEST.
    """
    async with change(services, dry_run=dry_run) as connection:
        was = await _lock(connection, by, webhook_id, version)
        kept = WebhookFields(was.name, was.url, was.events, was.venue_id, was.batch, was.paused_at is not None)
        checked = _check(services, replace(kept, **changes))
        refuse_other_venue(by, checked.venue_id)
        paused_at = (was.paused_at or services.clock.now()) if checked.paused else None
        try:
            await connection.execute(
                WEBHOOKS.change_webhook, by.org_id, webhook_id, checked.name, checked.url, list(checked.events),
                checked.venue_id, checked.batch, paused_at,
            )  # fmt: skip
        except asyncpg.ForeignKeyViolationError:
            refuse_fields({"venue_id": N_("There is no such venue")})
        webhook = await _read(connection, by, webhook_id)
        await record_change(
            connection, services, by, AuditAction.WEBHOOK_CHANGED, webhook_id, venue_id=webhook.venue_id,
            before=_recorded(was), after=_recorded(webhook),
        )  # fmt: skip
    return webhook


async def delete_webhook(
    services: Services, by: Actor, webhook_id: int, *, version: int | None = None, dry_run: bool = False
) -> None:
    """Delete a subscription with its requests and what it still waits for. Refuses as `change_webhook` does."""
    async with change(services, dry_run=dry_run) as connection:
        was = await _lock(connection, by, webhook_id, version)
        await connection.execute(WEBHOOKS.delete_webhook, by.org_id, webhook_id)
        await record_change(
            connection, services, by, AuditAction.WEBHOOK_DELETED, webhook_id, venue_id=was.venue_id,
            before=_recorded(was),
        )  # fmt: skip


async def rotate_secret(
    services: Services, by: Actor, webhook_id: int, *, version: int | None = None, dry_run: bool = False
) -> WebhookWithSecret:
    """Make a new secret. For a day the one until now signs too, so that a receiver may change at any time.

    Refuses as `change_webhook` does.
    """
    secret = new_secret()
    async with change(services, dry_run=dry_run) as connection:
        was = await _lock(connection, by, webhook_id, version)
        sealed = seal_of(services.settings).seal(secret, owner_of(by.org_id, webhook_id))
        until = services.clock.now() + BOTH_SECRETS
        await connection.execute(WEBHOOKS.rotate_secret, by.org_id, webhook_id, sealed, until)
        webhook = await _read(connection, by, webhook_id)
        await record_change(
            connection, services, by, AuditAction.WEBHOOK_SECRET_ROTATED, webhook_id, venue_id=was.venue_id,
            after={"previous_until": until},
        )  # fmt: skip
    return WebhookWithSecret(webhook, secret)


async def _lock(connection: Any, by: Actor, webhook_id: int, version: int | None) -> Webhook:
    """Lock a subscription that `by` may change, and return it."""
    row = await connection.fetchrow(WEBHOOKS.lock_webhook, by.org_id, webhook_id)
    if row is None:
        raise Refused(Reason.WEBHOOK_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    refuse_other_version(row, version)
    return await _read(connection, by, webhook_id)


async def _read(database: Any, by: Actor, webhook_id: int) -> Webhook:
    row = await database.fetchrow(WEBHOOKS.list_webhooks, by.org_id, BEYOND, 1, webhook_id, list(by.venue_ids))
    if row is None:
        raise Refused(Reason.WEBHOOK_NOT_FOUND)
    return Webhook.of(row)


def _check(services: Services, fields: WebhookFields) -> WebhookFields:
    """Return the fields as they are stored. Refuses INVALID_REQUEST with every wrong one."""
    errors: dict[str, str] = {}
    name, url = "", fields.url.strip()
    try:
        name = clean_line(fields.name, LONGEST_NAME, required=True)
    except ValueError as wrong:
        errors["name"] = str(wrong)
    if not _may_be_called(services, url):
        errors["url"] = N_("Give an address that begins with https:// and is public")
    unknown = [event for event in fields.events if event not in EVENTS]
    if unknown or not fields.events:
        errors["events"] = N_("Choose at least one of the events")
    if not 1 <= fields.batch <= MOST_EVENTS_AT_ONCE:
        errors["batch"] = N_("Give 1 to 100 events")
    refuse_fields(errors)
    events = tuple(event for event in EVENTS if event in fields.events)
    return replace(fields, name=name, url=url, events=events)


def _may_be_called(services: Services, url: str) -> bool:
    """Return whether the hub would call this URL, as far as it can be said without resolving its name."""
    if len(url) > LONGEST_URL or any(character.isspace() or ord(character) < 33 for character in url):
        return False
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return known and not parts.fragment and OutgoingAddresses(services.settings.webhook_networks).may_open(url)


def _recorded(webhook: Webhook) -> dict[str, Any]:
    """Return what the audit log keeps. A URL may hold a receiver's key, so only its host is kept."""
    return {
        "name": webhook.name, "host": urlsplit(webhook.url).hostname, "events": list(webhook.events), "venue_id": webhook.venue_id,
        "batch": webhook.batch, "paused": webhook.paused_at is not None,
    }  # fmt: skip

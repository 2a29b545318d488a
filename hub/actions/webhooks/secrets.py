"""The secrets of subscriptions: made here, shown once, and sealed in the database, because the hub signs with them."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.seal import Seal
from hub.observability.telemetry import SECRETS_RESEALED, event
from hub.services import Services
from hub.settings import Settings

WEBHOOKS = load("webhooks/subscriptions")
PURPOSE = "webhook secret"
_PREFIX = "whsec_"


def new_secret() -> str:
    """Return a secret with 256 random bits."""
    return _PREFIX + secrets.token_urlsafe(32)


def owner_of(org_id: int, webhook_id: int) -> str:
    """Return the name for which the secrets of a subscription are sealed."""
    return f"{org_id}/{webhook_id}"


def seal_of(settings: Settings) -> Seal:
    return Seal(settings, PURPOSE)


def open_secrets(seal: Seal, org_id: int, webhook_id: int, row: Any, now: datetime) -> list[str]:
    """Return the secrets that sign now, the newest first. Those whose key is gone are left out."""
    sealed = [row["secret"]]
    if row["previous_until"] is not None and row["previous_until"] > now:
        sealed.append(row["previous_secret"])
    opened = [seal.open(one, owner_of(org_id, webhook_id)) for one in sealed]
    return [one for one in opened if one is not None]


async def reseal_webhooks(services: Services) -> int:
    """After a change of HUB_SECRET_KEY: seal at most 1,000 subscriptions' secrets again, and return how many."""
    database, seal, done = services.database.jobs, seal_of(services.settings), 0
    for row in await database.fetch(WEBHOOKS.webhooks_sealed_with_other_keys, seal.mark):
        owner = owner_of(row["org_id"], row["id"])
        current = seal.open(row["secret"], owner)
        if current is None:
            continue
        before = None if row["previous_secret"] is None else seal.open(row["previous_secret"], owner)
        await database.execute(
            WEBHOOKS.reseal_webhook, row["org_id"], row["id"], row["secret"], seal.seal(current, owner), row["previous_secret"],
            None if before is None else seal.seal(before, owner),
        )  # fmt: skip
        done += 1
    if done:
        event(SECRETS_RESEALED, count=done)
    return done

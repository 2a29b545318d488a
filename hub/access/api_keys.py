"""API keys: which shop or other system a key belongs to, read from Postgres with every request.

Nothing that gives a right is cached, so a revoked key ends at once in every process.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from db.database import Database
from db.organisation import working_for
from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.access.roles import Role
from hub.access.tokens import Identity
from hub.clock import Clock
from hub.settings import Rate

KEYS = load("integration/api_keys")
PREFIX = "vh_"
LONGEST_KEY = 100
HINT_LENGTH = 8
"""Characters of a key that are shown later, to tell keys apart; five of them are random."""
SEEN_EVERY = timedelta(minutes=1)
MOST_KNOWN = 5_000
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that is good now. `venue_ids` is its scope by venue; empty: every venue."""

    org_id: int
    id: int
    name: str
    scopes: tuple[str, ...]
    venue_ids: tuple[int, ...]
    requests_per_minute: int

    @property
    def rate(self) -> Rate:
        return Rate(self.requests_per_minute, 60)

    def identity(self, venue_id: int) -> Identity:
        """Return who asks with this key: an administrator within its scope, with `venue_id` for what names no venue."""
        return Identity(
            0, self.org_id, self.venue_ids[0] if self.venue_ids else venue_id, self.name, Role.ADMIN, "", _NEVER, self.venue_ids,
            api_key_id=self.id,
        )  # fmt: skip


def new_key() -> str:
    return PREFIX + secret_token()


class ApiKeys:
    """Finds API keys, and notes when they were used last."""

    def __init__(self, clock: Clock, database: Database) -> None:
        self._clock = clock
        self._database = database
        self._known: OrderedDict[bytes, None] = OrderedDict()

    async def find(self, token: str) -> ApiKey | None:
        """Return the key, or None for an unknown or revoked one. Notes the use once a minute.

        Anybody can send keys that are none. Those that were good before never wait behind them: they have connections of their own.
        """
        if len(token) > LONGEST_KEY or not token.isascii():
            return None
        key_hash, now = token_hash(token), self._clock.now()
        pool = self._database.jobs if key_hash in self._known else self._database.anonymous
        with working_for(None):
            row: Any = await pool.fetchrow(KEYS.find_key, key_hash)
            if row is None:
                self._known.pop(key_hash, None)
                return None
            if row["last_used_at"] is None or abs(now - row["last_used_at"]) >= SEEN_EVERY:
                await self._database.jobs.execute(KEYS.note_use, row["org_id"], row["id"], now, now - SEEN_EVERY)
        while len(self._known) >= MOST_KNOWN:
            self._known.popitem(last=False)
        self._known[key_hash] = None
        return ApiKey(
            row["org_id"],
            row["id"],
            row["name"],
            tuple(row["scopes"]),
            tuple(row["venue_ids"]),
            row["requests_per_minute"],
        )

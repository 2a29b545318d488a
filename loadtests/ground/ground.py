"""The ground of a run: everything that users need, as pools, and what the audit needs to find it again.

Each subject is a file of this folder with `async def prepare(run: Run)`, and stands in `SUBJECTS` of `loadtests/ground/subjects.py`.
"""

from __future__ import annotations

import functools
import json
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loadtests.ground.administration import Administration
from loadtests.hub_commands import HubCommands
from loadtests.receivers.receivers import Receivers
from loadtests.stock import Stock


@dataclass
class Ground:
    """What subjects fill. An item of `taken` is for one user alone, an item of `shared` for all; `audit` is for the audit."""

    hub: HubCommands
    stock: Stock
    receivers: Receivers
    users: int
    seconds: int
    plenty: float
    """A factor of all pools that are taken."""
    workers: int
    """Processes of the generator. Each gets an equal part of every pool that is taken."""
    today: date
    mark: str = field(default_factory=lambda: secrets.token_hex(2))
    """Part of every name that this run makes, so that a hub may be used twice."""
    taken: dict[str, list[Any]] = field(default_factory=dict)
    shared: dict[str, list[Any]] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)

    def enough(self, per_user_and_second: float, *, least: int = 50) -> int:
        """Return how many items a pool needs, if every user took so many a second."""
        return max(least, int(self.users * self.seconds * per_user_and_second * self.plenty))

    @property
    def booking_day(self) -> date:
        """Return the first day of the month after next month's first day, for which visitors book."""
        return (self.today.replace(day=1) + timedelta(days=32)).replace(day=1)

    def add_staff(self, role: str, count: int) -> list[str]:
        """Make logins, and return their tokens."""
        names = [f"load-{self.mark}-{role}-{number}" for number in range(count)]
        for name in names:
            self.hub.add_staff(name, role)
        return [self.hub.token(name) for name in names]

    @functools.cached_property
    def administration(self) -> Administration:
        """Make an administrator of this run, and return what it may change."""
        (token,) = self.add_staff("admin", 1)
        return Administration(self.hub.url, token)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({"taken": self.taken, "shared": self.shared, "audit": self.audit}))


async def open_ground(
    hub: HubCommands, receivers: Receivers, *, users: int, seconds: int, plenty: float = 1.0, workers: int = 1
) -> Ground:
    stock = await Stock.open(hub.database_url)
    zone = await stock.connection.fetchval(
        "SELECT timezone FROM venues WHERE org_id = $1 AND id = $2", stock.org_id, stock.venue_id
    )
    today = hub.now.astimezone(ZoneInfo(zone)).date()
    ground = Ground(hub, stock, receivers, users, seconds, plenty, workers, today)
    ground.shared["org"] = [stock.org_id]
    ground.shared["clock offset"] = [hub.clock_offset]
    ground.audit |= {
        "hub": hub.url, "database": hub.database_url, "org": stock.org_id, "venue": stock.venue_id,
        "first ticket": stock.next_number,
    }  # fmt: skip
    return ground

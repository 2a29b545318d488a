"""Scanner tokens: which enrolled scanner a token belongs to, cached so that a request needs no query."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from db.database import Database
from db.organisation import working_for
from db.pool import DatabaseDown
from db.statements import load
from hub.clock import Clock
from hub.events.announcements import Announcement, ScannerChanged, TopicEvent
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scanners import ScannerMode, Wipe

SCANNER_COOKIE = "hub_scanner"
SCANNER_HEADER = "X-Device-Token"
FRESH_SECONDS = 10.0
"""Seconds that a scanner is cached, and so the time until a lost announcement of its revocation no longer matters."""
MOST_CACHED = 5_000
LOOK_BACK = timedelta(minutes=1)
"""How far a look for changes reaches back: a transaction may commit after the look, with an earlier time."""
LONGEST_TOKEN = 100
TOPIC = "scanner"
"""The socket's topic by which a scanner learns its own name, gate and mode."""

SCANNERS = load("staff/scanners")
OnChange = Callable[[int, int], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scanner:
    """An enrolled scanner as its token shows it. Without `gate` its operator chooses one."""

    org_id: int
    id: int
    venue_id: int
    venue: str
    name: str
    gate: str | None
    mode: ScannerMode
    wipe: Wipe | None
    revoked: bool
    version: int

    @property
    def device_id(self) -> str:
        """Return the id under which the scan log and the control room know it."""
        return device_id_of(self.id)

    def refuse_unless_enrolled(self) -> None:
        """Refuse SCANNER_REVOKED, or SCANNER_WIPED if it must delete what it keeps."""
        if self.revoked:
            raise Refused(Reason.SCANNER_WIPED if self.wipe else Reason.SCANNER_REVOKED)


def device_id_of(scanner_id: int) -> str:
    return f"{DEVICE_PREFIX}{scanner_id}"


DEVICE_PREFIX = "scanner-"
"""Starts the device id of every enrolled scanner. No other device may use it."""


def new_token() -> str:
    return f"vhs_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> bytes:
    """Return the hash under which a token or an enrolment code is stored. Both are random, so that no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class ScannerPolicy(Protocol):
    """What a scanner learns about itself."""

    @property
    def device_id(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def gate(self) -> str | None: ...

    @property
    def mode(self) -> str: ...

    @property
    def venue(self) -> str: ...

    @property
    def wipe(self) -> Wipe | None: ...


def policy_body(scanner: ScannerPolicy) -> dict[str, Any]:
    """Return what a scanner receives about itself, on the topic `scanner`."""
    return {
        "scanner": {
            "id": scanner.device_id, "version": scanner.version, "name": scanner.name, "gate": scanner.gate, "mode": scanner.mode,
            "venue": scanner.venue, "wipe": scanner.wipe,
        }
    }  # fmt: skip


def scanner_changed(org_id: int, scanner_id: int, scanner: ScannerPolicy) -> list[Announcement]:
    """Return what tells every process that a scanner has changed, and the scanner itself."""
    event = TopicEvent.of(org_id, TOPIC, policy_body(scanner), device=scanner.device_id)
    return [ScannerChanged(org_id, scanner_id), event]


class Scanners:
    """Finds scanners by their token, and calls back when one has changed."""

    def __init__(self, clock: Clock, database: Database) -> None:
        self._clock = clock
        self._database = database
        self._known: OrderedDict[bytes, tuple[float, Scanner]] = OrderedDict()
        self._callbacks: list[OnChange] = []
        self._looked_at: datetime | None = None

    async def find(self, token: str) -> Scanner | None:
        """Return the scanner of a token, also a revoked one; None for an unknown token. Notes the contact once a minute."""
        if not 0 < len(token) <= LONGEST_TOKEN or not token.isascii():
            return None
        key = token_hash(token)
        cached = self._known.get(key)
        if cached is not None and time.monotonic() - cached[0] < FRESH_SECONDS:
            return cached[1]
        # Anybody can send tokens that belong to no scanner. Those that do belong to one never wait behind them.
        pool = self._database.anonymous if cached is None else self._database.jobs
        try:
            with working_for(None):
                row = await pool.fetchrow(SCANNERS.find_scanner, key)
                if row is None:
                    self._known.pop(key, None)
                    return None
                found = scanner_of(row)
                if not found.revoked:
                    await self._database.jobs.execute(SCANNERS.see_scanner, found.org_id, found.id, self._clock.now())
        except DatabaseDown:
            if cached is None:
                raise
            return cached[1]
        while len(self._known) >= MOST_CACHED:
            self._known.popitem(last=False)
        self._known[key] = (time.monotonic(), found)
        return found

    def on_change(self, callback: OnChange) -> None:
        """Call `callback(org_id, scanner_id)` whenever a scanner was changed, revoked or is to be wiped."""
        self._callbacks.append(callback)

    def receive(self, announcement: Announcement) -> None:
        """Forget a scanner that this process or another one has changed."""
        if isinstance(announcement, ScannerChanged):
            self._changed(announcement.org_id, announcement.scanner_id)

    async def refresh(self) -> None:
        """Look for scanners that changed since the last look, because an announcement may have been lost."""
        now = self._clock.now()
        since = (self._looked_at or now) - LOOK_BACK
        for row in await self._database.fetch(SCANNERS.changed_scanners, since):
            self._changed(row["org_id"], row["id"])
        self._looked_at = now

    def _changed(self, org_id: int, scanner_id: int) -> None:
        for key in [key for key, (_, one) in self._known.items() if (one.org_id, one.id) == (org_id, scanner_id)]:
            del self._known[key]
        for callback in self._callbacks:
            try:
                callback(org_id, scanner_id)
            except Exception:
                log.exception("scanner.change_callback_failed")


def scanner_of(row: Any) -> Scanner:
    """Return the scanner of a row of `find_scanner`."""
    return Scanner(
        row["org_id"],
        row["id"],
        row["venue_id"],
        row["venue"],
        row["name"],
        row["gate"],
        row["mode"],
        wipe=None if row["wiped_at"] is not None else row["wipe"],
        revoked=row["revoked_at"] is not None,
        version=row["version"],
    )

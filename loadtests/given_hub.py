"""A hub that runs already, for `HUB_URL=... make load`: what it needs is checked before anything is written."""

from __future__ import annotations

import json
import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from loadtests.hub_commands import HubCommands, HubTrouble

NEEDED = ("HUB_DATABASE_URL", "HUB_REDIS_URL")
OPEN_LIMITS = (
    "HUB_RATE_VALIDATE=off HUB_RATE_RESERVATIONS=off HUB_RATE_OPERATOR=off HUB_RATE_SYNC=off HUB_RATE_STAFF=off"
    " HUB_RATE_SIGN_IN=off HUB_PUBLIC_SOCKETS_PER_IP=off"
)
"""All users of a run come from one address, which a hub in service rightly limits."""
PROBES = 60


class GivenHub(HubCommands):
    """The hub at `HUB_URL`. Data is prepared with the `hub` command of this folder, and with SQL, in the hub's own servers."""

    limits_sockets = True
    opens, closes = "00:00", "23:00"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url.rstrip("/")
        missing = [name for name in NEEDED if not os.environ.get(name)]
        if missing:
            raise HubTrouble(
                f"HUB_URL is set, and {' and '.join(missing)} not. Tickets, staff and slots are written into the hub's own"
                " servers, and the audit reads them. Give both as the hub has them, with the owner's login of Postgres."
            )
        self.database_url = os.environ["HUB_DATABASE_URL"]
        self.data_dir = Path(tempfile.mkdtemp(prefix="vhl"))
        self.environment = {**os.environ, "HUB_DATA_DIR": str(self.data_dir)}
        self.clock_offset = float(os.environ.get("HUB_CLOCK_OFFSET") or 0)
        self.mails_here = bool(os.environ.get("LOAD_SMTP_PORT"))
        self.calls_webhooks = bool(os.environ.get("HUB_WEBHOOK_NETWORKS"))
        self._check_ready()
        self._check_limits()

    def _check_ready(self) -> None:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:  # noqa: S310 - the address that was given
                status = answer.status
        except (OSError, ValueError) as error:
            raise HubTrouble(f"no hub answers at HUB_URL={self.url}: {error}") from error
        if status != 200:
            raise HubTrouble(f"the hub at {self.url} is not ready: {status}")

    def _check_limits(self) -> None:
        """Send as many requests as the default limit refuses, with a code that no ticket has."""
        for _ in range(PROBES):
            request = urllib.request.Request(  # noqa: S310
                f"{self.url}/api/tickets/validate",
                data=json.dumps({"ticket_code": "TKT-2026-LOAD00-000000"}).encode(),
                headers={"Content-Type": "application/json"},
            )
            try:
                urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
            except urllib.error.HTTPError as refusal:
                if refusal.code == 429:
                    raise HubTrouble(
                        f"the hub at {self.url} limits its clients, so its refusals would be measured. Start it with {OPEN_LIMITS}"
                    ) from refusal

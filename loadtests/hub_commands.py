"""What a run needs of a hub, its own or a given one: the `hub` commands, the sign-in, and the addresses."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from loadtests import cores

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "Gate-And-Desk-2026!"  # noqa: S105 - of accounts that are made for one run


class HubTrouble(RuntimeError):
    """The hub did not start, answer or stop. The message holds the end of its log."""


class HubCommands:
    """The hub at `url`, and its commands with `environment`. The methods block; they are for the time before and after a run."""

    url = ""
    database_url = ""
    clock_offset = 0.0
    limits_sockets = False
    """Whether a login may have only so many sockets."""
    mails_here = True
    """Whether the hub sends its e-mail to the receivers of the run."""
    calls_webhooks = True
    """Whether the hub may call the receivers of the run."""
    opens, closes = "12:00", "22:00"
    """Between these times there are slots of today."""
    data_dir: Path
    environment: dict[str, str]

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def command(self, *words: str, stdin: str | None = None, may_fail: bool = False) -> dict[str, Any]:
        """Run a `hub` command with `--json` and return its document."""
        ran = subprocess.run(
            [sys.executable, "-m", "hub", *words, "--json"],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            preexec_fn=cores.release_child,
        )
        if ran.returncode != 0 and not may_fail:
            raise HubTrouble(f"hub {' '.join(words)} -> {ran.returncode}: {ran.stderr.strip()[-1500:]}")
        try:
            document: dict[str, Any] = json.loads(ran.stdout)
        except ValueError as error:
            raise HubTrouble(
                f"hub {' '.join(words)} printed no JSON: {ran.stdout[:300]} {ran.stderr[-1000:]}"
            ) from error
        return document

    def add_staff(self, username: str, role: str) -> None:
        self.command(
            "staff", "add", username, "--role", role, "--name", f"Load {username}", "--password-stdin",
            stdin=PASSWORD + "\n",
        )  # fmt: skip

    def generate_slots(
        self, first: date, days: int, *, opens: str = "12:00", closes: str = "22:00", minutes: int = 60, capacity: int
    ) -> dict[str, Any]:
        """Add slots. Those that are there already do not matter."""
        return self.command(
            "slots", "generate", "--from", first.isoformat(), "--days", str(days), "--open", opens,
            "--close", closes, "--minutes", str(minutes), "--capacity", str(capacity), "--overlap",
        )  # fmt: skip

    def issue_tickets(self, count: int, status: str = "ACTIVATED") -> list[str]:
        document = self.command("tickets", "issue", "--count", str(count), "--status", status)
        return ticket_codes(document)

    def token(self, username: str) -> str:
        """Return the token of a login. It signs in once over HTTP and keeps the token for the run."""
        if username not in self._tokens:
            request = urllib.request.Request(  # noqa: S310
                f"{self.url}/api/operator/login",
                data=json.dumps({"username": username, "password": PASSWORD}).encode(),
                headers={"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                document = json.load(answer)
            self._tokens[username] = str(document.get("data", document)["token"])
        return self._tokens[username]

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset)


def ticket_codes(document: Any) -> list[str]:
    """Return the codes in the output of `hub tickets issue --json`: a list of codes, or of objects with a code."""
    if isinstance(document, dict):
        for key in ("codes", "ticket_codes", "tickets", "data"):
            if key in document:
                return ticket_codes(document[key])
    if isinstance(document, list):
        return [
            item if isinstance(item, str) else str(item.get("ticket_code") or item.get("code")) for item in document
        ]
    raise HubTrouble(f"no ticket codes in {str(document)[:200]}")

"""Changes that an administrator makes over HTTP. A request takes milliseconds, and a `hub` command a second."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtests.hub_commands import HubTrouble


@dataclass(frozen=True, slots=True)
class Administration:
    """The addresses below `/api/admin` of a hub, with an administrator's token."""

    url: str
    token: str

    def change(self, path: str, body: Mapping[str, Any], method: str = "POST") -> dict[str, Any]:
        """Send a change, and return the data of its answer."""
        request = urllib.request.Request(  # noqa: S310 - the hub of this run
            f"{self.url}/api/admin/{path}", data=json.dumps(body).encode(), method=method,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                data: dict[str, Any] = json.load(answer)["data"]
                return data
        except urllib.error.HTTPError as refusal:
            raise HubTrouble(f"{method} {path} -> {refusal.code}: {refusal.read()[:300].decode()}") from refusal

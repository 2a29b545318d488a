"""Known devices: a long-lived signed cookie that lists which names have signed in on a browser or scanner.

A known device has its own budget of failures, so that guesses from unknown devices cannot lock out the gate that uses a name.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from hub.access.signing import Signer
from hub.clock import Clock
from hub.settings import Settings

LIFETIME = timedelta(days=365)
MOST_NAMES = 16


class Devices:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._signer = Signer(settings, purpose="device", typ="device+jwt")
        self._clock = clock

    def is_ours(self, cookie: str | None) -> bool:
        """Return whether this hub made the cookie, for whatever name."""
        return self._read(cookie)[0] is not None

    def known_to(self, cookie: str | None, username: str) -> str | None:
        """Return the device's id if this name has signed in on it before, else None."""
        return self.known_to_any(cookie, [username])

    def known_to_any(self, cookie: str | None, usernames: Iterable[str]) -> str | None:
        """Return the device's id if one of these names has signed in on it before, else None."""
        device_id, names = self._read(cookie)
        known = device_id is not None and any(_mark(device_id, username) in names for username in usernames)
        return device_id if known else None

    def remember(self, cookie: str | None, username: str) -> str:
        """Return a cookie with this name added. Without a valid cookie, a new device id is made."""
        device_id, names = self._read(cookie)
        device_id = device_id or secrets.token_urlsafe(16)
        mark = _mark(device_id, username)
        names = [*(name for name in names if name != mark), mark][-MOST_NAMES:]
        now = int(self._clock.now().timestamp())
        run_out = now + int(LIFETIME.total_seconds())
        return self._signer.sign({"sub": device_id, "names": names, "iat": now, "nbf": now, "exp": run_out})

    def _read(self, cookie: str | None) -> tuple[str | None, list[str]]:
        claims = self._signer.open(cookie) if cookie else None
        match claims:
            case {"sub": str(device_id), "names": list(names), "exp": int(run_out)}:
                if run_out > self._clock.now().timestamp():
                    return device_id, [name for name in names if isinstance(name, str)]
        return None, []


def _mark(device_id: str, username: str) -> str:
    """Return the hash under which the cookie lists a name, so that the cookie does not reveal it."""
    return hashlib.sha256(f"{device_id}\n{username}".encode("utf-8", "replace")).hexdigest()[:24]

"""Tokens of a sign-in by a provider: the request that is under way, and an account that waits to be connected.

They are kept in cookies of the browser that began, so that an answer that another browser asked for signs nobody in.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access.signing import Signer
from hub.clock import Clock
from hub.settings import Settings

REQUEST_LIFETIME = timedelta(minutes=10)
CONNECTION_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request whose answer is awaited."""

    org_id: int
    issuer: str
    nonce: str
    verifier: str
    next_path: str


@dataclass(frozen=True, slots=True)
class PendingConnection:
    """An account at a provider that has just signed in, and that no member of staff is connected with."""

    org_id: int
    issuer: str
    subject: str
    shown: str


class ProviderSteps:
    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._requests = Signer(settings, purpose="provider request", typ="provider-request+jwt")
        self._connections = Signer(settings, purpose="provider connection", typ="provider-connection+jwt")
        self._clock = clock

    def issue_request(self, request: PendingRequest, state: str) -> tuple[str, datetime]:
        """Return a token for this request, and when it expires."""
        times, until = self._times(REQUEST_LIFETIME)
        claims = {"sub": state, "org": request.org_id, "issuer": request.issuer, "nonce": request.nonce,
                  "verifier": request.verifier, "next": request.next_path}  # fmt: skip
        return self._requests.sign({**claims, **times}), until

    def read_request(self, token: str, state: str) -> PendingRequest | None:
        """Return the request that this `state` answers, if the token is valid and has not expired."""
        claims = self._requests.open(token) or {}
        match claims:
            case {"sub": str(begun), "org": int(org_id), "issuer": str(issuer), "nonce": str(nonce),
                  "verifier": str(verifier), "next": str(next_path), "exp": int(exp)}:  # fmt: skip
                same = hmac.compare_digest(begun.encode(), state.encode("utf-8", "replace"))
                if same and exp > self._clock.now().timestamp():
                    return PendingRequest(org_id, issuer, nonce, verifier, next_path)
        return None

    def issue_connection(self, connection: PendingConnection) -> tuple[str, datetime]:
        times, until = self._times(CONNECTION_LIFETIME)
        claims = {
            "sub": connection.subject,
            "org": connection.org_id,
            "issuer": connection.issuer,
            "shown": connection.shown,
        }
        return self._connections.sign({**claims, **times}), until

    def read_connection(self, token: str) -> PendingConnection | None:
        claims = self._connections.open(token) or {}
        match claims:
            case {"sub": str(subject), "org": int(org_id), "issuer": str(issuer), "shown": str(shown), "exp": int(exp)}:
                if exp > self._clock.now().timestamp():
                    return PendingConnection(org_id, issuer, subject, shown)
        return None

    def _times(self, lifetime: timedelta) -> tuple[dict[str, int], datetime]:
        now = self._clock.now()
        until = now + lifetime
        return {"iat": int(now.timestamp()), "nbf": int(now.timestamp()), "exp": int(until.timestamp())}, until

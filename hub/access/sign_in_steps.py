"""Tokens of an unfinished sign-in: the password was right, and the second factor is still missing."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access.seal import Seal
from hub.access.signing import Signer
from hub.clock import Clock
from hub.settings import Settings

CODE_LIFETIME = timedelta(minutes=5)
ENROLMENT_LIFETIME = timedelta(minutes=20)
"""Time to find a telephone, install an app and type the first code."""
FROM_ACCOUNT = "account"
"""The mark of an enrolment from the account page. It is the mark of no hash, so it never signs in."""


@dataclass(frozen=True, slots=True)
class SignInStep:
    """Whose sign-in it is, the mark of the password or PIN that was right, and the bucket that counts its failures.

    With `new_secret` the step is an enrolment, and the person has seen this secret.
    """

    token: str
    org_id: int
    staff_id: int
    username: str
    by_pin: bool
    secret_mark: str
    bucket: str
    expires_at: datetime
    new_secret: str | None = None


class SignInSteps:
    """Issues and reads these tokens. A new secret travels in them sealed, so that the database keeps no unfinished enrolments."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._signer = Signer(settings, purpose="sign-in step", typ="step+jwt")
        self._seal = Seal(settings, "sign-in step")
        self._clock = clock

    def issue(
        self, *, org_id: int, staff_id: int, username: str, by_pin: bool, mark: str, bucket: str, new_secret: str | None
    ) -> tuple[str, datetime]:
        """Return a token and when it expires. `mark` is that of the hash that the password or PIN matched, or FROM_ACCOUNT."""
        now = int(self._clock.now().timestamp())
        until = now + int((ENROLMENT_LIFETIME if new_secret else CODE_LIFETIME).total_seconds())
        claims = {
            "sub": str(staff_id), "org": org_id, "name": username, "pin": by_pin, "mark": mark, "bucket": bucket,
            "iat": now, "nbf": now, "exp": until,
        }  # fmt: skip
        if new_secret is not None:
            claims["new"] = urlsafe_b64encode(self._seal.seal(new_secret, f"{org_id}:{staff_id}")).decode()
        return self._signer.sign(claims), datetime.fromtimestamp(until, tz=self._clock.now().tzinfo)

    def read(self, token: str) -> SignInStep | None:
        """Return the step of a valid token that has not expired."""
        claims = self._signer.open(token) or {}
        match claims:
            case {"sub": str(staff_id), "org": int(org_id), "name": str(name), "pin": bool(by_pin), "mark": str(mark),
                  "bucket": str(bucket), "exp": int(exp)} if exp > self._clock.now().timestamp():  # fmt: skip
                until = datetime.fromtimestamp(exp, tz=self._clock.now().tzinfo)
                if "new" not in claims:
                    return SignInStep(token, org_id, int(staff_id), name, by_pin, mark, bucket, until)
                secret = self._opened(str(claims["new"]), f"{org_id}:{staff_id}")
                return (
                    SignInStep(token, org_id, int(staff_id), name, by_pin, mark, bucket, until, secret)
                    if secret
                    else None
                )
        return None

    def _opened(self, sealed: str, owner: str) -> str | None:
        try:
            return self._seal.open(urlsafe_b64decode(sealed), owner)
        except (NotBase64, ValueError):
            return None


def mark_of(stored: str) -> str:
    """Return a mark of a stored hash. A token with it ends when the password is changed."""
    return hashlib.sha256(stored.encode()).hexdigest()[:16]

"""Token signing: HS256 only, one key and one `typ` for each purpose, so that no token is valid for another purpose."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import jwt

from hub.settings import Settings

ALGORITHM = "HS256"
ISSUER = "venue-hub"
LARGEST = 2048
"""Largest size of a token in bytes. A longer one is refused without checking its signature."""


class Signer:
    """Signs and opens tokens of one kind, with its own `typ` header, `aud` claim and a key derived for `purpose`."""

    def __init__(self, settings: Settings, *, purpose: str, typ: str) -> None:
        self._purpose = purpose
        self._typ = typ
        secrets = [settings.secret_key, settings.secret_key_previous]
        self._keys = [_derived(secret, purpose) for secret in secrets if secret]

    def sign(self, claims: Mapping[str, Any]) -> str:
        payload = {**claims, "iss": ISSUER, "aud": self._purpose, "typ": self._typ}
        return jwt.encode(payload, self._keys[0], algorithm=ALGORITHM, headers={"typ": self._typ})

    def open(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token with a valid signature, or None. The caller checks the timestamps by its own clock."""
        if not 0 < len(token) <= LARGEST or not token.isascii():
            return None
        for key in self._keys:
            try:
                opened = jwt.decode_complete(
                    token,
                    key,
                    algorithms=[ALGORITHM],
                    audience=self._purpose,
                    issuer=ISSUER,
                    options={
                        "require": ["exp", "iat", "nbf", "iss", "aud", "sub"],
                        "verify_exp": False,
                        "verify_nbf": False,
                        "verify_iat": False,
                        "strict_aud": True,
                    },
                )
            except jwt.InvalidSignatureError:
                continue
            except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
                return None
            claims: dict[str, Any] = opened["payload"]
            typed = opened["header"].get("typ") == claims.get("typ") == self._typ
            return claims if typed else None
        return None


def _derived(secret: bytes, purpose: str) -> bytes:
    return hmac.new(secret, b"venue-hub token: " + purpose.encode(), hashlib.sha256).digest()

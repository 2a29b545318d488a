"""Seals: secrets that the hub must read again, encrypted in the database with a key derived from HUB_SECRET_KEY.

A sealed value is the mark of its key (4 bytes), a nonce (12 bytes) and the AES-256-GCM ciphertext. It opens only for the owner that
it was sealed for, so that a row cannot be copied to somebody else.
"""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.settings import Settings

MARK, NONCE = 4, 12


class Seal:
    """Seals and opens values of one purpose. It opens those of the previous key too."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        keys = [_derived(key, purpose) for key in (settings.secret_key, settings.secret_key_previous) if key]
        self._keys = {_mark(key): AESGCM(key) for key in reversed(keys)}
        self.mark = _mark(keys[0])
        """The first bytes of every value that is sealed with the current key."""

    def seal(self, text: str, owner: str) -> bytes:
        nonce = os.urandom(NONCE)
        return self.mark + nonce + self._keys[self.mark].encrypt(nonce, text.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str | None:
        """Return the text, or None if the key is gone, the value is damaged, or it was sealed for another owner."""
        key = self._keys.get(sealed[:MARK])
        if key is None or len(sealed) < MARK + NONCE:
            return None
        try:
            return key.decrypt(sealed[MARK : MARK + NONCE], sealed[MARK + NONCE :], owner.encode()).decode()
        except (InvalidTag, UnicodeDecodeError):
            return None


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"venue-hub seal: " + purpose.encode()).derive(key)


def _mark(key: bytes) -> bytes:
    return hashlib.sha256(b"venue-hub seal mark: " + key).digest()[:MARK]

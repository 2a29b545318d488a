"""Contact proofs: a signed token that says its holder has read a code sent to an address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from hub.access.signing import Signer
from hub.clock import Clock
from hub.settings import Settings

LIFETIME = timedelta(minutes=60)


class ContactProofs:
    """Hashes addresses and codes, each with its own key, and signs proofs."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._signer = Signer(settings, purpose="contact", typ="contact+jwt")
        self._clock = clock
        self._keys = [key for key in (settings.secret_key, settings.secret_key_previous) if key]

    def issue(self, org_id: int, channel: str, address_hash: bytes) -> tuple[str, datetime]:
        """Return a signed proof for this address and the time it expires."""
        now = int(self._clock.now().timestamp())
        run_out = now + int(LIFETIME.total_seconds())
        claims = {"sub": address_hash.hex(), "org": org_id, "channel": channel, "iat": now, "nbf": now, "exp": run_out}
        return self._signer.sign(claims), datetime.fromtimestamp(run_out, tz=self._clock.now().tzinfo)

    def proven(self, proofs: Iterable[str], org_id: int, addresses: dict[str, str]) -> set[str]:
        """Return the channels of `addresses` ({channel: address}) that these proofs cover. Invalid proofs are ignored."""
        now = self._clock.now().timestamp()
        found = set()
        for proof in proofs:
            match self._signer.open(proof):
                case {"sub": str(sub), "org": int(org), "channel": str(channel), "exp": int(exp)}:
                    if org == org_id and exp > now and channel in addresses:
                        marks = self.address_hashes(channel, addresses[channel])
                        if any(hmac.compare_digest(sub, mark.hex()) for mark in marks):
                            found.add(channel)
        return found

    def address_hash(self, channel: str, address: str) -> bytes:
        return self.address_hashes(channel, address)[0]

    def address_hashes(self, channel: str, address: str) -> list[bytes]:
        """Return the hashes of an address under the current key and the previous one, ignoring case as mailboxes do."""
        text = f"{channel}\n{address.casefold()}".encode()
        return [hmac.new(key, b"venue-hub address: " + text, hashlib.sha256).digest() for key in self._keys]

    def code_hash(self, challenge: UUID, code: str) -> bytes:
        return self._code_hashes(challenge, code)[0]

    def is_code(self, challenge: UUID, typed: str, code_hash: bytes) -> bool:
        """Return whether `typed` is the code, compared in constant time."""
        return any([hmac.compare_digest(one, code_hash) for one in self._code_hashes(challenge, typed)])  # noqa: C419 - every key, always

    def _code_hashes(self, challenge: UUID, code: str) -> list[bytes]:
        # A plain hash of six digits is found by trying a million codes. A keyed hash cannot be tried without the key.
        text = b"venue-hub contact code: " + challenge.bytes + code.encode()
        return [hmac.new(key, text, hashlib.sha256).digest() for key in self._keys]

"""Random bytes for ids and tokens: read from the kernel 8 KiB at a time, each byte used once.

One system call for each id would be a noticeable part of a booking. Use it from the event loop's thread only, and never fork a
process that holds unused bytes.
"""

import hashlib
import os
from base64 import urlsafe_b64encode

_DRAW = 8192
_stock = b""
_at = 0


def random_bytes(count: int) -> bytes:
    """Return `count` unpredictable bytes; no byte is handed out twice."""
    global _stock, _at  # noqa: PLW0603 - one stock per process
    if _at + count > len(_stock):
        _stock, _at = os.urandom(_DRAW), 0
    taken = _stock[_at : _at + count]
    _at += count
    return taken


def random_name() -> str:
    """Return 16 hexadecimal digits to tell requests apart. They are not secret."""
    return random_bytes(8).hex()


def secret_token() -> str:
    """Return nearly 192 random bits as 32 characters that need no escaping in a URL.

    The last is a letter or a digit: mail programs take a dash or an underscore at the end of a link for punctuation.
    """
    while (token := urlsafe_b64encode(random_bytes(24)).decode())[-1] in "-_":
        pass
    return token


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token. Only the hash is stored; the token itself is only in its holder's link."""
    return hashlib.sha256(token.encode()).digest()

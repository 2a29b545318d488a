"""Close codes: why a socket was closed, and by that whether the client should come back."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Codes of the contract; the standard ones mean what RFC 6455 says."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    NOT_TEXT = 1007
    """A text frame was not UTF-8."""
    TOO_BIG = 1009
    RESTARTING = 1012
    """Come back, with jitter."""
    TRY_LATER = 1013
    """A server that authentication needs does not answer; come back, with jitter."""
    UNREADABLE = 4400
    """Too many frames that could not be read as a command."""
    SESSION_ENDED = 4401
    """No session, or it has expired or was revoked: sign in first."""
    FORBIDDEN_ORIGIN = 4403
    TOO_SLOW = 4408
    """The client does not read what it is sent, or does not answer pings."""
    TOO_MANY = 4429
    """Too many messages, or too many sockets of one login: wait before coming back."""


def sendable(code: int | None) -> int:
    """Return the code if a close frame may carry it, else the normal one."""
    if code is not None and (code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011) or 3000 <= code <= 4999):
        return code
    return CloseCode.NORMAL

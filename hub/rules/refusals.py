"""Refusals: an action refuses by raising a reason with details. `web/` and `hub/live` choose message and status."""

from typing import Any

from hub.rules.reasons import Reason


class Refused(Exception):
    """The action was refused for `reason`. `details` go into the answer beside code and message."""

    def __init__(self, reason: Reason, **details: Any) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details


class Unavailable(Exception):
    """A server that the action needs does not answer; the caller may try again after `retry_after` seconds."""

    def __init__(self, what: str, retry_after: int = 1) -> None:
        super().__init__(f"{what} does not answer")
        self.retry_after = retry_after

"""The delivery: the two ways in which a carrier, of mail or of text messages, says no.

Their texts hold codes and never an address, a number or what a server said beside its code: they end in the log, in the
outbox and on the administrator's page.
"""

from typing import Literal

Scope = Literal["message", "unsure", "all"]


class DeliveryRefused(Exception):
    """This message will never be taken (a 5xx answer of a mail server about it or its recipient)."""


class DeliveryDeferred(Exception):
    """Not now. `scope` tells for whom: this `message` was put off by an answer about it; the way is closed to `all`, so
    the others need not be tried either; or the line broke in the middle of this message, and it is `unsure` whose fault
    that was."""

    def __init__(self, text: str, scope: Scope) -> None:
        super().__init__(text)
        self.scope: Scope = scope

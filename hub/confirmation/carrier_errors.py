"""Errors of the carriers (e-mail, text messages, webhooks): a message is refused for good, or deferred.

Their texts hold codes, never an address, a phone number or a server's own words: they are kept in the log, in the outbox and
on the administrator's page.
"""

from typing import Literal

Scope = Literal["message", "unsure", "all"]


class DeliveryRefused(Exception):
    """This message will never be accepted (a 5xx answer of a mail server about it or its recipient)."""


class DeliveryDeferred(Exception):
    """Not now. `scope` says which messages wait.

    * `message`: the server put off this message only.
    * `all`: the server cannot be used, so the others need not be tried either.
    * `unsure`: the connection broke during this message; the message or the server may be the cause.
    """

    def __init__(self, text: str, scope: Scope) -> None:
        super().__init__(text)
        self.scope: Scope = scope

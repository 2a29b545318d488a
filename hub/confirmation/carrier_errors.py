"""Errors of the carriers (e-mail, text messages, webhooks): a message is refused for ever, or deferred.

Their texts hold codes, and never an address, a phone number or the server's text, because the log, the outbox and the
administrator's page show them.
"""

from typing import Literal

Scope = Literal["message", "unsure", "all"]


class DeliveryRefused(Exception):
    """The message will never be accepted, for example after a mail server's 5xx reply about it or its recipient."""


class DeliveryDeferred(Exception):
    """The message may be accepted later. `scope` says which messages wait.

    * `message`: the server put off this message only.
    * `all`: the server cannot be used, so the others need not be tried either.
    * `unsure`: the connection broke while this message was sent. The message or the server may be the cause.
    """

    def __init__(self, text: str, scope: Scope) -> None:
        super().__init__(text)
        self.scope: Scope = scope

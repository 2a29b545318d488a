"""Responses about unsent messages."""

from datetime import datetime
from typing import Literal

from web.api.responses import Done, Response


class Mail(Response):
    id: int
    kind: str
    """The kind of message, such as `reservation.confirmed`."""
    channel: Literal["mail", "sms", "webhook"]
    status: Literal["PENDING", "SENT", "DEAD", "DROPPED"]
    """`DEAD`: given up after a final refusal or eight tries. `DROPPED`: no longer true or needed, or discarded."""
    overdue: bool
    recipient: str
    """The masked recipient."""
    language: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    trouble: str | None
    """The last error as a sentence in the reader's language."""
    can_retry: bool
    can_discard: bool


class MailAnswer(Done):
    data: Mail


class MailFigures(Response):
    dead: int
    overdue: int
    waiting: int
    last_sent_at: datetime | None


class MailPage(Response):
    mails: list[Mail]
    next: int | None
    """The `before` of the next page; null at the end."""
    figures: MailFigures
    server_time: datetime


class MailPageAnswer(Done):
    data: MailPage

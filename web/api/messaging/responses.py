"""The responses about messages that do not go out."""

from datetime import datetime
from typing import Literal

from web.api.responses import Done, Response


class Mail(Response):
    id: int
    kind: str
    """What it tells, such as `reservation.confirmed`."""
    channel: Literal["mail", "sms", "webhook"]
    status: Literal["PENDING", "SENT", "DEAD", "DROPPED"]
    """`DEAD`: given up after a final refusal or eight tries. `DROPPED`: no longer worth sending, or discarded."""
    overdue: bool
    recipient: str
    """Masked."""
    language: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    trouble: str | None
    """What went wrong last, in the words of the reader's language."""
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
    """The `before` of the following page; null at the end."""
    figures: MailFigures
    server_time: datetime


class MailPageAnswer(Done):
    data: MailPage

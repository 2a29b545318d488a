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


class SlotMessage(Response):
    message_id: int
    """0 for a dry run."""
    slot_id: int
    message: str
    staff_id: int | None
    created_at: datetime
    finished_at: datetime | None
    """Null while more e-mails are being queued."""
    queued: int
    """E-mails so far, one for each address."""
    sent: int
    failed: int
    """E-mails that were given up."""
    dropped: int
    """E-mails that were no longer needed."""
    waiting: int


class MessageReach(Response):
    addresses: int
    people: int
    unreached: int
    """People whose party left no address."""
    languages: dict[str, int]
    """How many addresses there are of each language."""


class SlotMessageList(Response):
    messages: list[SlotMessage]
    next: int | None
    """The `before` of the next page; null at the end."""
    reach: MessageReach
    """Whom a message to this slot would reach now."""


class SlotMessageListAnswer(Done):
    data: SlotMessageList


class SlotMessageAnswer(Done):
    data: SlotMessage

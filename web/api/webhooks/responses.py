"""Responses about webhooks."""

from datetime import datetime
from uuid import UUID

from web.api.responses import Done, Response


class WebhookFields(Response):
    webhook_id: int
    name: str
    url: str
    events: list[str]
    venue_id: int | None
    """Null for events of every venue."""
    venue: str | None
    batch: int
    """The most events of one request."""
    paused_at: datetime | None
    created_at: datetime
    version: int
    """Counts the changes. `If-Match` names it."""
    previous_until: datetime | None
    """Until when the secret before the last rotation signs too."""
    position: int
    """The number of the newest event that was handed out."""
    last_sequence: int
    """The number of the newest event of the organisation."""
    failures: int
    """Failed requests in a row."""
    failing_since: datetime | None
    next_attempt_at: datetime | None
    """When a receiver that counts as down is asked again."""
    last_success_at: datetime | None
    waiting: int
    """Events still to be taken; at most 10,000 are counted."""
    dead: int
    """Events that were given up after three days."""


class WebhookPageFields(Response):
    webhooks: list[WebhookFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class WebhookPageAnswer(Done):
    data: WebhookPageFields


class WebhookAnswer(Done):
    data: WebhookFields


class WebhookSecretFields(Response):
    webhook: WebhookFields
    secret: str
    """Shown once, here. Signatures are made with it."""


class WebhookSecretAnswer(Done):
    data: WebhookSecretFields


class DeliveryFields(Response):
    delivery_id: int
    event_id: UUID
    """Of several events, that of the first."""
    kind: str
    """The event, or `batch`, or `webhook.test`."""
    sequences: list[int]
    attempt: int
    sent_at: datetime
    milliseconds: int
    request: str | None
    """The beginning of the body that was sent."""
    status: int | None
    answer: str | None
    """The beginning of the body of the answer."""
    error: str | None
    """Null if the receiver has taken the request."""


class DeliveryPageFields(Response):
    deliveries: list[DeliveryFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class DeliveryPageAnswer(Done):
    data: DeliveryPageFields


class WebhookTestFields(Response):
    status: int | None
    answer: str | None
    error: str | None
    """Null if the receiver has taken the test."""
    milliseconds: int


class WebhookTestAnswer(Done):
    data: WebhookTestFields


class ReplayFields(Response):
    from_sequence: int
    last_sequence: int
    events: int
    """How many events are sent again."""


class ReplayAnswer(Done):
    data: ReplayFields

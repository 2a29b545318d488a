"""Commands `subscribe` and `unsubscribe`; `topics/table.py` says to what."""

from collections.abc import Coroutine
from datetime import date
from typing import Any, NamedTuple

from hub.access.roles import at_least
from hub.live.commands.context import CommandContext
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields
from hub.live.topics.subscribe_request import SubscribeRequest
from hub.live.topics.table import TOPICS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

SUBSCRIPTIONS_PER_SOCKET = 16


class UnsubscribeRequest(NamedTuple):
    """Names a subscription by its number, or every subscription of a topic (of that date, of that venue)."""

    subscription: int | None
    topic: str | None
    day: date | None
    venue_id: int | None


def read_subscribe(given: Fields) -> SubscribeRequest:
    topic = _topic(given)
    day, venue_id = fields.day_or_none(given, "date"), fields.whole_or_none(given, "venue_id", 1, 2**31 - 1)
    if topic != "scans":
        return SubscribeRequest(topic, day, venue_id)
    return SubscribeRequest(
        topic,
        day,
        venue_id,
        fields.text_or_none(given, "gate", 64),
        fields.text_or_none(given, "reason", 64),
        fields.whole_or_none(given, "operator_id", 1, 2**31 - 1),
        fields.word(given, "result", ("GREEN", "YELLOW", "RED")) if given.get("result") is not None else None,
    )


def read_unsubscribe(given: Fields) -> UnsubscribeRequest:
    names_topic = given.get("topic") is not None or given.get("subscription") is None
    return UnsubscribeRequest(
        fields.whole_or_none(given, "subscription"),
        _topic(given) if names_topic else None,
        fields.day_or_none(given, "date"),
        fields.whole_or_none(given, "venue_id"),
    )


def _topic(given: Fields) -> str:
    topic = fields.text(given, "topic", 64)
    if topic not in TOPICS:
        raise Refused(Reason.UNKNOWN_TOPIC)
    return topic


def subscribe(
    context: CommandContext, request: SubscribeRequest
) -> dict[str, Any] | Coroutine[Any, Any, dict[str, Any]]:
    if len(context.subscriptions) >= SUBSCRIPTIONS_PER_SOCKET:
        raise Refused(Reason.BUSY, message=f"At most {SUBSCRIPTIONS_PER_SOCKET} subscriptions on one socket")
    topic = TOPICS[request.topic]
    if not at_least(context.identity.role, topic.role):
        raise Refused(Reason.FORBIDDEN)
    return topic.open(context, request)


def unsubscribe(context: CommandContext, request: UnsubscribeRequest) -> dict[str, Any]:
    ended = [
        subscription
        for subscription in context.subscriptions
        if request.subscription in (None, subscription.number)
        and request.topic in (None, subscription.topic)
        and request.day in (None, subscription.day)
        and request.venue_id in (None, subscription.venue_id)
    ]
    if not ended:
        raise Refused(Reason.NOT_FOUND, message="No such subscription")
    for subscription in ended:
        context.subscriptions.remove(subscription)
    return {"subscriptions": [subscription.number for subscription in ended]}

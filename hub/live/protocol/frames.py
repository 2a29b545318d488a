"""Frames: everything that is sent on the socket, in both directions.

client -> hub                                            hub -> client
  auth         token, device          (no id)              hello      protocol, server_time, authenticated
  device       device                 (id optional)        ready      operator, venue
  <command>    id, type, fields                            result     id, success, data | error
                                                           error      success, error            (no id)
                                                           event      topic, subscription, revision, data
                                                           bye        reconnect_after_ms

The public sockets have frames of their own (`endpoints/calendar_connection.py`, `endpoints/waiting_connection.py`). `commands/table.py` lists the
commands, `event_bodies.py` the `data` of every event, and `docs/protocol.md` describes all of it for other teams.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

from db.pool import DatabaseDown
from hub.access.tokens import Identity
from hub.live.protocol.fields import LARGEST, Fields
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.rules.timestamps import rfc3339
from hub.rules.venue import Venue
from hub.text.messages import message

PROTOCOL = 1
LARGEST_FRAME = 65536
LARGEST_FIRST_FRAME = 8192
"""Bytes, from a client that has not signed in: a token has at most 2 KB."""


class Frame(NamedTuple):
    """A readable frame of a client; `id` is None where the client gave none."""

    id: int | None
    type: str
    fields: Fields


def parse(payload: bytes) -> Frame | None:
    """Return the frame, or None for what is not a JSON object with a `type` and, if any, an `id` from 1 to 2^53.

    orjson refuses NaN, infinite numbers, lone surrogates, bytes that are not UTF-8 and nesting beyond 1024, and reads an
    integer of more than 64 bits as a float.
    """
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    if type(document) is not dict:
        return None
    kind, number = document.get("type"), document.get("id")
    if type(kind) is not str or (number is not None and (type(number) is not int or not 1 <= number <= LARGEST)):
        return None
    return Frame(number, kind, document)


def is_text(payload: bytes) -> bool:
    """Whether a text frame's payload is UTF-8, as RFC 6455 demands (else close 1007)."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True


# ---- What the hub sends


def hello(now: datetime, authenticated: bool) -> bytes:
    server_time = rfc3339(now.replace(microsecond=0))
    return orjson.dumps(
        {"type": "hello", "protocol": PROTOCOL, "server_time": server_time, "authenticated": authenticated}
    )


def ready(identity: Identity, venue: Venue | None, today: date | None) -> bytes:
    place = venue and {"id": venue.id, "name": venue.name, "timezone": venue.timezone, "today": today}
    operator: dict[str, Any] = {"id": identity.staff_id, "name": identity.name, "role": str(identity.role)}
    if identity.ends_with_shift:
        operator["shift_ends_at"] = rfc3339(identity.expires_at)
    if identity.gates:
        operator["gates"] = identity.gates
    return orjson.dumps({"type": "ready", "operator": operator, "venue": place})


def result(number: int, data: Any) -> bytes:
    return orjson.dumps({"id": number, "type": "result", "success": True, "data": data})


def refusal(number: int | None, reason: Reason, details: dict[str, Any] | None = None) -> bytes:
    """A refusal as the reply to command `number`, or as an error frame where the command could not be named."""
    details = details or {}
    error = {**details, "code": reason, "message": message(reason, details)}
    if number is None:
        return orjson.dumps({"type": "error", "success": False, "error": error}, default=str)
    return orjson.dumps({"id": number, "type": "result", "success": False, "error": error}, default=str)


def failure(number: int | None, caught: BaseException) -> bytes:
    """The reply for whatever a handler raised; an unexpected exception says INTERNAL and no more."""
    match caught:
        case Refused():
            return refusal(number, caught.reason, caught.details)
        case Unavailable():
            return refusal(number, Reason.SERVICE_UNAVAILABLE, {"retry_after": caught.retry_after})
        case DatabaseDown():
            return refusal(number, Reason.SERVICE_UNAVAILABLE, {"retry_after": 1})
    return refusal(number, Reason.INTERNAL)


EXPECTED_ERRORS = (Refused, Unavailable, DatabaseDown)
"""What a handler may raise without being faulty."""


def event_head(topic: str, subscription: int) -> bytes:
    """The start of an event frame, which is the same for every event of one subscription."""
    return b'{"type":"event","topic":"%b","subscription":%d' % (topic.encode(), subscription)


def event_tail(revision: int, body: Any) -> bytes:
    """The rest of an event frame, which is the same for every subscriber: encoded once, appended to each head."""
    return b',"revision":%d,"data":%b}' % (revision, orjson.dumps(body))


def slots(month: tuple[int, int], whole: bool, pieces: list[bytes]) -> bytes:
    """Slots of a month; each piece is a slot that the calendar has encoded already."""
    head = b'{"type":"slots","month":"%04d-%02d","whole":%b,"slots":[' % (*month, b"true" if whole else b"false")
    return head + b",".join(pieces) + b"]}"


_NO_PLACE = dict.fromkeys(("position", "ahead", "seconds", "turn_until", "rate", "opens_at"))


def waiting_room(standing: Any) -> bytes:
    """Where a visitor stands in a waiting room; None for one who has no place there."""
    fields = {"state": "none", **_NO_PLACE} if standing is None else {
        "state": standing.state, "position": standing.position, "ahead": standing.ahead, "seconds": standing.seconds,
        "turn_until": standing.turn_until and rfc3339(standing.turn_until), "rate": standing.rate,
        "opens_at": standing.opens_at and rfc3339(standing.opens_at),
    }  # fmt: skip
    return orjson.dumps({"event": "waiting_room", **fields})


def pong(now: datetime) -> bytes:
    return orjson.dumps({"type": "pong", "server_time": rfc3339(now)})


def bye(reconnect_after_ms: int) -> bytes:
    return orjson.dumps({"type": "bye", "reconnect_after_ms": reconnect_after_ms})

"""The endpoints for mail that does not go out: what is stuck and why, send it again, discard it."""

from datetime import datetime
from typing import Any, Literal, cast, get_args

from aiohttp import web

from hub.access.roles import Role
from hub.actions.messaging.outbox_admin import MailLine, Wanted, discard_mail, read_mail, retry_mail
from hub.confirmation.troubles import trouble_in_words
from web.api.requests import LARGEST_ID
from web.api.responses import Done, Shape
from web.json_body import invalid
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import path_id, query_int, staff_of

WANTED: tuple[str, ...] = get_args(Wanted)


class Mail(Shape):
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


class MailFigures(Shape):
    dead: int
    overdue: int
    waiting: int
    last_sent_at: datetime | None


class MailPage(Shape):
    mails: list[Mail]
    next: int | None
    """The `before` of the following page; null at the end."""
    figures: MailFigures
    server_time: datetime


class MailPageAnswer(Done):
    data: MailPage


async def listing(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    wanted = request.query.get("status", "stuck")
    if wanted not in WANTED:
        raise invalid(("status", f"Give one of {', '.join(WANTED)}"))
    before = query_int(request, "before", 1, LARGEST_ID)
    services = request.app[SERVICES]
    page = await read_mail(services, staff.org_id, cast("Wanted", wanted), before)
    return done(
        {
            "mails": [as_dict(line, request["language"]) for line in page.lines],
            "next": page.next,
            "figures": {
                "dead": page.figures.dead,
                "overdue": page.figures.overdue,
                "waiting": page.figures.waiting,
                "last_sent_at": page.figures.last_sent_at,
            },
            "server_time": services.clock.now(),
        }
    )


async def retry(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    line = await retry_mail(request.app[SERVICES], path_id(request, "mail_id"), staff)
    return done(as_dict(line, request["language"]))


async def discard(request: web.Request) -> web.Response:
    staff = staff_of(request, Role.MANAGER)
    line = await discard_mail(request.app[SERVICES], path_id(request, "mail_id"), staff)
    return done(as_dict(line, request["language"]))


def as_dict(line: MailLine, language: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": line.kind,
        "channel": line.channel,
        "status": line.status,
        "overdue": line.overdue,
        "recipient": line.recipient,
        "language": line.language,
        "attempts": line.attempts,
        "created_at": line.created_at,
        "next_attempt_at": line.next_attempt_at,
        "sent_at": line.sent_at,
        "trouble": trouble_in_words(line.last_error, language) if line.last_error else None,
        "can_retry": line.can_retry,
        "can_discard": line.can_discard,
    }

"""The endpoints for unsent messages: list them with their errors, send one again, discard one."""

from typing import Any, cast, get_args

from aiohttp import web

from hub.access.roles import Role
from hub.actions.messaging.outbox_admin import MailRow, Wanted, discard_mail, read_mail, retry_mail
from hub.confirmation.failure_texts import failure_text
from web.api.administration import actor_of
from web.json_body import invalid
from web.json_responses import success_response
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import path_id, query_int

MAIL_STATUSES: tuple[str, ...] = get_args(Wanted)


async def show_mails(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    status = request.query.get("status", "stuck")
    if status not in MAIL_STATUSES:
        raise invalid(("status", f"Give one of {', '.join(MAIL_STATUSES)}"))
    before = query_int(request, "before", 1, LARGEST_ID)
    services = request.app[SERVICES]
    page = await read_mail(services, by, cast("Wanted", status), before)
    return success_response(
        {
            "mails": [_mail_fields(mail, request["language"]) for mail in page.lines],
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


async def retry_one_mail(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    mail = await retry_mail(request.app[SERVICES], path_id(request, "mail_id"), by)
    return success_response(_mail_fields(mail, request["language"]))


async def discard_one_mail(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    mail = await discard_mail(request.app[SERVICES], path_id(request, "mail_id"), by)
    return success_response(_mail_fields(mail, request["language"]))


def _mail_fields(mail: MailRow, language: str) -> dict[str, Any]:
    return {
        "id": mail.id,
        "kind": mail.kind,
        "channel": mail.channel,
        "status": mail.status,
        "overdue": mail.overdue,
        "recipient": mail.recipient,
        "language": mail.language,
        "attempts": mail.attempts,
        "created_at": mail.created_at,
        "next_attempt_at": mail.next_attempt_at,
        "sent_at": mail.sent_at,
        "trouble": failure_text(mail.last_error, language) if mail.last_error else None,
        "can_retry": mail.can_retry,
        "can_discard": mail.can_discard,
    }

"""The development mailbox in the browser: what customers were sent, readable only under `hub run` without a mail server."""

from __future__ import annotations

import asyncio
import base64
from email.message import EmailMessage

from aiohttp import web

from hub.confirmation.development_mailbox import DevelopmentSms, list_development_mail, read_development_mail
from hub.settings import Settings
from web.keys import HOUSE
from web.pages.render import page

_LARGEST_PICTURE = 200_000


async def listing(request: web.Request) -> web.Response:
    settings = _development_only(request)
    mails = await asyncio.to_thread(list_development_mail, settings.data_dir)
    return page(request, "mailbox.html", mails=mails)


async def message(request: web.Request) -> web.Response:
    settings = _development_only(request)
    mail = await asyncio.to_thread(read_development_mail, settings.data_dir, request.match_info["name"])
    if mail is None:
        raise web.HTTPNotFound
    if isinstance(mail, DevelopmentSms):
        return page(request, "sms_message.html", recipient=mail.recipient, text=mail.text)
    body = mail.get_body(preferencelist=("plain",))
    return page(
        request,
        "mail_message.html",
        name=request.match_info["name"],
        subject=str(mail["Subject"] or ""),
        sender=str(mail["From"] or ""),
        recipient=str(mail["To"] or ""),
        date=str(mail["Date"] or ""),
        text=body.get_content() if isinstance(body, EmailMessage) else "",
        pictures=_pictures(mail),
        attachments=[name for part in mail.iter_attachments() if (name := part.get_filename())],
    )


def _development_only(request: web.Request) -> Settings:
    settings = request.app[HOUSE].settings
    if not settings.development:
        raise web.HTTPNotFound
    return settings


def _pictures(mail: EmailMessage) -> list[str]:
    """The pictures inside the mail (the QR code) as `data:` addresses, which the page's policy allows."""
    found = []
    for part in mail.walk():
        if part.get_content_type() == "image/png":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and len(content) <= _LARGEST_PICTURE:
                found.append("data:image/png;base64," + base64.b64encode(content).decode())
    # Inline and attached, it is the same picture twice.
    return list(dict.fromkeys(found))

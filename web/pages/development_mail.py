"""The pages of the development mailbox: messages to customers, only under `hub run` without a mail server, and never at a public address."""

from __future__ import annotations

import asyncio
import base64
from email.message import EmailMessage, Message

from aiohttp import web

from hub.confirmation.development_mailbox import DevelopmentSms, list_development_mail, read_development_mail
from hub.settings import Settings
from web.keys import SERVICES
from web.middleware.client_address import came_through_unknown_proxy
from web.middleware.hosts import refuse_foreign_host
from web.pages.render import page

_LARGEST_PICTURE = 200_000
# An e-mail has inline styles, as mail programs require, and may load nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


async def show_mails(request: web.Request) -> web.Response:
    settings = _development_only(request)
    mails = await asyncio.to_thread(list_development_mail, settings.data_dir)
    return page(request, "development_mail.html", mails=mails)


async def show_message(request: web.Request) -> web.Response:
    settings = _development_only(request)
    mail = await _mail(request, settings)
    if isinstance(mail, DevelopmentSms):
        return page(request, "development_mail/text_message.html", recipient=mail.recipient, text=mail.text)
    body = mail.get_body(preferencelist=("plain",))
    return page(
        request,
        "development_mail/message.html",
        name=request.match_info["name"],
        subject=str(mail["Subject"] or ""),
        sender=str(mail["From"] or ""),
        recipient=str(mail["To"] or ""),
        date=str(mail["Date"] or ""),
        text=body.get_content() if isinstance(body, EmailMessage) else "",
        pictures=_pictures(mail),
        attachments=[name for part in mail.iter_attachments() if (name := part.get_filename())],
    )


async def send_message_html(request: web.Request) -> web.Response:
    """Send only the HTML of an e-mail, as a mail program shows it."""
    mail = await _mail(request, _development_only(request))
    body = mail.get_body(preferencelist=("html",)) if isinstance(mail, EmailMessage) else None
    if not isinstance(mail, EmailMessage) or body is None:
        raise web.HTTPNotFound
    html = str(body.get_content())
    for part in mail.walk():
        if part["Content-ID"] and part.get_content_type() == "image/png":
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", _data_url(part))
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": _POLICY})


async def _mail(request: web.Request, settings: Settings) -> EmailMessage | DevelopmentSms:
    mail = await asyncio.to_thread(read_development_mail, settings.data_dir, request.match_info["name"])
    if mail is None:
        raise web.HTTPNotFound
    return mail


def _development_only(request: web.Request) -> Settings:
    settings = request.app[SERVICES].settings
    if not settings.shows_mailbox or came_through_unknown_proxy(request):
        raise web.HTTPNotFound
    refuse_foreign_host(request)
    return settings


def _pictures(mail: EmailMessage) -> list[str]:
    """Return the inline pictures of an e-mail (QR codes) as `data:` URLs, which the page's policy allows."""
    found = [_data_url(part) for part in mail.walk() if part.get_content_type() == "image/png"]
    return [address for address in dict.fromkeys(found) if address]


def _data_url(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or len(content) > _LARGEST_PICTURE:
        return ""
    return "data:image/png;base64," + base64.b64encode(content).decode()

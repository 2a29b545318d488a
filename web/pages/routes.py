"""The table of pages: which address is answered by which handler."""

from __future__ import annotations

from aiohttp import web

from web.pages import customer, development_mail, mail, records, scanner_app, staff
from web.pages.plain.routes import plain_routes
from web.pages.static_files import STATIC


def page_routes() -> list[web.RouteDef]:
    return [
        web.get("/", customer.landing),
        web.get("/reserve", customer.reserve),
        web.get("/r/{token}", customer.reservation),
        web.get("/w/{token}", customer.waiting),
        *plain_routes(),
        web.get("/operator/login", staff.login),
        web.get("/operator/scan", staff.scan),
        web.get("/operator/service_worker.js", scanner_app.service_worker),
        web.get("/operator/scan.webmanifest", scanner_app.manifest),
        web.get("/manager", staff.control_room),
        web.get(records.HISTORY, records.history),
        web.get(records.FIGURES, records.figures),
        web.get(records.REPLAY, records.replay),
        web.get(records.DESK, records.ticket),
        web.get(records.DESK + "/{ticket_id:[0-9]{1,16}}", records.ticket),
        web.get(records.CONFLICTS, records.conflicts),
        web.get(records.DISPUTES, records.disputes),
        web.get(mail.ADDRESS, mail.mail_desk),
        web.get("/dev/mail", development_mail.listing),
        web.get("/dev/mail/{name}", development_mail.message),
        web.get("/dev/mail/{name}/html", development_mail.as_shown),
        web.get("/static/{name:.+}", STATIC.serve),
        web.get("/favicon.ico", STATIC.icon),
    ]

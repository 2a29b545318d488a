"""The pages of a scanner about its enrolment: a code exchanged for a token, what it is now, and its wipe."""

from __future__ import annotations

from aiohttp import web

from hub.access.scanners import Scanner
from hub.rules.refusals import Refused
from hub.text.messages import message
from web.enrolment import ENROL, WIPED, enrol, forget_scanner, remember_scanner
from web.keys import SERVICES
from web.pages.forms import read_form
from web.pages.render import page
from web.redirects import see_other
from web.request_fields import scanner_of


async def show_enrolment(request: web.Request) -> web.Response:
    """Ask for a code, or say what this device is. A revoked one sees that it was revoked, and can then be enrolled again."""
    scanner = scanner_of(request)
    if scanner is not None and scanner.revoked and scanner.wipe:
        raise web.HTTPSeeOther(WIPED)
    response = _page(request, scanner)
    if scanner is not None and scanner.revoked:
        forget_scanner(response, request.app[SERVICES].settings)
    return response


async def enrol_this_device(request: web.Request) -> web.Response:
    form = await read_form(request)
    typed = form.get("code")
    try:
        enrolled = await enrol(request, typed)
    except Refused as no:
        return _page(request, scanner_of(request), typed=typed, refused=no)
    response = see_other(ENROL)
    remember_scanner(response, enrolled, request.app[SERVICES].settings)
    return response


async def show_wipe(request: web.Request) -> web.Response:
    """Show the page whose script deletes what the scanner keeps. Only a scanner that was told to be wiped gets it."""
    scanner = scanner_of(request)
    if scanner is None or not scanner.wipe:
        raise web.HTTPSeeOther(ENROL)
    return page(request, "scanner_wiped.html", scanner=scanner)


def _page(
    request: web.Request, scanner: Scanner | None, *, typed: str = "", refused: Refused | None = None
) -> web.Response:
    return page(
        request,
        "scanner_enrolment.html",
        status=200 if refused is None else 400,
        scanner=scanner,
        typed=typed,
        problem="" if refused is None else message(refused.reason, refused.details),
    )

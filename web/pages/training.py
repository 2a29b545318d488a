"""What operators learn from: the scanner in training, the sheet with the codes of its visitors, and the manual."""

from __future__ import annotations

from functools import cache

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.confirmation.qr_code import png_data_url
from hub.rules.practice_codes import practice_codes
from web.pages.render import page
from web.pages.staff import SCANNER, member_of, working_scanner

TRAINING = f"{SCANNER}/training"
PRACTICE_CODES = f"{SCANNER}/practice-codes"
MANUAL = "/operator/manual"


async def show_training(request: web.Request) -> web.Response:
    """Show the scanner in training. Its script opens no socket and asks the hub for nothing."""
    identity = member_of(request)
    working_scanner(request)
    return page(
        request,
        "training.html",
        identity=identity,
        may_manage=at_least(identity.role, Role.MANAGER),
        shift_ends_at="",
        enrolment=None,
        kiosk=False,
        gates=[],
        may_sell=False,
        may_book=False,
        codes=dict(practice_codes()),
    )


async def show_practice_codes(request: web.Request) -> web.Response:
    """Show the codes on one sheet of paper, each with the number of its visitor."""
    member_of(request)
    return page(request, "practice_codes.html", pictures=_pictures())


async def show_manual(request: web.Request) -> web.Response:
    """Show the operator's manual, for the screen and for the printer."""
    member_of(request)
    return page(request, "manual.html")


@cache
def _pictures() -> list[str]:
    return [png_data_url(code) for code in practice_codes().values()]

"""What the pages below one's own account share: their frame, and the sentence after a change."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.rules.refusals import Refused
from hub.text.languages import N_
from hub.text.messages import message
from web.pages.render import page

DONE = {
    "second-factor-removed": N_("Your second step of sign-in is removed."),
    "account-connected": N_("Your account is connected. You can sign in with it from now on."),
}


def account_page(
    request: web.Request, template: str, *, status: int = 200, refused: Refused | None = None, **context: Any
) -> web.Response:
    """Return a page of one's own account, with what was refused above its content."""
    return page(
        request,
        template,
        status=status,
        done=DONE.get(request.query.get("done", ""), ""),
        refusal="" if refused is None else message(refused.reason, refused.details),
        **context,
    )

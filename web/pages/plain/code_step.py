"""The code step without JavaScript: the page where the customer types the one-time code sent after the contact step."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from aiohttp import web

from hub.actions.booking.contact_codes import confirm_code
from hub.rules.contact_code import DIGITS, LIFETIME, tidy_code
from hub.rules.reasons import Reason
from web.keys import SERVICES
from web.pages.forms import Form
from web.pages.plain.contact_proof import confirm_contact
from web.pages.plain.draft import Draft
from web.pages.plain.steps import answer_form, draft_not_found, find_draft, show_step
from web.rate_limits import enforce_rate_limit
from web.redirects import see_other

_SPENT = (Reason.CODE_EXPIRED.value, Reason.CODE_LOCKED.value)


async def show_code(request: web.Request) -> web.Response:
    draft = find_draft(request)
    if draft is None:
        return draft_not_found(request)
    if not draft.challenge:
        return see_other(f"{draft.path}/contact")
    return await show_step(request, "code", draft, digits=DIGITS, minutes=int(LIFETIME.total_seconds() // 60),
                     spent=draft.refusal in _SPENT, empty=request.query.get("empty") == "1" and not draft.refusal)  # fmt: skip


async def answer_code(request: web.Request) -> web.Response:
    return await answer_form(request, "code", lambda draft, _form: draft, _check_code)


async def _check_code(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    await enforce_rate_limit(request, "contact", request.app[SERVICES].settings.rate_validate)
    if form.get("again"):
        return await confirm_contact(request, replace(draft, challenge={}))
    typed = tidy_code(form.get("code"))
    if typed is None:
        return draft, "code?empty=1"
    if not draft.challenge:
        # Another window has confirmed the contact. Its proof counts here too.
        return await confirm_contact(request, draft)
    confirmed = await confirm_code(request.app[SERVICES], UUID(draft.challenge["id"]), typed)
    return await confirm_contact(request, replace(draft, proofs=(*draft.proofs, confirmed.contact_proof), challenge={}))

"""The one-time code without JavaScript: sent when the contact step is done, typed in on a page of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from aiohttp import web

from hub.access.contact_proofs import ContactProofs
from hub.actions.booking.contact_codes import confirm_code, send_code
from hub.actions.venues.organisations import resolve_org
from hub.actions.venues.venue_cache import Venue
from hub.rules.contact_code import DIGITS, LIFETIME, needed_channels, tidy_code
from hub.rules.reasons import Reason
from hub.text.contact_details import Contact, check_contact
from hub.text.phone_countries import international
from web.keys import SERVICES
from web.pages.forms import Form
from web.pages.plain.draft import Draft
from web.pages.plain.steps import answer, astray, held, see_other, show
from web.request_fields import enforce_rate_limit

_SPENT = (Reason.CODE_EXPIRED.value, Reason.CODE_LOCKED.value)


async def code(request: web.Request) -> web.Response:
    draft = held(request)
    if draft is None:
        return astray(request)
    if not draft.challenge:
        return see_other(f"{draft.path}/contact")
    return show(request, "code", draft, digits=DIGITS, minutes=int(LIFETIME.total_seconds() // 60),
                spent=draft.refusal in _SPENT, empty=request.query.get("empty") == "1" and not draft.refusal)  # fmt: skip


async def type_code(request: web.Request) -> web.Response:
    return await answer(request, "code", lambda draft, _form: draft, _check_code)


async def _check_code(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    await enforce_rate_limit(request, "contact", request.app[SERVICES].settings.rate_validate)
    if form.get("again"):
        return await prove(request, replace(draft, challenge={}))
    typed = tidy_code(form.get("code"))
    if typed is None:
        return draft, "code?empty=1"
    if not draft.challenge:
        # Another window was faster: what it has proved is proved here as well.
        return await prove(request, draft)
    confirmed = await confirm_code(request.app[SERVICES], UUID(draft.challenge["id"]), typed)
    return await prove(request, replace(draft, proofs=(*draft.proofs, confirmed.contact_proof), challenge={}))


async def prove(request: web.Request, draft: Draft) -> tuple[Draft, str]:
    """The next step after a good contact: a code for each way the venue wants confirmed, then the calendar."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    contact = contact_of(draft)
    venue = await venue_of(request, draft)
    asked = needed_channels(venue.contact_check) if venue else ()
    addresses = {"email": contact.email, "sms": contact.phone_e164}
    proven = ContactProofs(services.settings, services.clock).proven(draft.proofs, org_id, addresses)
    needed = [channel for channel in asked if channel not in proven]
    if not needed:
        return draft, "time"
    if draft.challenge.get("channel") == needed[0] and draft.challenge["ends"] > services.clock.now().timestamp():
        # Its code is on its way: going back and forth sends no other.
        return draft, "code"
    sent = await send_code(services, org_id, contact, needed[0], request["language"])
    challenge: dict[str, Any] = {
        "id": str(sent.challenge_id), "channel": sent.channel, "to": sent.sent_to, "ends": sent.expires_at.timestamp(),
    }  # fmt: skip
    return replace(draft, challenge=challenge), "code"


async def venue_of(request: web.Request, draft: Draft) -> Venue | None:
    """The venue of the draft's tickets; where they are good for any, the organisation's first."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    return await (
        services.venues.first(org_id) if draft.venue_id is None else services.venues.read(org_id, draft.venue_id)
    )


def contact_of(draft: Draft) -> Contact:
    """The contact as it will be stored; Refused(INVALID_CONTACT) names each bad field."""
    return check_contact(draft.email, international(draft.phone, draft.country))

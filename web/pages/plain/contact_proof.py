"""The proof of a draft's contact: which one-time codes the venue asks for, and which step is next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from hub.access.contact_proofs import ContactProofs
from hub.actions.booking.contact_codes import send_code
from hub.actions.venues.organisations import resolve_org
from hub.rules.contact_code import needed_channels
from hub.rules.venue import Venue
from hub.text.contact_details import Contact, check_contact
from hub.text.phone_countries import international
from web.keys import SERVICES
from web.pages.plain.draft import Draft


async def confirm_contact(request: web.Request, draft: Draft) -> tuple[Draft, str]:
    """Return the draft and its next step: a code for each channel that the venue wants confirmed, then the calendar."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    contact = contact_of(draft)
    venue = await venue_of(request, draft)
    channels = needed_channels(venue.contact_check) if venue else ()
    addresses = {"email": contact.email, "sms": contact.phone_e164}
    proven = ContactProofs(services.settings, services.clock).proven(draft.proofs, org_id, addresses)
    needed = [channel for channel in channels if channel not in proven]
    if not needed:
        return draft, "time"
    if draft.challenge.get("channel") == needed[0] and draft.challenge["ends"] > services.clock.now().timestamp():
        # A code was sent already. Going back and forth sends no second one.
        return draft, "code"
    sent = await send_code(services, org_id, contact, needed[0], request["language"])
    challenge: dict[str, Any] = {
        "id": str(sent.challenge_id), "channel": sent.channel, "to": sent.sent_to, "ends": sent.expires_at.timestamp(),
    }  # fmt: skip
    return replace(draft, challenge=challenge), "code"


async def venue_of(request: web.Request, draft: Draft) -> Venue | None:
    """Return the venue of the draft's tickets, or the organisation's first if they are valid at any venue."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    return await (
        services.venues.first(org_id) if draft.venue_id is None else services.venues.read(org_id, draft.venue_id)
    )


def contact_of(draft: Draft) -> Contact:
    """Return the contact as it will be stored. Refuses INVALID_CONTACT with each invalid field."""
    return check_contact(draft.email, international(draft.phone, draft.country))

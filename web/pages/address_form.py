"""The form that corrects the e-mail address of a visit or a booking. It needs no JavaScript.

A venue that asks for a one-time code gets it for the new address too: the form then asks for the code.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from aiohttp import web

from hub.actions.booking.contact_codes import confirm_code, send_code
from hub.actions.booking.correct_address import correct_address
from hub.actions.booking.reservation_views import party_of_token
from hub.rules.contact_code import DIGITS, LIFETIME, tidy_code
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.contact_details import check_contact
from hub.text.messages import message, said
from web.keys import SERVICES
from web.pages.forms import Form, read_form
from web.rate_limits import enforce_rate_limit
from web.request_fields import path_token

_CODE_REFUSALS = (Reason.CODE_WRONG, Reason.CODE_LOCKED, Reason.CODE_EXPIRED, Reason.CODE_USED, Reason.CODE_TOO_SOON, Reason.CODE_TOO_MANY)  # fmt: skip
_SHOWN_REFUSALS = (*_CODE_REFUSALS, Reason.INVALID_CONTACT, Reason.NOT_RESENDABLE, Reason.RATE_LIMITED, Reason.BUSY)
_SPENT = (Reason.CODE_LOCKED, Reason.CODE_EXPIRED, Reason.CODE_USED)
LONGEST_KEPT = 254


@dataclass(frozen=True, slots=True)
class AddressForm:
    """The form as its page shows it: what was typed, and why it was refused.

    `challenge` is the one-time code that was sent to the typed address. A `spent` one needs another, and `lacks_code` says that
    no code was typed.
    """

    typed: str = ""
    wrong: str = ""
    challenge: str = ""
    spent: bool = False
    lacks_code: bool = False
    corrected: bool = False

    @property
    def refused(self) -> bool:
        return bool(self.wrong) or self.lacks_code

    @property
    def digits(self) -> int:
        return DIGITS

    @property
    def minutes(self) -> int:
        return int(LIFETIME.total_seconds() // 60)


def address_form(request: web.Request) -> AddressForm:
    """Return the form before it is sent. `?corrected=1` says that the confirmation has gone to another address."""
    return AddressForm(corrected=request.query.get("corrected") == "1")


async def answer_address_form(request: web.Request) -> str | AddressForm:
    """Correct the address and return the token of the new link, or return the form to be shown.

    Refuses RESERVATION_NOT_FOUND for a dead link.
    """
    form, token, services = await read_form(request), path_token(request), request.app[SERVICES]
    asked = AddressForm(form.get("email")[:LONGEST_KEPT], challenge=_challenge(form))
    try:
        if asked.challenge and not form.has("again"):
            await enforce_rate_limit(request, "contact", services.settings.rate_validate)
            typed = tidy_code(form.get("code"))
            if typed is None:
                return replace(asked, lacks_code=True)
            proof = (await confirm_code(services, UUID(asked.challenge), typed)).contact_proof
            return await correct_address(services, token, asked.typed, proofs=proof) or token
        await enforce_rate_limit(request, "correct", services.settings.rate_codes)
        return await correct_address(services, token, asked.typed) or token
    except Refused as no:
        if no.reason is Reason.CONTACT_NOT_VERIFIED:
            return await _send_code(request, asked)
        return _refused(asked, no)


async def _send_code(request: web.Request, asked: AddressForm) -> AddressForm:
    """Send a one-time code to the typed address, and return the form that asks for it."""
    services = request.app[SERVICES]
    contact = check_contact(asked.typed, None)
    try:
        party = await party_of_token(services, path_token(request))
        sent = await send_code(services, party.reservation.org_id, contact, "email", request["language"])
    except Refused as no:
        return _refused(asked, no)
    return AddressForm(contact.email, challenge=str(sent.challenge_id))


def _refused(asked: AddressForm, no: Refused) -> AddressForm:
    """Return the form with a refusal: the code stays asked for if it is about the code."""
    if no.reason not in _SHOWN_REFUSALS:
        raise no
    problems = said(no.details.get("validation_errors", []))
    words = problems[0]["message"] if problems else message(no.reason, no.details)
    if no.reason in _CODE_REFUSALS or no.reason is Reason.RATE_LIMITED:
        return replace(asked, wrong=words, spent=no.reason in _SPENT)
    return AddressForm(asked.typed, words)


def _challenge(form: Form) -> str:
    """Return the id of the code that the form is about; "" if it has none that can be read."""
    try:
        return str(UUID(form.get("challenge")))
    except ValueError:
        return ""

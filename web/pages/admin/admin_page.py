"""What the organiser's pages share: their frame, the sentence after a change, and moments in the venue's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.rules.refusals import Refused
from hub.text.languages import N_
from hub.text.messages import message
from web import redirects
from web.pages.admin.field_words import said_of_field
from web.pages.admin.sections import sections_of
from web.pages.render import page
from web.request_fields import identity_of

DONE: Mapping[str, str] = {
    "venue-added": N_("The venue is added. Add its gates, then its slots."),
    "venue-changed": N_("The venue is saved."),
    "venue-deleted": N_("The venue is deleted."),
    "gate-added": N_("The gate is added."),
    "gate-changed": N_("The gate is saved."),
    "gate-retired": N_("The gate is retired. Scanners no longer offer it."),
    "gate-opened": N_("The gate is open again."),
    "gate-deleted": N_("The gate is deleted."),
    "organisation-changed": N_("The organisation is saved."),
    "setup-finished": N_("Your venue is open. Print this card, sign in on a scanner, and scan the practice ticket."),
    "booking-cancelled": N_("The booking is cancelled and its seats are free. We have emailed the visitor."),
    "request-cancelled": N_("The request is cancelled. We have emailed the visitor."),
    "booking-moved": N_("The booking has been moved. We have emailed the visitor."),
    "confirmation-sent": N_("The confirmation is on its way again, with a new link."),
    "request-sent": N_("The request is on its way again, with a new link."),
    "contact-corrected": N_("The contact is saved. We have emailed the new address and the old one."),
    "reservation-moved": N_("The reservation has been moved. We have emailed the visitor."),
    "reservation-cancelled": N_("The reservation is cancelled and its space is free. We have emailed the visitor."),
    "reservation-moved-unsent": N_("The reservation has been moved."),
    "reservation-cancelled-unsent": N_("The reservation is cancelled and its space is free."),
    "guest-added": N_("The guest is on the list."),
    "guests-added": N_("The guests are on the list."),
    "guest-changed": N_("The guest is saved."),
    "guest-removed": N_("The guest is off the list."),
    "retention-changed": N_("Saved. What is older goes within minutes."),
    "person-erased": N_("The data of this person is erased."),
    "show-added": N_("The show is saved as a draft. Add its performances, then publish it."),
    "show-changed": N_("The show is saved."),
    "show-published": N_("The show is published. Visitors can find it now."),
    "show-hidden": N_("The show is a draft again. Visitors no longer find it."),
    "show-archived": N_("The show is archived."),
    "show-deleted": N_("The show is deleted."),
    "logo-changed": N_("The logo is saved. Pages and emails have it within seconds."),
    "logo-removed": N_("The logo is removed."),
    "poster-changed": N_("The poster is saved."),
    "poster-removed": N_("The poster is removed."),
    "webhook-changed": N_("The webhook is saved."),
    "webhook-paused": N_("The webhook is paused. Its events are kept."),
    "webhook-resumed": N_("The webhook goes on. What was kept is delivered now."),
    "webhook-tested": N_("The receiver has taken the test."),
    "webhook-replayed": N_("The events are sent again."),
    "webhook-deleted": N_("The webhook is deleted."),
    "product-added": N_("The product is added."),
    "product-changed": N_("The product is saved. Scanners know it within seconds."),
    "product-archived": N_("The product is archived. Its tickets stay valid."),
    "product-back": N_("The product is for sale again."),
    "product-deleted": N_("The product is deleted."),
    "tickets-issued": N_("The tickets are issued. Here they are."),
    "order-paid": N_("The order is paid. Its tickets can be used."),
    "order-sent": N_("The email is on its way to the customer again."),
    "order-cancelled": N_("The order is cancelled. Every scanner knows it now."),
    "order-refunded": N_("The tickets are cancelled. Every scanner knows it now."),
    "api-key-changed": N_("The key is saved."),
    "api-key-revoked": N_("The key is revoked. Its next request is refused."),
    "ticket-sent": N_("The email is on its way to the customer again."),
    "ticket-cancelled": N_("The ticket is cancelled. Every scanner knows it now."),
    "import-deleted": N_("The import and its file are deleted."),
    "room-added": N_("The room is added."),
    "room-changed": N_("The room is saved."),
    "room-resized": N_("The room is saved, and its performances to come have the new number of seats."),
    "room-deleted": N_("The room is deleted."),
    "performances-added": N_("The performances are added."),
    "performance-changed": N_("The performance is saved."),
    "booking-closed": N_("Booking is closed. Nobody new can book this performance."),
    "booking-opened": N_("Booking is open again."),
    "staff-added": N_("Saved. They can sign in now."),
    "staff-invited": N_("The invitation is on its way by email."),
    "staff-changed": N_("Saved."),
    "staff-disabled": N_("The account is disabled. All its sessions have ended."),
    "staff-enabled": N_("The account is enabled again."),
    "staff-revoked": N_("The invitation no longer works."),
    "staff-reset": N_("A link to a new password is on its way by email."),
    "session-ended": N_("The session has ended."),
    "scanner-enrolled": N_("The scanner is enrolled. It can be used now."),
    "scanner-changed": N_("The scanner is saved. It has its new settings already if it is connected."),
    "scanner-revoked": N_("The scanner is revoked. It can no longer be used."),
    "wipe-asked": N_("The scanner deletes everything it keeps at its next contact. This page says when it is done."),
    "policy-changed": N_("The policy is saved. Every scanner and page follows it within seconds."),
    "performance-deleted": N_("The performance is deleted."),
    "slots-made": N_("The slots are added."),
    "slots-changed": N_("The slots are saved."),
    "slots-deleted": N_("The slots are deleted."),
    "slot-closed": N_("The slot is closed. Nobody can book it any more."),
    "slot-opened": N_("The slot is open again."),
    "hours-changed": N_("The opening hours are saved. Slots that exist stay as they are."),
    "closed-days-added": N_("The days are saved."),
    "closed-day-deleted": N_("The day is removed. The regular hours apply again."),
    "second-factor-reset": N_(
        "The second step is reset. At the next sign-in the password is enough, or a new one is set up."
    ),
    "account-disconnected": N_("The account is disconnected from the sign-in service."),
    "sign-in-changed": N_("The sign-in settings are saved."),
    "provider-answers": N_("The sign-in service answers, and its keys are there."),
}
"""The sentence after a change, by the name in `?done=`."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the clock of a venue."""

    date: date
    time: time


class Problems(dict[str, str]):
    """What is wrong with each field of a form, in the reader's language. A field without a problem has an empty one."""

    def __missing__(self, name: str) -> str:
        return ""


def moment_in(moment: datetime | None, zone: ZoneInfo) -> Moment | None:
    if moment is None:
        return None
    there = moment.astimezone(zone)
    return Moment(there.date(), there.time())


def admin_page(
    request: web.Request, template: str, *, status: int = 200, refused: Refused | None = None, **context: Any
) -> web.Response:
    """Return a page in the frame of administration. `refused` is shown above its content, with the problem of each field."""
    identity = identity_of(request)
    problems = Problems()
    if refused is not None:
        entries = [*refused.details.get("errors", ()), *refused.details.get("validation_errors", ())]
        problems = Problems((entry["field"], said_of_field(entry["message"])) for entry in reversed(entries))
    return page(
        request,
        f"admin/{template}",
        status=status,
        done=DONE.get(request.query.get("done", ""), ""),
        refusal="" if refused is None else message(refused.reason, refused.details),
        problems=problems,
        sections=sections_of(identity),
        **context,
    )


def see_other(path: str, **query: object) -> web.Response:
    """Redirect after a form, so that a reload sends nothing again."""
    kept = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return redirects.see_other(f"{path}?{urlencode(kept)}" if kept else path)

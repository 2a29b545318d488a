"""The routes of the pages without JavaScript: GET shows a page, and POST to the same path answers its form."""

from __future__ import annotations

from aiohttp import web

from web.pages.plain import (
    address,
    cancel,
    code_step,
    confirm_step,
    contact_step,
    send_again,
    ticket_step,
    time_step,
    venue_step,
    waitlist,
)
from web.pages.plain.draft import START

_DRAFT = START + "/{draft}"


def plain_routes() -> list[web.RouteDef]:
    return [
        web.get(send_again.AGAIN, send_again.show_form),
        web.post(send_again.AGAIN, send_again.answer_form),
        web.get(START, ticket_step.show_first_page),
        web.post(START, ticket_step.start_draft),
        web.get(f"{_DRAFT}/ticket", ticket_step.show_tickets),
        web.post(f"{_DRAFT}/ticket", ticket_step.answer_tickets),
        web.get(f"{_DRAFT}/venue", venue_step.show_venues),
        web.post(f"{_DRAFT}/venue", venue_step.answer_venue),
        web.get(f"{_DRAFT}/contact", contact_step.show_contact),
        web.post(f"{_DRAFT}/contact", contact_step.answer_contact),
        web.get(f"{_DRAFT}/code", code_step.show_code),
        web.post(f"{_DRAFT}/code", code_step.answer_code),
        web.get(f"{_DRAFT}/time", time_step.show_times),
        web.post(f"{_DRAFT}/time", time_step.answer_time),
        web.get(f"{_DRAFT}/confirm", confirm_step.show_summary),
        web.post(f"{_DRAFT}/confirm", confirm_step.answer_summary),
        web.get("/r/{token}/email", address.show_visit),
        web.post("/r/{token}/email", address.answer_address),
        web.get("/r/{token}/plain", cancel.show_question),
        web.post("/r/{token}/plain", cancel.answer_question),
        web.get("/w/{token}/plain", waitlist.show_choices),
        web.post("/w/{token}/plain", waitlist.answer_choice),
    ]

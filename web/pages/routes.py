"""The routes of the pages: the handler of each path."""

from __future__ import annotations

from aiohttp import web

from hub.actions.staff.provider_sign_in import CALLBACK
from web.enrolment import ENROL, WIPED
from web.pages import (
    account,
    account_second_factor,
    booking,
    booking_form,
    customer,
    day_report,
    development_mail,
    door_sale_print,
    invitation,
    mail,
    provider_sign_in,
    records,
    scanner_app,
    scanner_enrolment,
    shows,
    sign_out,
    sitemap,
    staff,
    training,
)
from web.pages.admin.routes import FORMS_ELSEWHERE, admin_routes
from web.pages.form_addresses import pages_of_forms
from web.pages.link_ends import without_surplus
from web.pages.page_language import send_later_texts
from web.pages.page_turns import in_turn
from web.pages.plain.routes import plain_routes
from web.pages.reservation import show_reservation
from web.pages.second_step import SECOND_STEP, answer_second_step, show_second_step
from web.pages.static_files import STATIC
from web.pages.waiting_room import WAITING_ROOM, answer_room, show_room
from web.pages.waitlist import show_entry


def page_routes() -> list[web.RouteDef]:
    """Return the routes of all pages, which begin in turns, and of the files that they load."""
    pages = _page_routes()
    return [
        *(in_turn(route) for route in pages),
        *pages_of_forms(pages, {**FORMS_ELSEWHERE, sign_out.SIGN_OUT: sign_out.LOGIN}),
        web.get("/static/{name:.+}", STATIC.serve_file),
        web.get("/texts/{version}/{language}/{page:[a-z_]+}.json", send_later_texts),
        web.get("/favicon.ico", STATIC.serve_icon),
    ]


def _page_routes() -> list[web.RouteDef]:
    return [
        web.get("/", customer.show_landing),
        web.get("/reserve", customer.show_booking),
        web.get("/r/{token}", without_surplus(show_reservation)),
        web.get("/w/{token}", without_surplus(show_entry)),
        web.get("/v/{slug}", customer.show_venue),
        web.get("/v/{slug}/reserve", customer.show_venue_booking),
        web.get("/r/{token}", show_reservation),
        web.get("/w/{token}", show_entry),
        web.get("/shows", shows.show_shows),
        web.get("/shows/{show_id:[0-9]+}", shows.show_show),
        web.get("/shows/{show_id:[0-9]+}/book/{performance_id:[0-9]+}", booking_form.show_form),
        web.post("/shows/{show_id:[0-9]+}/book/{performance_id:[0-9]+}", booking_form.answer_form),
        web.get("/b/{token}", without_surplus(booking.show_booking)),
        web.post("/b/{token}", booking.answer_booking),
        web.get("/b/{token}/move", booking.show_move),
        web.post("/b/{token}/move", booking.answer_move),
        web.get("/b/{token}/cancel", booking.show_cancel),
        web.post("/b/{token}/cancel", booking.answer_cancel),
        web.get("/b/{token}/email", booking.show_booking_again),
        web.post("/b/{token}/email", booking.answer_address),
        web.get("/b/{token}/print", booking.show_print),
        web.get("/b/{token}/qr.png", booking.send_qr_png),
        web.get("/b/{token}/qr.svg", booking.send_qr_svg),
        web.get("/b/{token}/calendar.ics", booking.send_calendar_file),
        web.get("/sitemap.xml", sitemap.send_sitemap),
        web.get("/robots.txt", sitemap.send_robots),
        web.get(WAITING_ROOM, show_room),
        web.post(WAITING_ROOM, answer_room),
        *plain_routes(),
        web.get("/operator/login", staff.show_login),
        web.get(SECOND_STEP, show_second_step),
        web.post(SECOND_STEP, answer_second_step),
        web.get(CALLBACK, provider_sign_in.finish),
        web.get(r"/operator/oidc/{organisation:[A-Za-z0-9-]{1,64}}", provider_sign_in.begin),
        web.get(account_second_factor.PAGE, account_second_factor.show),
        web.post(account_second_factor.PAGE, account_second_factor.begin),
        web.post(f"{account_second_factor.PAGE}/confirm", account_second_factor.confirm),
        web.post(f"{account_second_factor.PAGE}/recovery-codes", account_second_factor.renew),
        web.post(f"{account_second_factor.PAGE}/remove", account_second_factor.remove),
        web.get(provider_sign_in.CONNECT, provider_sign_in.show_connect),
        web.post(provider_sign_in.CONNECT, provider_sign_in.connect),
        web.get("/operator/scan", staff.show_scanner),
        web.get(training.TRAINING, training.show_training),
        web.get(training.PRACTICE_CODES, training.show_practice_codes),
        web.get(training.MANUAL, training.show_manual),
        web.get(door_sale_print.PRINT, door_sale_print.show_print),
        web.get(invitation.FORGOTTEN, invitation.show_forgotten),
        web.post(invitation.FORGOTTEN, invitation.ask_for_link),
        web.get("/invitation/{token}", without_surplus(invitation.show_invitation)),
        web.post("/invitation/{token}", invitation.accept_invitation),
        web.get(account.ACCOUNT, account.show_account),
        web.post("/account/name", account.rename),
        web.post("/account/password", account.change_secret),
        web.post("/account/sessions", account.end_session),
        web.post("/account/sessions/others", account.end_others),
        web.get(ENROL, scanner_enrolment.show_enrolment),
        web.post(ENROL, scanner_enrolment.enrol_this_device),
        web.get(WIPED, scanner_enrolment.show_wipe),
        web.get("/operator/service_worker.js", scanner_app.send_service_worker),
        web.get("/operator/scan.webmanifest", scanner_app.send_manifest),
        web.post(sign_out.SIGN_OUT, sign_out.leave),
        web.get("/manager", staff.show_control_room),
        web.get(records.HISTORY, records.show_history),
        web.get(records.FIGURES, records.show_figures),
        web.get(records.REPLAY, records.show_replay),
        web.get(day_report.DAY_REPORT, day_report.show_day_report),
        web.get(records.TICKET, records.show_ticket),
        web.get(records.TICKET + "/{ticket_id:[0-9]{1,16}}", records.show_ticket),
        web.get(records.CONFLICTS, records.show_conflicts),
        web.get(records.DISPUTES, records.show_disputes),
        web.get(mail.ADDRESS, mail.show_mail),
        *admin_routes(),
        web.get("/dev/mail", development_mail.show_mails),
        web.get("/dev/mail/{name}", development_mail.show_message),
        web.get("/dev/mail/{name}/html", development_mail.send_message_html),
    ]

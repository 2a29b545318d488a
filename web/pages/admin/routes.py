"""The routes of the organiser's pages."""

from __future__ import annotations

from aiohttp import web

from web.pages.admin import (
    booking,
    bookings,
    card,
    message,
    organisations,
    overview,
    performance,
    performance_changes,
    performance_run,
    products,
    rooms,
    setup,
    show_form,
    shows,
    tickets,
    venues,
    staff,
    staff_person,
)

_PART = setup.SETUP + "/{part:place|hours|gates|people|check}"
_VENUE = venues.VENUES + "/{venue_id:[0-9]{1,16}}"
_SHOW = "/admin/shows/{show_id:[0-9]{1,16}}"
_ROOM = "/admin/rooms/{room_id:[0-9]{1,16}}"
_PERFORMANCE = "/admin/performances/{performance_id:[0-9]{1,16}}"
_PRODUCT = "/admin/products/{product_id:[0-9]{1,16}}"
_TICKET = "/admin/tickets/{ticket_id:[0-9]{1,16}}"
_PERSON = "/admin/staff/{staff_id:[0-9]{1,16}}"
_BOOKING = "/admin/bookings/{booking_id:[0-9]{1,16}}"


def admin_routes() -> list[web.RouteDef]:
    return [
        web.get(overview.OVERVIEW, overview.show_overview),
        web.get(card.CARD, card.show_card),
        web.post(card.CARD, card.make_ticket),
        web.get(setup.SETUP, setup.show_code),
        web.post(setup.SETUP, setup.enter_code),
        web.get(_PART, setup.show_part),
        web.post(_PART, setup.answer_part),
        web.get(venues.VENUES, venues.show_venues),
        web.post(venues.VENUES, venues.add),
        web.get(_VENUE, venues.show_venue),
        web.post(_VENUE, venues.change),
        web.post(f"{_VENUE}/delete", venues.delete),
        web.post(f"{_VENUE}/gates", venues.add_one_gate),
        web.post("/admin/gates/{gate_id:[0-9]{1,16}}", venues.change_one_gate),
        web.get(organisations.ORGANISATIONS, organisations.show_organisations),
        web.post(organisations.ORGANISATIONS, organisations.add),
        web.post(organisations.ORGANISATIONS + "/{organisation_id:[0-9]{1,16}}", organisations.change),
        web.get(shows.LIST, shows.show_shows),
        web.get(f"{shows.LIST}/new", show_form.show_new),
        web.post(f"{shows.LIST}/new", show_form.add),
        web.get(_SHOW, shows.show_show),
        web.post(f"{_SHOW}/status", shows.change_status),
        web.post(f"{_SHOW}/delete", shows.delete),
        web.get(f"{_SHOW}/edit", show_form.show_edit),
        web.post(f"{_SHOW}/edit", show_form.change),
        web.post(f"{_SHOW}/poster", show_form.change_poster),
        web.get(f"{_SHOW}/performances/new", performance_run.show_form),
        web.post(f"{_SHOW}/performances/new", performance_run.add),
        web.get(_PERFORMANCE, performance.show_performance),
        web.post(_PERFORMANCE, performance.change),
        web.post(f"{_PERFORMANCE}/booking", performance.switch_booking),
        web.post(f"{_PERFORMANCE}/delete", performance.delete),
        web.post(f"{_PERFORMANCE}/move", performance_changes.move),
        web.get(f"{_PERFORMANCE}/cancel", performance_changes.show_cancel),
        web.post(f"{_PERFORMANCE}/cancel", performance_changes.cancel),
        web.get(f"{_PERFORMANCE}/message", message.show_message),
        web.post(f"{_PERFORMANCE}/message", message.send_message),
        web.get(f"{_PERFORMANCE}/done", performance_changes.show_done),
        web.get(rooms.ROOMS, rooms.show_rooms),
        web.post(rooms.ROOMS, rooms.add),
        web.post(_ROOM, rooms.change),
        web.post(f"{_ROOM}/delete", rooms.delete),
        web.get(products.LIST, products.show_products),
        web.get(f"{products.LIST}/new", products.show_new),
        web.post(f"{products.LIST}/new", products.add),
        web.get(_PRODUCT, products.show_product),
        web.post(_PRODUCT, products.change),
        web.post(f"{_PRODUCT}/archive", products.archive),
        web.post(f"{_PRODUCT}/delete", products.delete),
        web.get(tickets.LIST, tickets.show_tickets),
        web.post(tickets.LIST, tickets.issue),
        web.get(_TICKET, tickets.show_ticket),
        web.post(f"{_TICKET}/cancel", tickets.cancel),
        web.get(staff.LIST, staff.show_staff),
        web.get(f"{staff.LIST}/new", staff_person.show_new),
        web.post(f"{staff.LIST}/new", staff_person.add),
        web.get(_PERSON, staff_person.show_person),
        web.post(_PERSON, staff_person.change),
        web.post(f"{_PERSON}/disable", staff_person.disable),
        web.post(f"{_PERSON}/enable", staff_person.enable),
        web.post(f"{_PERSON}/invite", staff_person.invite),
        web.post(f"{_PERSON}/revoke", staff_person.revoke),
        web.post(f"{_PERSON}/reset", staff_person.send_link),
        web.post(f"{_PERSON}/pin", staff_person.make_pin),
        web.post(f"{_PERSON}/sessions", staff_person.end_one_session),
        web.get(f"{_PERFORMANCE}/bookings", bookings.show_bookings),
        web.get(f"{_PERFORMANCE}/bookings/print", bookings.print_bookings),
        web.get(bookings.SEARCH, bookings.search_bookings),
        web.get(_BOOKING, booking.show_booking),
        web.post(f"{_BOOKING}/resend", booking.send_again),
        web.post(f"{_BOOKING}/move", booking.move),
        web.post(f"{_BOOKING}/cancel", booking.cancel),
    ]

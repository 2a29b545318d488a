"""The words of the alerts in e-mails, by kind: a title, a sentence with the measured value and its limit, and what to do.

The same texts are on screen in web/static/js/features/control_room/alert_words.js. A test compares the kinds.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hub.text.languages import N_


class AlertWords(NamedTuple):
    """`title` may name the {day}, and `sentence` the {value}, the {threshold} and the fullest {slot}."""

    title: str
    sentence: str
    advice: str


ALERT_WORDS: Mapping[str, AlertWords] = {
    "failure_rate": AlertWords(
        N_("Many bookings fail"),
        N_("{value} % of the bookings of the last 15 minutes have failed (alert at {threshold} %)."),
        N_(
            "See which reason leads. Open more spaces if slots are full, and correct the slots if they are closed by mistake."
        ),
    ),
    "utilisation": AlertWords(
        N_("Nearly full: {day}"),
        N_("{slot} is {value} % booked (alert at {threshold} %)."),
        N_("Add spaces or another slot on this day, or point visitors to other days."),
    ),
    "latency": AlertWords(
        N_("Slow responses"),
        N_(
            "Across the whole hub, 1 response in 20 took longer than {value} ms in the last 5 minutes (alert at {threshold} ms)."
        ),
        N_("Ask whoever runs the hub to look at the machine and its database."),
    ),
    "login_failures": AlertWords(
        N_("Many failed sign-ins"),
        N_("{value} sign-ins were refused in the last 15 minutes (alert at {threshold})."),
        N_("Ask your staff who has mistyped. If it was nobody, limit the networks from which staff may work."),
    ),
    "names_locked": AlertWords(
        N_("A password or PIN is being guessed"),
        N_("User names locked for at least the third time in a row, in the last 15 minutes: {value}."),
        N_("Give whoever is locked a new password, and require a second step."),
    ),
    "people_inside": AlertWords(
        N_("The venue is full"),
        N_("{value} people are inside; the limit is {threshold}."),
        N_("Tell the gates to let somebody in only when somebody leaves."),
    ),
    "check_failures": AlertWords(
        N_("Many ticket codes are refused"),
        N_("{value} % of the ticket codes checked in the last 15 minutes were refused (alert at {threshold} %)."),
        N_("Visitors may need help with their code, or somebody is guessing codes. Look at the reasons first."),
    ),
    "slot_full": AlertWords(
        N_("Bookings find no space"),
        N_("{value} % of the bookings of the last hour found their slot full (alert at {threshold} %)."),
        N_("Add spaces or slots at the times that are asked for, or switch the waiting list on."),
    ),
    "booking_latency": AlertWords(
        N_("Slow bookings"),
        N_(
            "Across the whole hub, 1 booking in 20 took longer than {value} ms in the last 5 minutes (alert at {threshold} ms)."
        ),
        N_("Ask whoever runs the hub to look at the machine and its database."),
    ),
    "booking_errors": AlertWords(
        N_("Bookings end with an error"),
        N_("Bookings that ended with an error of the hub in the last 15 minutes: {value} (alert at {threshold})."),
        N_("Visitors can try again. Ask whoever runs the hub to look at its log and its database."),
    ),
    "activation_failures": AlertWords(
        N_("Many activations fail"),
        N_("{value} % of the activations of the last 15 minutes were refused (alert at {threshold} %)."),
        N_("Look at the orders: a ticket that is unpaid, cancelled or expired cannot be activated."),
    ),
    "rejections": AlertWords(
        N_("Many visitors are turned away"),
        N_("{value} % of the visitors scanned in the last 15 minutes were turned away (alert at {threshold} %)."),
        N_("Look at the reasons of the last scans: a wrong date, gate or policy shows there at once."),
    ),
    "scan_timeouts": AlertWords(
        N_("Scans get no answer"),
        N_("Scans that had no answer within 3 seconds, in the last 15 minutes: {value} (alert at {threshold})."),
        N_(
            "Let the gates go on: scanners decide offline. Ask whoever runs the hub to look at its database and network."
        ),
    ),
    "mail_failures": AlertWords(
        N_("Emails cannot be sent"),
        N_("{value} % of the tries to send an email in the last 15 minutes have failed (alert at {threshold} %)."),
        N_("Look at the mail that waits, and at the mail server. What waits is sent by itself later."),
    ),
    "rollbacks": AlertWords(
        N_("Database transactions fail"),
        N_(
            "{value} % of the transactions of a part of the hub failed in the last 15 minutes (alert at {threshold} %)."
        ),
        N_("Ask whoever runs the hub to look for locks and errors in its log and its database."),
    ),
}

PARTS: Mapping[str, str] = {
    "scans": N_("Scans at the gates"),
    "bookings": N_("Bookings and ticket checks"),
    "jobs": N_("Staff and background jobs"),
    "records": N_("Reports"),
    "anonymous": N_("Pages of visitors"),
}
"""The parts of the hub with connections of their own to the database, by the name of their pool."""

"""The groups of the API document: the tag of each, what it is for, and the name of its page under `/api/docs/`."""

from typing import NamedTuple


class Group(NamedTuple):
    tag: str
    about: str

    @property
    def slug(self) -> str:
        return self.tag.lower().replace(" ", "-")


GROUPS = (
    Group(
        "Customer reservation",
        "Check a ticket, prove a contact address, and book a time: the steps of the booking page.",
    ),
    Group("Waiting room", "Queue, in fair order, for what many want to book at the same time."),
    Group("Waiting list", "Wait for a time that is full, and take the spot that is offered."),
    Group("Reservations", "Show, move or cancel a booked visit with its link, and get its QR code and calendar file."),
    Group("Tickets", "What the holder of a ticket may ask with its code."),
    Group("Shows", "What is on, with performances and seats left, and the posters."),
    Group("Bookings", "What visitors do without a ticket: ask for seats of a performance, and confirm them."),
    Group("Operators", "Sign in, check and admit at a gate, and sync what a scanner decided offline."),
    Group("Disputes", "Ask a supervisor about a scan, and decide it."),
    Group("Records", "The scan log, figures, the replay of a day, and a ticket's history."),
    Group("Organisations", "The organisations of a hub, for its owner."),
    Group("Venues and gates", "Venues, their addresses and time zones, and their gates."),
    Group("Scanners", "Enrol, change, revoke and wipe the scanners of a venue."),
    Group("Policies", "What a venue allows at its gates and in its bookings."),
    Group("Organising shows", "Rooms, shows, posters and performances, for those who organise them."),
    Group(
        "Administration", "Reservations, guest lists, messages, mail and privacy, for the administration of a venue."
    ),
    Group("Slots and opening hours", "Opening hours, closed days, and the time slots that are made from them."),
    Group("Products and tickets", "What can be sold, and the tickets of it: issue, pay, cancel."),
    Group("Imports", "Tickets of another shop from a CSV file or a workbook: upload, check, correct, and store."),
    Group(
        "Orders",
        "What a shop does with its API key: make an order, pay it, cancel it whole or in part, and read its tickets.",
    ),
    Group("Integration", "API keys of shops and other systems, for administrators."),
    Group("Staff", "Accounts of the staff, their roles, sign-in and own settings."),
    Group("Webhooks", "Tell another system what happens: subscriptions, deliveries, a test, and a replay."),
    Group("Audit log", "Who changed what, and when."),
    Group("Health", "Whether the hub is alive and ready, its metrics, and this document."),
)
"""In the order of the document."""
BY_TAG = {group.tag: group for group in GROUPS}
BY_SLUG = {group.slug: group for group in GROUPS}

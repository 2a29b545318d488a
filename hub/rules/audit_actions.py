"""The actions of the audit log: one member for each kind of administrative change, by the subject that changed.

A value is what was changed and what happened to it. To record a new kind of change, add a member here and its sentence
in hub/text/audit_sentences.py.
"""

from enum import StrEnum


class AuditAction(StrEnum):
    SETUP_FINISHED = "setup.finished"
    ORGANISATION_ADDED = "organisation.added"
    ORGANISATION_CHANGED = "organisation.changed"
    VENUE_ADDED = "venue.added"
    VENUE_CHANGED = "venue.changed"
    VENUE_DELETED = "venue.deleted"
    GATE_ADDED = "gate.added"
    GATE_CHANGED = "gate.changed"
    GATE_DELETED = "gate.deleted"
    PRACTICE_TICKET_MADE = "practice_ticket.made"
    ROOM_ADDED = "room.added"
    ROOM_CHANGED = "room.changed"
    ROOM_DELETED = "room.deleted"
    SLOTS_MADE = "slot.made"
    SLOT_CHANGED = "slot.changed"
    SLOT_CLOSED = "slot.closed"
    SLOT_REOPENED = "slot.reopened"
    SLOT_DELETED = "slot.deleted"
    OPENING_HOURS_CHANGED = "venue.opening_hours"
    CLOSED_DAY_ADDED = "closed_day.added"
    CLOSED_DAY_CHANGED = "closed_day.changed"
    CLOSED_DAY_DELETED = "closed_day.deleted"
    CLOSED_DAYS_IMPORTED = "venue.closed_days_imported"
    RESERVATION_MOVED = "reservation.moved"
    RESERVATION_CANCELLED = "reservation.cancelled"
    RESERVATION_CONTACT_CHANGED = "reservation.contact_changed"
    RESERVATION_RESENT = "reservation.resent"
    GUESTS_ADDED = "guests.added"
    GUEST_CHANGED = "guest.changed"
    SLOT_MESSAGED = "slot.messaged"
    RETENTION_CHANGED = "organisation.retention_changed"
    PERSON_EXPORTED = "person.exported"
    PERSON_ERASED = "person.erased"

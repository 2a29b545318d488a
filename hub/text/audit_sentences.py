"""What the audit log says on screen about each kind of change."""

from collections.abc import Mapping

from hub.rules.audit_actions import AuditAction
from hub.text.languages import N_

AUDIT_SENTENCES: Mapping[AuditAction, str] = {
    AuditAction.SETUP_FINISHED: N_("First set-up finished"),
    AuditAction.ORGANISATION_ADDED: N_("Organisation added"),
    AuditAction.ORGANISATION_CHANGED: N_("Organisation changed"),
    AuditAction.VENUE_ADDED: N_("Venue added"),
    AuditAction.VENUE_CHANGED: N_("Venue changed"),
    AuditAction.VENUE_DELETED: N_("Venue deleted"),
    AuditAction.GATE_ADDED: N_("Gate added"),
    AuditAction.GATE_CHANGED: N_("Gate changed"),
    AuditAction.GATE_DELETED: N_("Gate deleted"),
    AuditAction.PRACTICE_TICKET_MADE: N_("Practice ticket made"),
    AuditAction.ROOM_ADDED: N_("Room added"),
    AuditAction.ROOM_CHANGED: N_("Room changed"),
    AuditAction.ROOM_DELETED: N_("Room deleted"),
    AuditAction.SLOTS_MADE: N_("Slots added"),
    AuditAction.SLOT_CHANGED: N_("Slot changed"),
    AuditAction.SLOT_CLOSED: N_("Slot closed"),
    AuditAction.SLOT_REOPENED: N_("Slot opened again"),
    AuditAction.SLOT_DELETED: N_("Slot deleted"),
    AuditAction.OPENING_HOURS_CHANGED: N_("Opening hours changed"),
    AuditAction.CLOSED_DAY_ADDED: N_("Closed day added"),
    AuditAction.CLOSED_DAY_CHANGED: N_("Closed day changed"),
    AuditAction.CLOSED_DAY_DELETED: N_("Closed day deleted"),
    AuditAction.CLOSED_DAYS_IMPORTED: N_("Closed days imported from a calendar"),
    AuditAction.RESERVATION_MOVED: N_("Reservation moved"),
    AuditAction.RESERVATION_CANCELLED: N_("Reservation cancelled"),
    AuditAction.RESERVATION_CONTACT_CHANGED: N_("Contact of a reservation corrected"),
    AuditAction.RESERVATION_RESENT: N_("Confirmation sent again"),
    AuditAction.GUESTS_ADDED: N_("Guests added"),
    AuditAction.GUEST_CHANGED: N_("Guest changed"),
    AuditAction.SLOT_MESSAGED: N_("Message sent to everybody of a slot"),
    AuditAction.RETENTION_CHANGED: N_("How long personal data is kept was changed"),
    AuditAction.PERSON_EXPORTED: N_("Data of a person exported"),
    AuditAction.PERSON_ERASED: N_("Data of a person erased"),
}

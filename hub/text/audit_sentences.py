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
}

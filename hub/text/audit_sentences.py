"""What the audit log says on screen about each kind of change."""

from collections.abc import Mapping

from hub.rules.audit_actions import AuditAction
from hub.text.languages import N_

AUDIT_SENTENCES: Mapping[AuditAction, str] = {
    AuditAction.ROOM_ADDED: N_("Room added"),
    AuditAction.ROOM_CHANGED: N_("Room changed"),
    AuditAction.ROOM_DELETED: N_("Room deleted"),
}

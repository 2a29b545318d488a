"""Responses of the audit log."""

from datetime import datetime
from typing import Any, Literal

from web.api.responses import Done, Response


class AuditEntryFields(Response):
    id: int
    at: datetime
    staff_id: int | None
    """Null for a command and a job."""
    staff_name: str
    """The name at that time."""
    source: Literal["page", "api", "command", "setup", "job", "visitor"]
    client_ip: str | None
    action: str
    """What changed, and what happened to it: `room.added`."""
    sentence: str
    """The same in the reader's language."""
    subject_id: str
    """The id of what the first word of `action` names."""
    venue_id: int | None
    before: dict[str, Any] | None
    """The fields that differ, as they were; null for what is new."""
    after: dict[str, Any] | None
    """The same fields afterwards; null for what is gone."""


class AuditPageFields(Response):
    entries: list[AuditEntryFields]
    next: str | None
    """The `before` of the next page; null at the end. A page of a search may be empty and still have one."""


class AuditPageAnswer(Done):
    data: AuditPageFields

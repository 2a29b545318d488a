"""Requests of managers about a reservation."""

from typing import Annotated

from pydantic import Field

from web.api.requests import AdminRequest, Email, Id, Phone


class CorrectedContact(AdminRequest):
    email: Email | None = None
    """Left out, it stays as it is."""
    phone: Phone | None = None


class MovedReservation(AdminRequest):
    slot_id: Id
    party: Annotated[bool, Field(default=False, description="All reservations that were made together, or none.")]

"""Responses about venues and gates."""

from datetime import datetime

from web.api.responses import Done, Response


class VenueFields(Response):
    venue_id: int
    name: str
    timezone: str
    """Fixed once the venue has slots."""
    address: str
    country: str
    language: str
    gates: int
    """Those in use."""
    has_slots: bool
    version: int
    """Counts the changes. `If-Match` names it."""
    logo: str | None
    """The image is at `/logos/{logo}`. Null if the venue has none."""
    logo_width: int | None
    logo_height: int | None


class VenuePageFields(Response):
    venues: list[VenueFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class VenuePageAnswer(Done):
    data: VenuePageFields


class VenueAnswer(Done):
    data: VenueFields


class GateFields(Response):
    gate_id: int
    venue_id: int
    venue: str
    name: str
    retired_at: datetime | None
    """Set if the gate is no longer in use."""
    version: int
    """Counts the changes. `If-Match` names it."""


class GatePageFields(Response):
    gates: list[GateFields]
    next: int | None
    """The `before` of the next page; null at the end."""


class GatePageAnswer(Done):
    data: GatePageFields


class GateAnswer(Done):
    data: GateFields

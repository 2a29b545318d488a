"""Responses about personal data."""

from datetime import date, time
from typing import Any, Literal

from web.api.responses import Done, Response


class RetentionFields(Response):
    retention_days: int | None
    """Days after a visit for which contact data is kept; null: for ever."""
    due: int
    """How many people's contact data is erased by the next run of the job."""


class RetentionAnswer(Done):
    data: RetentionFields


class Visit(Response):
    kind: Literal["reservation", "request", "waiting"]
    id: int
    slot_id: int
    date: date
    start_time: time
    end_time: time
    venue: str
    title: str


class PersonFields(Response):
    rows: dict[str, int]
    """How many rows hold the person's data, by table."""
    visits: list[Visit]
    """What is still to come."""


class PersonAnswer(Done):
    data: PersonFields


class ExportAnswer(Done):
    data: dict[str, list[dict[str, Any]]]
    """Every row with the person's data, by table, without links, codes and hashes."""


class ErasedFields(Response):
    rows: int
    cancelled: int
    """Visits to come that were cancelled first."""
    dry_run: bool


class ErasedAnswer(Done):
    data: ErasedFields

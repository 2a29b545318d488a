"""The responses of reporting: the scan log, the figures of days, and the health of this process."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from pydantic import Field

from web.api.responses import Colour, Done, Response


class LoggedScan(Response):
    scan_id: UUID
    mode: Literal["validate", "verify", "undo", "exit", "override"]
    ticket_code: str
    ticket_id: int | None
    gate: str | None
    device: str | None
    source: str
    operator_id: int
    operator_name: str | None
    result: Colour
    reason: str
    entered: bool
    undone: bool
    undoes: UUID | None
    note: str | None
    """Why: of an undo, or of a supervisor's override."""
    scanned_at: datetime
    logged_at: datetime


class LoggedScanPage(Response):
    scans: list[LoggedScan]
    next: str | None
    """The `before` of the next page; null at the end."""


class LoggedScanPageAnswer(Done):
    data: LoggedScanPage


class ReasonCount(Response):
    result: Literal["YELLOW", "RED"]
    reason: str
    scans: int


class Figures(Response):
    capacity: int
    booked: int
    verified: int
    """With `walk_ins`."""
    walk_ins: int
    utilisation: float | None
    """Booked of capacity, 0 to 1; null if there is no capacity."""
    due: int
    """Booked for slots that are over, with the places released because nobody came."""
    no_show: int | None
    """Booked and not come, of slots that are over; null while none is."""
    no_show_rate: float | None
    made: int
    """Reservations ever made, those given back among them."""
    cancelled: int
    kept: float | None
    """Visits of the reservations ever made for slots that are over; null while none is."""
    scans: int
    yellow: int
    red: int
    rejection: float | None
    """RED of scans."""
    reasons: list[ReasonCount]


class FiguresWithChecks(Figures):
    checked: int
    """Tickets that passed the portal's check, each once a day."""
    converted: int
    """Those of them that got a reservation after it and before a check on a later day, whatever became of it."""
    conversion: float | None
    """Converted of checked, 0 to 1; null if none was checked. A slot has no such figure."""


class SlotFigures(Figures):
    slot_id: int
    start_time: time
    end_time: time


class DayFigures(FiguresWithChecks):
    date: date
    slots: list[SlotFigures]


class Analytics(Response):
    first: date = Field(alias="from")
    to: date
    venue_id: int
    total: FiguresWithChecks
    days: list[DayFigures]


class AnalyticsAnswer(Done):
    data: Analytics


class Alive(Response):
    status: Literal["ok"]


class Ready(Response):
    status: Literal["ok", "degraded", "unavailable"]
    database: Literal["ok", "down"]
    redis: Literal["ok", "down"]

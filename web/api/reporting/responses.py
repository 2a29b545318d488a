"""Responses of reporting: the scan log, the figures of days, and the health of this process."""

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
    booking_id: int | None
    """The same id if it is a booking's."""
    gate: str | None
    device: str | None
    source: str
    operator_id: int
    operator_name: str | None
    result: Colour
    reason: str
    entered: bool
    people: int
    """How many people the scan moved, if it moved anybody: several for a booking."""
    show_id: int | None
    show: str | None
    """What the ticket was booked for; null for a slot that belongs to no show, and without a reservation."""
    room: str | None
    undone: bool
    undoes: UUID | None
    note: str | None
    """The reason given for an undo or a supervisor's override."""
    day: date
    """The venue's business day to which the scan belongs, in every list, figure and file."""
    happened_at: datetime
    """`scanned_at` of a scan that was synced later, `logged_at` of any other."""
    scanned_at: datetime
    logged_at: datetime


class LoggedScanPage(Response):
    scans: list[LoggedScan]
    next: str | None
    """The `before` of the next page; null at the end of the log."""


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
    """People who came in, including `walk_ins`."""
    walk_ins: int
    utilisation: float | None
    """Booked spaces divided by capacity, 0 to 1; null if there is no capacity."""
    due: int
    """Booked spaces of slots that are over, including those released as no-shows."""
    no_show: int | None
    """Booked spaces of slots that are over whose visitors did not come; null while no slot is over."""
    no_show_rate: float | None
    made: int
    """Spaces ever booked, including cancelled ones."""
    cancelled: int
    kept: float | None
    """Visits divided by spaces ever booked, for slots that are over; null while no slot is over."""
    scans: int
    yellow: int
    red: int
    rejection: float | None
    """RED scans divided by all scans."""
    reasons: list[ReasonCount]


class FiguresWithChecks(Figures):
    checked: int
    """Tickets that passed the portal's check; each ticket counts once a day."""
    converted: int
    """Checked tickets that got a reservation after the check and before a check on a later day, cancelled or not."""
    conversion: float | None
    """Converted divided by checked, 0 to 1; null if none was checked. Slots have no such figure."""


class SlotFigures(Figures):
    slot_id: int
    start_time: time
    end_time: time
    show_id: int | None
    show: str | None
    """What plays in the slot; null for a slot that belongs to no show."""
    room: str | None
    is_cancelled: bool
    """Whether the performance was cancelled. Then it has no capacity."""


class ShowFigures(Figures):
    """The sums of a show's performances in these days. Its scans are those of its own bookings."""

    show_id: int
    show: str
    performances: int
    """Without the cancelled ones."""


class DayFigures(FiguresWithChecks):
    date: date
    slots: list[SlotFigures]


class Analytics(Response):
    first: date = Field(alias="from")
    to: date
    venue_id: int
    total: FiguresWithChecks
    shows: list[ShowFigures]
    """In the order of their first performance."""
    days: list[DayFigures]


class AnalyticsAnswer(Done):
    data: Analytics


class PortalSums(Response):
    checked: int
    """Tickets that passed the booking page's check; each counts once a day."""
    contact_verified: int
    """Checked tickets for which good contact details were given that day, or that were booked."""
    booked: int
    """Checked tickets that were booked, as `converted` of the analytics."""
    contact_rate: float | None
    conversion: float | None
    reservations: int
    """Reservations made, also without a check on the page, and those cancelled later."""
    refused: int
    activation_due: int
    """Tickets for later activation whose 30 days since payment ended."""
    activated: int
    """Those of them that were activated within the 30 days."""
    activation_rate: float | None
    reservation_due: int
    """Tickets whose 7 days since they became active ended."""
    reserved: int
    """Those of them that got a reservation within the 7 days."""
    reservation_rate: float | None


class PortalRefusals(Response):
    step: Literal["ticket", "contact", "booking"]
    reason: str
    refusals: int


class TimePart(Response):
    from_seconds: int
    to_seconds: int | None
    """Where the next part begins; null for the last one."""
    bookings: int


class BookingTimes(Response):
    """From the first check of a ticket on a day to its booking."""

    median_seconds: int | None
    """Rounded down, to ten seconds up to an hour."""
    within_three_minutes: float | None
    parts: list[TimePart]


class HourOfReservations(Response):
    date: date
    hour: int
    reservations: int


class PortalDay(PortalSums):
    date: date


class PortalFigures(Response):
    first: date = Field(alias="from")
    to: date
    venue_id: int
    total: PortalSums
    refusals: list[PortalRefusals]
    """The most frequent first."""
    times: BookingTimes
    hours: list[HourOfReservations]
    """Hours of the venue's clock in which reservations were made."""
    days: list[PortalDay]


class PortalFiguresAnswer(Done):
    data: PortalFigures


class Decisions(Response):
    decided: int
    """Decisions on entry. A check and the admission that follows it are one."""
    green: int
    yellow: int
    red: int
    overridden: int
    """A supervisor admitted the holder against the decision."""
    undone: int
    """The entry was undone."""
    accuracy: float | None
    """Decisions that stood, divided by all; null without decisions."""


class OperatorDecisions(Decisions):
    operator_id: int
    operator_name: str | None


class ShiftDecisions(OperatorDecisions):
    date: date
    starts_at: datetime
    ends_at: datetime
    planned: bool
    """Whether it is a planned shift. Otherwise its bounds are the first and the last scan outside of one on this day."""


class OperatorFigures(Response):
    first: date = Field(alias="from")
    to: date
    venue_id: int
    total: Decisions
    operators: list[OperatorDecisions]
    """Those with the most decisions first."""
    shifts: list[ShiftDecisions]


class OperatorFiguresAnswer(Done):
    data: OperatorFigures


class Alive(Response):
    status: Literal["ok"]


class Ready(Response):
    status: Literal["ok", "degraded", "unavailable"]
    database: Literal["ok", "down"]
    redis: Literal["ok", "down"]
    mail: Literal["ok", "not_set"]
    jobs: Literal["ok", "away", "unknown"]

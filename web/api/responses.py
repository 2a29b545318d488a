"""The base of all responses, and what several subjects share.

The models describe responses in the OpenAPI document. Nothing is checked against them while serving; the tests check every
response they get.
"""

from datetime import date, time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.rules.reasons import Reason

TicketStatus = Literal["PENDING_PAYMENT", "INACTIVE", "ACTIVATED", "RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]


ReservationStatus = Literal["RESERVED", "VERIFIED", "EXPIRED", "CANCELLED"]


RoleName = Literal["OPERATOR", "MANAGER", "ADMIN"]

Colour = Literal["GREEN", "YELLOW", "RED"]


class Response(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Done(Response):
    success: Literal[True]


class FieldProblem(Response):
    field: str
    message: str


class Error(Response):
    """Beside code and message stand the details of the reason, such as `reserved_date` or `alternative_slots`."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    code: Reason
    message: str


class Refusal(Response):
    success: Literal[False]
    error: Error


class TicketReservation(Response):
    reservation_id: int
    slot_id: int
    date: date
    start_time: time
    end_time: time


class Document(Response):
    model_config = ConfigDict(extra="allow")

    openapi: str = Field(examples=["3.1.0"])
    info: dict[str, Any]
    paths: dict[str, Any]

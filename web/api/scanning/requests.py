"""Requests of scanning: scans at a gate, synced scans, and decisions of supervisors."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from hub.actions.scanning.offline_sync import LARGEST_SKEW_MS, MOST_SCANS
from hub.rules.scan_requests import LARGEST_PARTY, LONGEST_SCANNED_TEXT
from web.api.requests import FilledText, Gate, Id, Request, ScanId, ScannedText, Text, uuid_text
from web.api.responses import Colour
from web.limits import LONGEST_LABEL, LONGEST_NOTE

Count = Annotated[
    int | None,
    Field(default=None, ge=1, le=LARGEST_PARTY, description="How many people of a party. The default is all that can."),
]


OfParty = Annotated[
    bool, Field(default=False, description="Admit `count` of the tickets that were booked together with this one.")
]


AnswerGiven = Annotated[
    Literal["yes", "no"] | None,
    Field(default=None, description="The answer to the question of the ticket's product, if it has one."),
]


class ValidateAtDoor(Request):
    ticket_code: ScannedText
    gate: Gate
    scan_id: ScanId


class VerifyAtDoor(Request):
    ticket_id: Annotated[Id | None, Field(default=None, description="Either this or `ticket_code`.")]
    ticket_code: Annotated[ScannedText | None, Field(default=None, description="Either this or `ticket_id`.")]
    operator_id: Annotated[
        Id | None, Field(default=None, description="The operator of the session. Another id is refused.")
    ]
    gate: Gate
    scan_id: ScanId
    count: Count
    party: OfParty
    answer: AnswerGiven


class Scan(Request):
    code: ScannedText
    mode: Annotated[Literal["validate", "verify"], Field(default="validate")]
    gate: Gate
    scan_id: ScanId
    count: Count
    party: OfParty
    answer: AnswerGiven


class ExitAtDoor(Request):
    code: ScannedText
    gate: Gate
    scan_id: ScanId
    count: Count


class CheckIn(Request):
    code: Annotated[ScannedText, Field(description="The code of a booking, or the text of its QR code.")]
    gate: Gate
    scan_id: ScanId
    count: Count


def _zoned_timestamp(value: object) -> datetime:
    if isinstance(value, str) and len(value) <= 40:
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise PydanticCustomError("moment", "Give a moment such as 2026-11-20T09:00:00Z")


class OfflineScan(Request):
    scan_id: Annotated[
        UUID, BeforeValidator(uuid_text), Field(description="An id that the device makes and never reuses.")
    ]
    code: Annotated[ScannedText, Field(max_length=LONGEST_SCANNED_TEXT)]
    scanned_at: Annotated[datetime, BeforeValidator(_zoned_timestamp), Field(description="By the device's clock.")]
    offline_result: Annotated[Colour, Field(description="What the scanner showed.")]
    gate: Gate
    mode: Annotated[Literal["verify", "validate", "exit"], Field(default="verify")]
    admitted: Annotated[
        bool | None,
        Field(
            default=None,
            description="Whether somebody was let in. The default follows from `mode` and `offline_result`.",
        ),
    ]
    count: Annotated[
        Count, Field(description="How many people of a party went in or out. The default is all that could.")
    ]
    party: OfParty
    answer: AnswerGiven


class SyncScans(Request):
    scans: Annotated[list[OfflineScan], Field(min_length=1, max_length=MOST_SCANS)]
    skew_ms: Annotated[
        int,
        Field(default=0, ge=-LARGEST_SKEW_MS, le=LARGEST_SKEW_MS,
              description="Milliseconds that the device's clock is ahead of the hub's."),
    ]  # fmt: skip
    device: Annotated[Text | None, Field(default=None, max_length=LONGEST_LABEL)]


class DecideConflict(Request):
    decision: Annotated[
        Literal["stays", "leaves", "mistake"],
        Field(description="In this order: they may stay, they were asked to leave, nobody went in."),
    ]
    note: Annotated[FilledText | None, Field(default=None, max_length=LONGEST_NOTE)]


ReasonText = Annotated[FilledText, Field(min_length=1, max_length=LONGEST_NOTE)]


DisputedScan = Annotated[
    UUID, BeforeValidator(uuid_text), Field(description="The scan that admitted nobody. It identifies the dispute.")
]


class AskSupervisor(Request):
    scan_id: DisputedScan
    note: Annotated[
        FilledText | None, Field(default=None, max_length=LONGEST_NOTE, description="The visitor's explanation.")
    ]


class DecideDispute(Request):
    scan_id: DisputedScan
    decision: Literal["admit", "decline"]
    reason: Annotated[ReasonText, Field(description="The reason. It is stored, and shown at the gate.")]
    take_back: Annotated[
        bool,
        Field(
            default=False,
            description="With `admit`: undo the recorded entry first, because it was a mistake. No effect if its holder has left,"
            " because then the entry is no obstacle.",
        ),
    ]
    count: Annotated[
        int | None,
        Field(default=None, ge=1, le=LARGEST_PARTY, description="With `admit`: how many people of a party. The default is as many as"
              " the scan wanted to admit, and all that remain if it was a check."),
    ]  # fmt: skip


class WithdrawDispute(Request):
    scan_id: DisputedScan

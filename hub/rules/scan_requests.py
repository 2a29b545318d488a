"""The scan request: one code scanned at a gate, with its operator and device."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

LONGEST_CODE = 64
"""Maximum characters of a ticket code as it is stored and compared."""
LONGEST_SCANNED_TEXT = 512
"""Maximum characters that a client may send as a code. It is larger because a camera also reads URLs."""
LARGEST_PARTY = 1000
"""Maximum people of one scan, which is the largest party that a booking may have."""

Mode = Literal["validate", "verify", "exit", "override"]
Source = Literal["socket", "http", "sync"]
Answer = Literal["yes", "no"]
ANSWERS = ("yes", "no")


class Operator(Protocol):
    """The person who scans. The identity of a session satisfies this protocol."""

    @property
    def org_id(self) -> int: ...

    @property
    def staff_id(self) -> int: ...

    @property
    def name(self) -> str: ...


class ScanOperator(NamedTuple):
    """An operator read from a row and not from a session."""

    org_id: int
    staff_id: int
    name: str


@dataclass(slots=True)
class ScanRequest:
    """One code scanned at a gate. `scanned_at` is the device's time; without it, the time of the decision counts.

    A request from `sync` is decided as of `scanned_at`, which must be corrected to the hub's clock. In mode `exit` the holder
    leaves. In mode `override` a supervisor lets the holder back in, and no entry rule applies.

    `count` is how many people of a party come in or leave; None: all that can. With `party`, a ticket that was booked together
    with others stands for all of them. `answer` is that to the question of the ticket's product, if it has one.
    """

    org_id: int
    venue_id: int
    operator_id: int
    operator_name: str
    mode: Mode
    code: str
    scan_id: UUID | None = None
    scanned_at: datetime | None = None
    gate: str | None = None
    device: str | None = None
    source: Source = "socket"
    submitted_at: float = 0.0
    request_id: str | None = None
    count: int | None = None
    party: bool = False
    answer: Answer | None = None

    @classmethod
    def of(
        cls,
        operator: Operator,
        venue_id: int,
        mode: Mode,
        code: str,
        source: Source,
        *,
        scan_id: UUID | None = None,
        scanned_at: datetime | None = None,
        gate: str | None = None,
        device: str | None = None,
        count: int | None = None,
        party: bool = False,
        answer: Answer | None = None,
    ) -> "ScanRequest":
        """Build the scan request of an operator. `device` is the device's id, or its name if it has no id."""
        return cls(
            operator.org_id,
            venue_id,
            operator.staff_id,
            operator.name,
            mode,
            code,
            scan_id,
            scanned_at,
            gate,
            device,
            source,
            count=count,
            party=party,
            answer=answer,
        )

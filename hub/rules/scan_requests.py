"""A presentation: one code held up at a gate, by whom and where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

LONGEST_CODE = 64


@dataclass(slots=True)
class ScanRequest:
    """One code held up at a gate. `scanned_at` is the device's word; without it, the moment of judging.

    From `sync` it is judged as of `scanned_at`, which must be the hub's time by then. In mode `exit` its holder leaves; in mode
    `override` it is a supervisor who lets its holder back in, and the door is not asked.
    """

    org_id: int
    venue_id: int
    operator_id: int
    operator_name: str
    mode: Literal["validate", "verify", "exit", "override"]
    code: str
    scan_id: UUID | None = None
    scanned_at: datetime | None = None
    gate: str | None = None
    device: str | None = None
    source: Literal["socket", "http", "sync"] = "socket"
    presented_at: float = 0.0
    request_id: str | None = None

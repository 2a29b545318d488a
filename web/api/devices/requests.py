"""Requests about enrolled scanners."""

from typing import Annotated

from pydantic import Field

from hub.actions.staff.scanners import LONGEST_NAME
from hub.rules.scanners import ScannerMode, Wipe
from web.api.requests import AdminRequest, FilledText, Id, Request, Text
from web.limits import LONGEST_LABEL

_GATE = "The name of a gate of the venue. Without it, the operator chooses the gate on the scanner; a kiosk needs one."
_MODE = (
    "`kiosk` is an unattended screen: it scans all the time, signs in by itself, and shows large answers for visitors."
)


class NewDevice(AdminRequest):
    name: Annotated[FilledText, Field(max_length=LONGEST_NAME, examples=["North 1"])]
    gate: Annotated[Text | None, Field(default=None, max_length=LONGEST_LABEL, description=_GATE)]
    mode: Annotated[ScannerMode, Field(default="both", description=_MODE)]
    venue_id: Annotated[Id | None, Field(default=None, description="The default is the login's venue.")]


class ChangedDevice(AdminRequest):
    name: Annotated[FilledText | None, Field(default=None, max_length=LONGEST_NAME)]
    gate: Annotated[
        Text | None, Field(default=None, max_length=LONGEST_LABEL, description=f'{_GATE} `""` takes the gate away.')
    ]
    mode: Annotated[ScannerMode | None, Field(default=None, description=_MODE)]
    venue_id: Annotated[Id | None, Field(default=None, description="Another venue. Name its gate as well.")]


class WipeDevice(AdminRequest):
    wipe: Annotated[
        Wipe,
        Field(
            default="after_sync",
            description="`after_sync`: it sends its scans first. `now`: scans that it has not sent are lost, and it reports how many.",
        ),
    ]


class EnrolDevice(Request):
    code: Annotated[FilledText, Field(max_length=LONGEST_LABEL, examples=["7K2QM-9XH4D"])]


class DeviceWiped(Request):
    lost: Annotated[int, Field(ge=0, le=1_000_000, description="How many scans it had not sent.")]

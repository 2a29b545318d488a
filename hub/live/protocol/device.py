"""Device: the `device` object of an `auth` or `device` frame, in which a scanner describes itself.

An enrolled scanner may put its token into the object. Its id, name and gate are then those of its enrolment.
"""

from typing import Any, NamedTuple

from hub.access.scanners import DEVICE_PREFIX, LONGEST_TOKEN, Scanner
from hub.live.protocol import fields
from hub.live.protocol.fields import Fields

LONGEST_SKEW_MS = 10 * 365 * 24 * 3600 * 1000


class Device(NamedTuple):
    """A scanner's description of itself. Every field may be missing."""

    id: str | None = None
    name: str | None = None
    gate: str | None = None
    battery: int | None = None
    charging: bool | None = None
    queue: int | None = None
    """Number of stored scans that are not synced yet."""
    version: str | None = None
    round_trip_ms: int | None = None
    skew_ms: int | None = None
    """Milliseconds that the device's clock is ahead of the hub's."""

    @property
    def label(self) -> str | None:
        """The device in the scan log: its id, or its name if it has no id."""
        return self.id or self.name


def read_device(given: Any) -> Device:
    """Read the object. Refuses INVALID_REQUEST with the name of the field."""
    if given is None:
        return Device()
    if type(given) is not dict:
        fields.refuse("device", "give an object")
    known: Fields = given
    charging = known.get("charging")
    if charging is not None and type(charging) is not bool:
        fields.refuse("charging", "give true or false")
    named = fields.text_or_none(known, "id", 64)
    return Device(
        None if named is not None and named.startswith(DEVICE_PREFIX) else named,
        fields.text_or_none(known, "name", 64),
        fields.text_or_none(known, "gate", 64),
        battery=fields.whole_or_none(known, "battery", 0, 100),
        charging=charging,
        queue=fields.whole_or_none(known, "queue", 0, 1_000_000),
        version=fields.text_or_none(known, "version", 64),
        round_trip_ms=fields.whole_or_none(known, "round_trip_ms", 0, 600_000),
        skew_ms=fields.whole_or_none(known, "skew_ms", -LONGEST_SKEW_MS, LONGEST_SKEW_MS),
    )


def read_scanner_token(given: Any) -> str | None:
    """Return the token of an enrolled scanner in the object; None without one. Refuses INVALID_REQUEST."""
    return fields.text_or_none(given, "token", LONGEST_TOKEN) if type(given) is dict else None


def enrolled_device(device: Device, scanner: Scanner | None) -> Device:
    """Return the device under the id, the name and the gate that its enrolment gives it."""
    if scanner is None:
        return device
    return device._replace(id=scanner.device_id, name=scanner.name, gate=scanner.gate or device.gate)

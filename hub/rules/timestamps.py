"""Timestamps: their form on the wire (RFC 3339 in UTC)."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Return e.g. `2026-11-20T09:00:00Z`, with milliseconds if there are any."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")

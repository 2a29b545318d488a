"""The deed of looking at the gates of a venue: how busy each was lately, and which have gone quiet at peak."""

from typing import Any

from db.statements import load
from hub.house import House
from hub.moments import rfc3339
from hub.rules.quiet_gate import BEFORE, QUIET, GateActivity, quiet_gates

DEVICES = load("devices")


async def gate_activity(house: House, org_id: int, venue_id: int) -> list[dict[str, Any]]:
    """Every gate that scanned in the last 35 minutes, by name."""
    now = house.clock.now()
    since = now - QUIET
    rows = await house.database.fetch(DEVICES.gate_activity, org_id, venue_id, since - BEFORE, since, now)
    expected = await house.database.fetchval(DEVICES.still_expected, org_id, venue_id, now)
    gates = [GateActivity(row["gate"], row["lately"], row["before"], row["last_at"]) for row in rows]
    quiet = quiet_gates(gates, expected)
    return [
        {"gate": g.gate, "scans": g.lately, "last_scan_at": rfc3339(g.last_at), "quiet": g.gate in quiet} for g in gates
    ]

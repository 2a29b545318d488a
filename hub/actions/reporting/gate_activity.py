"""Gate activity: how busy each gate of a venue was lately, and which gates are quiet at peak time."""

from typing import Any

from db.statements import load
from hub.rules.quiet_gate import BEFORE, QUIET, GateActivity, quiet_gates
from hub.rules.timestamps import rfc3339
from hub.services import Services

DEVICES = load("staff/devices")


async def gate_activity(services: Services, org_id: int, venue_id: int) -> list[dict[str, Any]]:
    """Return every gate that scanned in the last 35 minutes, sorted by name."""
    now = services.clock.now()
    since = now - QUIET
    rows = await services.database.fetch(DEVICES.gate_activity, org_id, venue_id, since - BEFORE, since, now)
    expected = await services.database.fetchval(DEVICES.still_expected, org_id, venue_id, now)
    gates = [GateActivity(row["gate"], row["lately"], row["before"], row["last_at"]) for row in rows]
    quiet = quiet_gates(gates, expected)
    return [
        {"gate": g.gate, "scans": g.lately, "last_scan_at": rfc3339(g.last_at), "quiet": g.gate in quiet} for g in gates
    ]

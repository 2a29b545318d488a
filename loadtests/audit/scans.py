"""Entries: every acknowledged one is in the log once, and the log has none that nobody asked for."""

from __future__ import annotations

from loadtests.audit.audit import Audit
from loadtests.stock import id_of


async def check(audit: Audit) -> None:
    acknowledged: dict[str, str] = dict(audit.facts.get("entries", ()))
    asked = set(audit.facts.get("asked", ()))
    rows = await audit.connection.fetch(
        "SELECT scan_id::text AS scan_id, code FROM scans WHERE org_id = $1 AND ticket_id >= $2 AND entered",
        audit.org_id, id_of(audit.ground["first ticket"]), timeout=120,
    )  # fmt: skip
    logged: dict[str, str] = {row["scan_id"]: row["code"] for row in rows}
    audit.expect_none(
        "entries that were acknowledged and are not in the log",
        [scan_id for scan_id, code in acknowledged.items() if logged.get(scan_id) != code],
    )
    audit.expect_none("entries in the log that nobody asked for", [one for one in logged if one not in asked])
    codes = list(logged.values())
    audit.expect_none("tickets that came in twice", sorted({code for code in codes if codes.count(code) > 1})
                      if len(set(codes)) < len(codes) else [])  # fmt: skip
    conflicts = [scan_id for scan_id, _ in audit.facts.get("conflicts", ())]
    stored = await audit.connection.fetch(
        "SELECT scan_id::text AS scan_id FROM scan_conflicts WHERE org_id = $1 AND scan_id = ANY($2::uuid[])",
        audit.org_id, conflicts, timeout=120,
    )  # fmt: skip
    audit.expect_none(
        "conflicts that were answered and are not stored", sorted(set(conflicts) - {row["scan_id"] for row in stored})
    )
    audit.notes.append(
        f"{len(acknowledged):,} entries acknowledged and {len(logged):,} in the log, {len(stored):,} conflicts"
    )

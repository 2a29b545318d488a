"""The audit of shops: each order and its tickets stand as the shop was told."""

from __future__ import annotations

import json

from loadtests.audit.audit import Audit
from loadtests.audit.last_facts import last_facts


async def check(audit: Audit) -> None:
    certain, open_ones = last_facts(audit.facts.get("orders", ()), "reference")
    rows = await audit.connection.fetch(
        """
        SELECT o.reference, o.status, jsonb_object_agg(t.code, t.status)::text AS tickets
        FROM orders o JOIN tickets t ON t.org_id = o.org_id AND t.order_id = o.id
        WHERE o.org_id = $1 AND o.reference = ANY($2::text[]) GROUP BY o.org_id, o.id
        """,
        audit.org_id, [fact["reference"] for fact in certain], timeout=120,
    )  # fmt: skip
    found = {row["reference"]: (row["status"], json.loads(row["tickets"])) for row in rows}
    audit.expect_none(
        "orders that do not stand as their shops were told",
        [
            f"{fact['reference']} is {found.get(fact['reference'])} instead of {fact['status']} {fact['tickets']}"
            for fact in certain
            if found.get(fact["reference"]) != (fact["status"], fact["tickets"])
        ],
    )
    tickets = sum(len(fact["tickets"]) for fact in certain)
    audit.notes.append(f"{len(certain):,} orders with {tickets:,} tickets stand as told; {open_ones} not certain")

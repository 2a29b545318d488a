"""`python -m loadtests.audit GROUND.json HISTORY.json`: print what is wrong, what was slow, and notes as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg

from loadtests.audit import counts, orders, sale, scans, seats, visits, webhooks
from loadtests.audit.audit import Audit

PARTS: tuple[Callable[[Audit], Awaitable[None]], ...] = (
    scans.check, visits.check, seats.check, orders.check, webhooks.check, sale.check, counts.check,
)  # fmt: skip


async def run(ground: dict[str, Any], facts: dict[str, list[Any]]) -> Audit:
    """Check all parts. A part that breaks is a problem, and the others are checked all the same."""
    connection = await asyncpg.connect(ground["database"])
    audit = Audit(connection, ground, facts)
    try:
        for part in PARTS:
            try:
                await part(audit)
            except Exception as error:
                audit.problems.append(f"{part.__module__} could not be checked: {type(error).__name__} {error}")
    finally:
        await connection.close()
    return audit


if __name__ == "__main__":
    ground_path, history_path = (Path(given) for given in sys.argv[1:])
    done = asyncio.run(run(json.loads(ground_path.read_text())["audit"], json.loads(history_path.read_text())))
    print(json.dumps({"problems": [f"audit: {one}" for one in done.problems], "slow": done.slow, "notes": done.notes}))

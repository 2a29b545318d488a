"""M1: every list of administration in an organisation with a million tickets. Limit: 100 ms a page.

It has a million reservations, sent e-mails, scans and audit log entries as well, 100,000 guests and staff, and 10,000 scanners.

A list is asked as its page asks: without a filter, with each filter alone, with a search for what is common, for what is rare and for
what does not exist, and far down the list. Each question is asked 20 times; its figure is the 95th percentile.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from urllib.parse import quote

from loadtests.bench.bench import Bench
from loadtests.bench.row import Measure, Row, percentile
from loadtests.wire.http_client import HttpClient, get, open_http

ROWS = Path(__file__).parents[1] / "sql" / "million_rows.sql"
MILLION = 1_000_000
TIMES = 20
LIMIT_MS = 100.0
LOADED_WITHIN = 1_800.0

QUESTIONS: dict[str, tuple[str, ...]] = {
    "tickets": (
        "", "code=M1-500000", "code=M1-none", "order=M1-5000", "order=M1-none", "product_id=1000001", "product_id=1000002",
        "product_id=1000002&status=VERIFIED", "status=RESERVED", "status=CANCELLED", "channel=ota",
    ),
    "reservations": (
        "", "q=visitor77@example.com", "q=visitor", "q=First7", "q=First7 Family3", "q=Nobody", "q=+390600000077", "q=M1-500000",
        "q=M1-none", "date=2030-01-05", "date=2030-01-05&q=First7", "slot_id=1000007", "status=RESERVED", "status=CANCELLED",
        "product_id=1000002", "product_id=1000002&q=Family3", "channel=ota", "date=2030-01-05&product_id=1000002",
    ),
    "guests": ("slot_id=1000007", "slot_id=1000007&q=First7", "slot_id=1000007&q=Nobody"),
    "staff": ("", "q=First7", "q=First7 Family3", "q=m1.500000", "q=Nobody", "role=OPERATOR", "role=ADMIN", "status=ACTIVE",
              "status=DISABLED", "status=INVITED", "role=ADMIN&q=First7"),
    "security/people": ("", "second_factor=1", "second_factor=0"),
    "devices": ("", "show=ended", "search=Scanner 77", "search=nowhere", "search=a"),
    "audit": (
        "", "q=ann lee 77", "q=nowhere", "kind=venue", "action=venue.changed", "action=gate.added", "subject_id=77", "subject_id=none",
        "source=page", "source=job", "staff_id=77", "staff_id=999999", "kind=venue&q=nowhere", "staff_id=77&kind=venue",
    ),
    "mail": ("", "status=dead", "status=sent", "status=pending"),
}  # fmt: skip
"""The parameters with which each list under /api/admin is asked."""


async def measure(bench: Bench) -> Row:
    rows = MILLION // 100 if bench.quick else MILLION
    await _load(bench, rows)
    client = await open_http(bench.hub.url)
    headers = {"Authorization": f"Bearer {await asyncio.to_thread(_administrator, bench)}"}
    taken: dict[str, float] = {}
    problems: list[str] = []
    for name, questions in QUESTIONS.items():
        for question in questions:
            path = f"/api/admin/{name}?{quote(question, safe='=&')}"
            try:
                taken[f"{name}?{question}"] = await _ask(client, path, headers)
            except RuntimeError as wrong:
                problems.append(str(wrong))
    client.close()
    slowest = sorted(taken.items(), key=lambda one: one[1], reverse=True)
    within = not slowest or slowest[0][1] <= LIMIT_MS
    return Row(
        "M1", f"{len(taken)} questions to the lists of administration, {rows:,} tickets, slowest p95",
        f"{slowest[0][1] if slowest else 0:.0f} ms", f"{LIMIT_MS:.0f} ms", slowest[0][1] / LIMIT_MS if slowest else None,
        "every p95 <= 100 ms", "<= 50 ms", within, bool(slowest) and slowest[0][1] <= LIMIT_MS / 2, problems,
        [f"{ms:.0f} ms {name}" for name, ms in slowest[:5]], {"p95_ms": dict(slowest), "slowest": [slowest[0][1]] if slowest else []},
        measures=[Measure("slowest page, ms", "lower", "slowest", None, LIMIT_MS, LIMIT_MS / 2)],
    )  # fmt: skip


def _administrator(bench: Bench) -> str:
    bench.hub.add_staff("load-admin", "admin")
    return bench.hub.token("load-admin")


async def _load(bench: Bench, rows: int) -> None:
    script = await asyncio.to_thread(ROWS.read_text, encoding="utf-8")
    for name, value in {":rows": rows, ":org": bench.stock.org_id, ":venue": bench.stock.venue_id}.items():
        script = script.replace(name, str(value))
    await bench.stock.connection.execute(script, timeout=LOADED_WITHIN)
    await bench.stock.connection.execute("VACUUM (ANALYZE)", timeout=LOADED_WITHIN)
    await bench.begin_quiet()


async def _ask(client: HttpClient, path: str, headers: dict[str, str]) -> float:
    """Return the 95th percentile of the milliseconds that this page takes."""
    request = get(path, headers)
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = await client.ask(request)
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.body[:200]!r}")
    return percentile(sorted(taken), 0.95)

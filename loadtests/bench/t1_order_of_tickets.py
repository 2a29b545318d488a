"""T1: an order of 1,000 tickets over HTTP, one after another. Limit: the same rows by two statements in `pgbench -c 1`."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

from loadtests.bench.bench import Bench
from loadtests.bench.row import Measure, Row, median
from loadtests.wire.http_client import Answer, HttpClient, open_http, post

TICKETS = 1_000
MUST_MS, GOAL_MS = 1_000, 250
ORDERS_OF_LIMIT = 10_000
"""Numbers of orders for one round of pgbench, far more than it can make."""


async def order(client: HttpClient, key: str, product_id: int, request_key: str) -> Answer:
    body = {"items": [{"product_id": product_id, "quantity": TICKETS}], "paid": True, "mail": False}
    return await client.ask(
        post("/api/orders", body, {"Authorization": f"Bearer {key}", "Idempotency-Key": request_key})
    )


def problem_of(answer: Answer) -> str | None:
    """Return what is wrong with an answer; None for an order with all of its tickets, each with a code of its own."""
    if answer.status != 201:
        return f"{answer.status} {answer.body[:200].decode(errors='replace')}"
    data = answer.json()["data"]
    codes = {ticket["ticket_code"] for ticket in data["tickets"] if ticket["status"] == "ACTIVATED"}  # type: ignore[index]
    return None if len(codes) == TICKETS else f"{len(codes)} codes of tickets that can be used"


async def measure(bench: Bench) -> Row:
    made = await asyncio.to_thread(bench.hub.command, "keys", "add", "bench", "--scopes", "orders")
    key, product_id, count = str(made["key"]), bench.stock.product_id, 3 if bench.quick else 15
    client = await open_http(bench.hub.url)
    problems: list[str] = []
    took: list[float] = []
    limits: list[float] = []
    await order(client, key, product_id, str(uuid4()))
    await bench.begin_quiet()
    before = await bench.stock.count_activated()
    for turn in range(bench.repetitions):
        numbers = range(turn * ORDERS_OF_LIMIT, (turn + 1) * ORDERS_OF_LIMIT)
        limit = await bench.pgbench("order.pgbench", {"product": product_id}, numbers, 1, 2.0 if bench.quick else 4.0)
        limits.append(limit.p50)
        before += limit.done * TICKETS
        for _ in range(count):
            request_key = str(uuid4())
            began = time.perf_counter()
            answer = await order(client, key, product_id, request_key)
            took.append(1000 * (time.perf_counter() - began))
            problems += filter(None, [problem_of(answer)])
        again = await order(client, key, product_id, request_key)
        if again.json()["data"] != answer.json()["data"]:
            problems.append("a repeat did not answer the same order")
    client.close()
    stored = await bench.stock.count_activated() - before
    if stored != len(took) * TICKETS:
        problems.append(f"{stored:,} tickets are stored of {len(took)} orders")
    ours, slowest = median(took), max(took)
    return Row(
        "T1", f"an order of {TICKETS:,} tickets over HTTP, p50", f"{ours:.0f} ms (slowest {slowest:.0f})",
        f"{median(limits):.0f} ms (two statements, pgbench -c 1)", ours / median(limits), f"slowest < {MUST_MS:,} ms", f"< {GOAL_MS} ms",
        slowest < MUST_MS, slowest < GOAL_MS, problems[:5], [f"{len(took)} orders, each answer with all codes; repeats made none"],
        {"ours": took, "limit_p50": limits},
        measures=[Measure("an order, ms", "lower", "ours", None, MUST_MS, GOAL_MS)],
    )  # fmt: skip

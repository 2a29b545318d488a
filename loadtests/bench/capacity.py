"""The capacity of the load generator. A row above half of it would measure the generator and not the hub."""

from __future__ import annotations

import asyncio
import time

from loadtests.bare_server import bare_server
from loadtests.bench.http_load import closed_loop as http_loop
from loadtests.bench.http_load import open_clients
from loadtests.bench.scan_load import ScanIds
from loadtests.bench.scan_load import closed_loop as scan_loop
from loadtests.wire.http_client import post
from loadtests.wire.socket_client import open_socket

SECONDS = 2.0


async def of_the_generator() -> dict[str, float]:
    """Return scans per second against a socket that always admits, and requests per second against a canned answer."""
    with bare_server() as bare:
        await asyncio.sleep(0.2)
        sockets = [await open_socket(bare.url, "/echo") for _ in range(64)]
        scans = await scan_loop(sockets, range(1, 1_000_000), SECONDS, ScanIds())
        for socket in sockets:
            socket.close()
        clients = await open_clients(bare.canned_url, 64)
        request = post("/json", {"ticket_id": 1, "slot_id": 1, "customer_email": "a@example.com"})
        began = time.perf_counter()
        answers = await http_loop(clients, iter(lambda: request, None), lambda _: "ok", seconds=SECONDS)
        requests = answers.kinds["ok"] / (time.perf_counter() - began)
        for client in clients:
            client.close()
    return {"scans/s": scans.rate, "requests/s": requests}

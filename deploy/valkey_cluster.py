"""Make the Valkey servers of docker-compose.yml one cluster: `python valkey_cluster.py valkey-1:6379 valkey-2:6379 valkey-3:6379`.

Each gets a third of the hash slots, unless it has some. Then each is told the addresses of the others, because containers have new
addresses after a restart. It may be run at any time. The password of the user `setup` comes from VALKEY_PASSWORD.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Sequence

from redis import Redis

HASH_SLOTS = 16384
PATIENCE_SECONDS = 60.0


def form(addresses: Sequence[tuple[str, int]], password: str) -> None:
    """Return when all of them serve as one cluster. Raises TimeoutError after `PATIENCE_SECONDS`."""
    nodes = [Redis(host=host, port=port, username="setup", password=password) for host, port in addresses]
    try:
        for number, node in enumerate(nodes):
            if not _has_slots(node):
                first, end = (HASH_SLOTS * part // len(nodes) for part in (number, number + 1))
                node.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
        until = time.monotonic() + PATIENCE_SECONDS
        while not all(_is_whole(node, len(nodes)) for node in nodes):
            if time.monotonic() > until:
                raise TimeoutError("the servers do not become one cluster")
            for number, node in enumerate(nodes):
                for host, port in (*addresses[:number], *addresses[number + 1 :]):
                    node.execute_command("CLUSTER MEET", socket.gethostbyname(host), port)
            time.sleep(0.2)
    finally:
        for node in nodes:
            node.close()


def _has_slots(node: Redis) -> bool:
    [own] = [one for one in node.execute_command("CLUSTER NODES").values() if "myself" in one["flags"]]
    return bool(own["slots"])


def _is_whole(node: Redis, size: int) -> bool:
    facts = node.execute_command("CLUSTER INFO")
    return (facts["cluster_state"], int(facts["cluster_size"]), int(facts["cluster_slots_ok"])) == (
        "ok",
        size,
        HASH_SLOTS,
    )


if __name__ == "__main__":
    given = [argument.rpartition(":") for argument in sys.argv[1:]]
    form([(host, int(port)) for host, _, port in given], os.environ["VALKEY_PASSWORD"])

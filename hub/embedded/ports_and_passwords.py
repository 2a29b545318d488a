"""Ports and passwords of the embedded servers: chosen once and kept in a file of the data folder with mode 0600."""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Below the ephemeral ports (from 32768 on Linux, from 49152 on macOS), so that no client connection takes the port
# while a server restarts under load.
_PORTS = (20000, 32000)


@dataclass(slots=True)
class Remembered:
    postgres_port: int
    redis_port: int
    postgres_password: str
    redis_password: str


def recall(data_dir: Path) -> Remembered:
    """Return ports and passwords of the last run, or new ones. A port that another program uses now is replaced."""
    path = data_dir / "embedded.keys.json"
    try:
        kept = Remembered(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        kept = Remembered(0, 0, secrets.token_hex(24), secrets.token_hex(24))
    before = asdict(kept)
    if not is_free(kept.postgres_port):
        kept.postgres_port = _free_port()
    if not is_free(kept.redis_port) or kept.redis_port == kept.postgres_port:
        kept.redis_port = _free_port(besides=kept.postgres_port)
    if asdict(kept) != before:
        write_private(path, asdict(kept))
    return kept


def write_private(path: Path, document: dict[str, Any]) -> None:
    """Write `document` as JSON atomically, with mode 0600."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def is_free(port: int) -> bool:
    if port == 0:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port(besides: int = 0) -> int:
    for _ in range(200):
        port = random.randrange(*_PORTS)  # noqa: S311 - to avoid a meeting, not to hide
        if port != besides and is_free(port):
            return port
    raise OSError(f"no free port between {_PORTS[0]} and {_PORTS[1]} on 127.0.0.1")

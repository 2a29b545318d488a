"""A Postgres of a test's own, with its sockets in a short folder: their path may have 107 bytes, and a test's folder is long."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hub.embedded.launch import Identity
from hub.embedded.postgres import Postgres
from tests.support.ports import free_port


def own_postgres(folder: Path, password: str, identity: Identity) -> Postgres:
    """Return a server with its data in a new `folder`, not started yet. `remove_sockets` belongs to its end."""
    folder.mkdir(parents=True)
    sockets = Path(tempfile.mkdtemp(prefix="vhs"))
    identity.own(sockets)
    return Postgres(folder, sockets, free_port(), password, identity)


def remove_sockets(server: Postgres) -> None:
    shutil.rmtree(server.socket_dir, ignore_errors=True)

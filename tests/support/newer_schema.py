"""The migrations of a newer hub, which this one does not know."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

from db.migrate import MIGRATIONS

ADDED = "9999_made_up.sql"
_SQL = "ALTER TABLE tickets ADD COLUMN made_up text;\nALTER TABLE reservation_slots ADD COLUMN made_up int DEFAULT 3;\n"


def one_migration_more(folder: Path) -> Path:
    """Write all migrations and `ADDED`, which changes tables that every booking uses, into a new folder, and return that."""
    newer = copytree(MIGRATIONS, folder / "newer")
    (newer / ADDED).write_text(_SQL)
    return newer

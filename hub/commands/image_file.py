"""Image files that a command uploads."""

from __future__ import annotations

from pathlib import Path

from hub.commands.command_result import CommandFailed


def read_image(name: str) -> bytes:
    """Return the bytes of a file. Raises CommandFailed if it cannot be read."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {name}: {error.strerror}") from error

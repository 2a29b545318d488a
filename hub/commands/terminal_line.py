"""One line of a terminal that says how far a long command is, rewritten as it goes on."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_CLEAR = "\r\x1b[K"


class TerminalLine:
    """A line with the time since it was made. Without a terminal it shows nothing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._began = time.monotonic()

    @property
    def is_shown(self) -> bool:
        return self._stream.isatty()

    def say(self, text: str) -> None:
        if self.is_shown:
            minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
            self._stream.write(f"{_CLEAR}{minutes}:{seconds:02} {text}")
            self._stream.flush()

    def close(self) -> None:
        """Clear the line, so that the result stands in its place."""
        if self.is_shown:
            self._stream.write(_CLEAR)
            self._stream.flush()

"""How far a backup or a restore is: one line on a terminal, rewritten as pg_dump and pg_restore say what they do."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping
from typing import TextIO

_TABLE = re.compile(r'(?:dumping contents of|processing data for) table "(?:[^".]+\.)?([^"]+)"')
_MADE = re.compile(r'creating (?:INDEX|CONSTRAINT|FK CONSTRAINT) "(?:[^"]*[. ])?([^". ]+)"')
_CLEAR = "\r\x1b[K"


class DumpProgress:
    """Follows the lines of one program. `rows`: how many each table has. Without a terminal it shows nothing."""

    def __init__(self, rows: Mapping[str, int], stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._rows = rows
        self._done = 0
        self._table = ""
        self._began = time.monotonic()

    @property
    def is_shown(self) -> bool:
        return self._stream.isatty()

    def follow(self, line: str) -> None:
        """Show what a line of `--verbose` is about, if it is a table with its rows or an index."""
        if found := _TABLE.search(line):
            self._done += self._rows.get(self._table, 0)
            self._table = found[1]
            share = self._done / max(1, sum(self._rows.values()))
            self.say(f"{share:.0%} of all rows, now {self._rows.get(self._table, 0):,} of {self._table}")
        elif found := _MADE.search(line):
            self.say(f"all rows are there, now {found[1]}")

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

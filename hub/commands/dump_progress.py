"""How far a backup or a restore is, from what pg_dump and pg_restore say with `--verbose`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TextIO

from hub.commands.terminal_line import TerminalLine

_TABLE = re.compile(r'(?:dumping contents of|processing data for) table "(?:[^".]+\.)?([^"]+)"')
_MADE = re.compile(r'creating (?:INDEX|CONSTRAINT|FK CONSTRAINT) "(?:[^"]*[. ])?([^". ]+)"')


class DumpProgress(TerminalLine):
    """Follows the lines of one program. `rows`: how many each table has."""

    def __init__(self, rows: Mapping[str, int], stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._rows = rows
        self._done = 0
        self._table = ""

    def follow(self, line: str) -> None:
        """Show what a line of `--verbose` is about, if it is a table with its rows or an index."""
        if found := _TABLE.search(line):
            self._done += self._rows.get(self._table, 0)
            self._table = found[1]
            share = self._done / max(1, sum(self._rows.values()))
            self.say(f"{share:.0%} of all rows, now {self._rows.get(self._table, 0):,} of {self._table}")
        elif found := _MADE.search(line):
            self.say(f"all rows are there, now {found[1]}")

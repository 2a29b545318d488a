"""Records the plan of every statement that the hub runs, from the log of its Postgres (`auto_explain`).

Each plan is of a real run with its real values: which nodes, which rows, and how many pages of 8 kB they touched. A statement gets its
name from the files in `db/queries`, which are read as text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

QUERIES = Path(__file__).parents[2] / "db" / "queries"
BEGINS = re.compile(r"LOG:  duration: ([\d.]+) ms  plan:$")
ON = {
    "log_analyze": "on",
    "log_buffers": "on",
    "log_timing": "off",
    "log_format": "json",
    "log_parameter_max_length": "0",
}


@dataclass(frozen=True, slots=True)
class Access:
    """One way in which a plan reads a table: `pages` of one run, and the rows that its filter took away."""

    table: str
    way: str
    index: str | None
    condition: str

    def __str__(self) -> str:
        return f"{self.way} on {self.table}" + (f" by {self.index}" if self.index else "")


@dataclass
class Recorded:
    """All runs of one statement in one stage."""

    pages: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    accesses: Counter[Access] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    """Accesses that read a table, or an organisation's part of it, as far as it goes; with the most pages of one."""

    @property
    def middle(self) -> int:
        return int(median(self.pages))

    def document(self) -> dict[str, Any]:
        return {
            "runs": len(self.pages), "pages": self.middle, "most_pages": max(self.pages), "ms": round(median(self.milliseconds), 3),
            "reads": sorted({str(access) for access in self.accesses}), "whole": dict(self.whole),
        }  # fmt: skip


def statement_names() -> dict[str, str]:
    """Return the name of each statement by its text."""
    names = {}
    for path in sorted(QUERIES.rglob("*.sql")):
        subject = path.relative_to(QUERIES).with_suffix("").as_posix()
        pieces = re.split(r"^-- name: (\w+)\s*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        for name, text in zip(pieces[0::2], pieces[1::2], strict=True):
            names[text.strip().rstrip(";")] = f"{subject}.{name}"
    return names


class PlanLog:
    """The plans in the log of a server, from where it was when recording began."""

    def __init__(self, connection: asyncpg.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._from = 0
        self._names = statement_names()

    async def prepare(self) -> None:
        """Let connections that begin from now on be able to record."""
        await self._set("session_preload_libraries", "auto_explain")

    async def begin(self) -> None:
        for name, value in ON.items():
            await self._set(f"auto_explain.{name}", value)
        await self._set("auto_explain.log_min_duration", "0")
        self._from = self._path.stat().st_size

    async def end(self) -> dict[str, Recorded]:
        await self._set("auto_explain.log_min_duration", "-1")
        found: dict[str, Recorded] = {}
        with self._path.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._from)
            for milliseconds, document in plans_in(log):
                name = self._names.get(document["Query Text"].strip().rstrip(";"))
                if name is not None:
                    _note(found.setdefault(name, Recorded()), milliseconds, document["Plan"])
        return found

    async def _set(self, name: str, value: str) -> None:
        await self._connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await self._connection.execute("SELECT pg_reload_conf()")


def plans_in(log: Iterator[str]) -> Iterator[tuple[float, dict[str, Any]]]:
    """Yield the milliseconds and the document of each plan. The lines of a document begin with a tab."""
    milliseconds: float | None = None
    lines: list[str] = []
    for line in [*log, ""]:
        if milliseconds is not None and line.startswith("\t"):
            lines.append(line[1:])
            continue
        if milliseconds is not None:
            with suppress(ValueError):  # the last one may still be being written
                yield milliseconds, json.loads("".join(lines))
        begins = BEGINS.search(line.rstrip("\n"))
        milliseconds, lines = (float(begins[1]) if begins else None), []


def _note(recorded: Recorded, milliseconds: float, plan: dict[str, Any]) -> None:
    recorded.pages.append(pages_of(plan))
    recorded.milliseconds.append(milliseconds)
    for access, node in accesses_of(plan):
        if int(node.get("Actual Loops", 1)):
            recorded.accesses[access] += 1
            if reads_whole(node):
                recorded.whole[str(access)] = max(recorded.whole[str(access)], pages_of(node))


def pages_of(node: dict[str, Any]) -> int:
    return int(node.get("Shared Hit Blocks", 0)) + int(node.get("Shared Read Blocks", 0))


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes_of(part)


def accesses_of(plan: dict[str, Any]) -> Iterator[tuple[Access, dict[str, Any]]]:
    """Yield how a plan reads each table, with the node. The index of a bitmap is named in a node of its own."""
    for node in nodes_of(plan):
        kind, index = node["Node Type"], node.get("Index Name")
        if kind.endswith("Scan") and (index or "Relation Name" in node) and not kind.startswith("Bitmap Heap"):
            table = node.get("Relation Name") or _table_of_bitmap(plan, node)
            yield Access(table, kind, index, node.get("Index Cond", "")), node


def _table_of_bitmap(plan: dict[str, Any], wanted: dict[str, Any]) -> str:
    for node in nodes_of(plan):
        if node["Node Type"] == "Bitmap Heap Scan" and any(part is wanted for part in nodes_of(node)):
            return str(node["Relation Name"])
    return ""


def reads_whole(node: dict[str, Any]) -> bool:
    """Return whether an access has no end but that of the table, or of an organisation in it."""
    if node["Node Type"] == "Seq Scan":
        return True
    condition = str(node.get("Index Cond", ""))
    return not condition or re.fullmatch(r"\(org_id = [^()]*(\([^()]*\))?[^()]*\)", condition) is not None

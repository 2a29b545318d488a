"""The results of the bench: one JSON file a run with its machine, commit and settings. Full runs are kept in `loadtests/results`."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psutil  # type: ignore[import-untyped]  # its stubs are one package more

from loadtests import cores
from loadtests.own_hub import ROOT, OwnHub
from loadtests.stock import Stock

FOLDER = ROOT / "loadtests" / "results"
POSTGRES_SETTINGS = (
    "server_version", "shared_buffers", "max_wal_size", "synchronous_commit", "fsync", "autovacuum_naptime", "jit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """One measure of one run: its rounds, those of its limit, and the bounds of the ratio, or of the figure without a limit."""

    row: str
    name: str
    better: str
    ours: tuple[float, ...]
    limit: tuple[float, ...]
    must: float | None
    goal: float | None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Return each round divided by its limit's; the rounds themselves without a limit."""
        if not self.limit:
            return self.ours
        if len(self.limit) == len(self.ours):
            return tuple(one / limit for one, limit in zip(self.ours, self.limit, strict=True))
        middle = sorted(self.limit)[len(self.limit) // 2]
        return tuple(one / middle for one in self.ours)


@dataclass(frozen=True, slots=True)
class Run:
    """A file of results."""

    path: Path
    began: datetime
    commit: str
    machine: dict[str, Any]
    quick: bool
    series: tuple[Series, ...]

    @property
    def machine_name(self) -> str:
        """Return what makes figures comparable: the processor, its cores and the memory."""
        return f"{self.machine.get('processor', 'unknown')}, {self.machine.get('cores')} cores, {self.machine.get('memory_gb', '?')} GB"


def read(path: Path) -> Run:
    """Return the run in a file. Raises ValueError if the file is none of the bench's."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        series = tuple(
            Series(
                row["id"], measure["name"], measure["better"], tuple(row["repetitions"][measure["ours"]]),
                tuple(row["repetitions"].get(measure["limit"], ())), measure["must"], measure["goal"],
            )
            for row in document["rows"] if row["verdict"] not in ("INVALID", "UNFIT") for measure in row.get("measures", ())
        )  # fmt: skip
        return Run(
            path, datetime.fromisoformat(document["began"]), str(document.get("commit", "unknown")),
            document["machine"], bool(document["quick"]), tuple(one for one in series if one.ours and min(one.ours + one.limit) > 0),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} has no results of the bench: {error!r}") from error


def read_kept(folder: Path = FOLDER) -> list[Run]:
    """Return the full runs kept in the folder, the oldest first."""
    return sorted((run for path in folder.glob("*.json") if not (run := read(path)).quick), key=lambda run: run.began)


def describe_machine(weather: cores.Weather) -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": len(cores.ALL_CORES) or psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "weather": str(weather),
        "disturbed": weather.disturbed,
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def describe_commit() -> str:
    """Return the commit of the sources, with `+` if they were changed since; "unknown" without git."""
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def ask(*words: str) -> str:
        answer = subprocess.run([git, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
        return answer.stdout.strip() if answer.returncode == 0 else "unknown"

    changed = ask("status", "--porcelain", "--untracked-files=no")
    return ask("rev-parse", "--short=12", "HEAD") + ("+" if changed not in ("", "unknown") else "")


async def describe_settings(hub: OwnHub, stock: Stock) -> dict[str, str]:
    """Return the settings of the hub and those of its Postgres that a figure depends on."""
    own = {
        name: value
        for name, value in sorted(hub.environment.items())
        if name.startswith("HUB_") and name not in ("HUB_DATA_DIR", "HUB_PORT", "HUB_CLOCK_OFFSET")
    }
    asked = {f"postgres {name}": str(await stock.connection.fetchval(f"SHOW {name}")) for name in POSTGRES_SETTINGS}
    return own | asked


def write(path: Path | None, document: dict[str, Any]) -> Path:
    """Write a run's document and return its path. Without `path` full runs are kept, and quick ones stand beside the sources."""
    if path is None:
        began = datetime.fromisoformat(document["began"]).astimezone(UTC)
        name = f"{began:%Y-%m-%d-%H%M%S}-{document['commit'].rstrip('+')[:8]}.json"
        path = ROOT / f"bench-{name}" if document["quick"] else FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return path


def pool(runs: Sequence[Run]) -> dict[tuple[str, str], Series]:
    """Return the rounds of several runs of one version together, by row and name."""
    pooled: dict[tuple[str, str], Series] = {}
    for run in runs:
        for one in run.series:
            known = pooled.get((one.row, one.name))
            pooled[one.row, one.name] = one if known is None else _join(known, one)
    return pooled


def _join(one: Series, other: Series) -> Series:
    return Series(one.row, one.name, one.better, one.ours + other.ours, one.limit + other.limit, other.must, other.goal)

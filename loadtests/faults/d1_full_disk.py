"""D1: the disk of the servers is filled to the last byte during a sale, and freed again.

The run of it has a disk of its own: a file system in memory, mounted in a namespace of its own, which needs the right to mount.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from loadtests.faults import checker
from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.customers import Customer, sell
from loadtests.faults.ground import Ground
from loadtests.faults.history import History
from loadtests.own_hub import ROOT, OwnHub
from loadtests.stock import Stock

DISK_BYTES = 700 << 20
FULL_SECONDS, QUICK_FULL_SECONDS = 15.0, 6.0
CUSTOMERS = 8
BACK_WITHIN = 60.0
_MOUNT = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$1" && chmod 711 "$1" && shift && TMPDIR="$0" exec "$@"'


async def run(ground: Ground, control: bool) -> Result:
    """Run the case below on a small disk. With the control, one acknowledged booking is deleted before the check."""
    result = Result("D1", CASE.what)
    folder = Path(tempfile.mkdtemp(prefix="vhd"))
    folder.chmod(0o711)
    words = [sys.executable, "-m", "loadtests.faults.d1_full_disk", str(ground.chance.randrange(1 << 31))]
    words += ["--quick"] * (ground.quick or control) + ["--control"] * control
    ran = await asyncio.create_subprocess_exec(
        "unshare", "--mount", "sh", "-c", _MOUNT, str(folder), str(folder), *words, cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        output, errors = await asyncio.wait_for(ran.communicate(), 240)
    except TimeoutError:
        ran.kill()
        await ran.wait()
        result.broken.append("the run on the small disk did not end within 240 s")
        return result
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if b"mount:" in errors or b"unshare:" in errors:
        result.skipped = "a disk of its own needs the right to mount"
        return result
    try:
        document = json.loads(output)
    except ValueError:
        result.broken.append(f"the run on the small disk ended with {ran.returncode}: {errors.decode()[-600:]}")
        return result
    result.figures = [Figure(**figure) for figure in document["figures"]]
    result.broken = document["broken"]
    return result


class Filler:
    """A file that takes what is left of the disk, to the last byte, and again whatever others give back."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "filler"
        self.full_at = float("inf")
        """When the last byte was taken for the first time."""

    async def keep_full(self, seconds: float) -> int:
        """Return the bytes written. Room that a server frees is taken at once."""
        written, ends = 0, time.monotonic() + seconds
        with self._path.open("ab", buffering=0) as file:
            while time.monotonic() < ends:
                for size in (1 << 20, 4096, 1):
                    with contextlib.suppress(OSError):
                        while True:
                            written += file.write(b"\0" * size)
                self.full_at = min(self.full_at, time.monotonic())
                await asyncio.sleep(0.05)
        return written

    def free(self) -> None:
        self._path.unlink()


async def _sale(hub: OwnHub, seed: int, *, quick: bool, control: bool) -> dict[str, Any]:
    chance = random.Random(seed)
    history = History()
    stock = await Stock.open(hub.database_url)
    slots = [slot.id for slot in await stock.slots_of(hub.now.date())]
    tickets = await stock.activated(20_000)
    orders = iter([(number, chance.choice(slots)) for number in tickets])
    customers = [Customer(hub.url, history) for _ in range(CUSTOMERS)]
    over = asyncio.Event()

    async def until_over() -> None:
        while not over.is_set():
            await sell(customers, orders, until=time.monotonic() + 1, give_up=120.0, pause=0.02)

    selling = asyncio.ensure_future(until_over())
    filler = Filler(hub.data_dir)
    await asyncio.sleep(2.0)
    written = await filler.keep_full(QUICK_FULL_SECONDS if quick else FULL_SECONDS)
    freed = time.monotonic()
    filler.free()

    def booked_since(moment: float) -> list[float]:
        return [a.began + a.seconds for a in history.attempts(moment) if a.status == 200]

    while not booked_since(freed) and time.monotonic() - freed < BACK_WITHIN:
        await asyncio.sleep(0.1)
    back = min(booked_since(freed), default=float("inf")) - freed
    await asyncio.sleep(2.0)
    over.set()
    await selling
    stock.connection.terminate()
    stock = await Stock.open(hub.database_url)  # Postgres may have restarted
    connection, org_id = stock.connection, stock.org_id
    booked = [one for one in history.bookings if one.outcome == "booked"]
    if control:
        await connection.execute("DELETE FROM ticket_reservations WHERE id = $1", booked[0].reservation_id)
    broken = await checker.broken_in_tables(connection, org_id)
    broken += await checker.broken_promises(connection, org_id, history)
    broken += [f"not settled: {kind}, {n} times" for kind, n in history.outcomes.items() if kind != "booked"]
    broken += [f"{history.statuses[500]} answers 500"] if 500 in history.statuses else []
    broken += checker.broken_in_log((hub.data_dir / "hub-output.log").read_text(errors="replace").splitlines())
    ended = hub.process is None or hub.process.poll() is not None
    broken += ["the hub has ended"] if ended else []
    during = history.attempts(filler.full_at, freed)
    figures = [
        Figure("bytes written to fill the disk", written),
        Figure("bookings", len(booked), least=1),
        Figure("attempts while it was full", len(during), least=1),
        Figure("of them booked", sum(a.status == 200 for a in during)),
        Figure("of them refused for now", sum(a.status == 503 for a in during)),
        Figure("longest of them", max((a.seconds for a in during), default=float("nan")), "s"),
        Figure("first booking after it was freed", back, "s", most=BACK_WITHIN),
    ]
    await stock.close()
    return {"broken": broken, "figures": [{name: getattr(f, name) for name in Figure.__slots__} for f in figures]}


def main(seed: int, *, quick: bool, control: bool) -> None:
    with OwnHub() as hub:
        hub.generate_slots(hub.now.date(), 1, capacity=20_000)
        document = asyncio.run(_sale(hub, seed, quick=quick, control=control))
    sys.stdout.write(json.dumps(document))


CASE = Case(
    "D1",
    "a disk filled to the last byte and freed: nothing lost, and back by itself",
    "an acknowledged booking is deleted",
    70,
    run,
)

if __name__ == "__main__":
    assert os.environ["TMPDIR"], "started by the case, which mounts the disk"
    main(int(sys.argv[1]), quick="--quick" in sys.argv, control="--control" in sys.argv)

"""A process that has imported the hub and forks it on request, which takes 20 ms of processor time instead of 1.2 s.

    python -m tests.support.fork_server

reads one JSON request per line and answers each with one line. It has no thread and no event loop, so a fork is like a new
process. When its standard input ends, it kills the remaining hubs and exits.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class ForkServer:
    """The client in the test process. The server starts with the first request. Calls block, and any thread may make them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def start(self, *words: str, env: dict[str, str], folder: str | None = None, patient: bool = False) -> int:
        """Fork `hub WORDS` and return its process id. Its input and output are files in `folder`, or nothing.

        If it is `patient`, it waits a minute for Postgres and Redis.
        """
        return int(self._ask({"start": words, "env": env, "folder": folder, "patient": patient}))

    def ended(self, pid: int) -> int | None:
        """Return the exit code, or None while the process runs."""
        return self._ask({"ended": pid})

    def wait(self, pid: int) -> int:
        """Wait for the process and return its exit code. Other calls wait meanwhile."""
        return int(self._ask({"wait": pid}))

    def run(self, *words: str, env: dict[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `hub WORDS` to its end, as `subprocess.run` with captured output."""
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("stdin", "stdout", "stderr")]
            files[0].write_text(stdin)
            code = self.wait(self.start(*words, env=env, folder=folder))
            return subprocess.CompletedProcess(words, code, files[1].read_text(), files[2].read_text())

    def _ask(self, request: dict[str, Any]) -> Any:
        with self._lock:
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.support.fork_server"],
                    cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                )  # fmt: skip
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


FORK_SERVER = ForkServer()
"""The fork server of the test process, which ends with it."""


def _serve() -> None:
    import hub.app
    import hub.commands

    for module in pkgutil.iter_modules(hub.commands.__path__):
        import_module(f"hub.commands.{module.name}")
    needed = ("hub.cli", "hub.serving.loop", "hub.serving.workers", "hub.embedded.supervisor", "db.migrate")
    for name in (*needed, "tests.support.patience"):
        import_module(name)
    assert len(list(Path("/proc/self/task").iterdir())) == 1, "a fork would leave a thread behind"
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    codes: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            pid = os.fork()
            if pid == 0:
                _become_hub(request["start"], request["env"], request["folder"], patient=request["patient"])
            children.add(pid)
            answer: int | None = pid
        else:
            pid = request.get("wait") or request["ended"]
            if pid not in codes:
                found, status = os.waitpid(pid, 0 if "wait" in request else os.WNOHANG)
                if found:
                    codes[pid] = os.waitstatus_to_exitcode(status)
                    children.discard(pid)
            answer = codes.get(pid)
        print(json.dumps(answer), flush=True)
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _become_hub(words: list[str], env: dict[str, str], folder: str | None, *, patient: bool) -> None:
    """Run the command as `python -m hub` would. This does not return."""
    from hub import cli
    from hub.access import randomness
    from tests.support.patience import LastingChanges, wait_for_slow_servers

    code: Any = 70
    try:
        randomness._stock, randomness._at = b"", 0
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT
            os.dup2(os.open(Path(folder, name) if folder else os.devnull, flags, 0o600), number)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "r" if n == 0 else "w", closefd=False) for n in range(3))
        os.environ.clear()
        os.environ.update(env)
        if patient:
            wait_for_slow_servers(LastingChanges())
        code = cli.main(words)
    except SystemExit as end:
        code = end.code
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve()

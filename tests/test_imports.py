"""The import law: which part of the product may know of which, read from the source itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("hub", "web", "db", "loadtests")

# Package -> what of ours it may import; None: everything but what it is forbidden below.
ALLOWED: dict[str, tuple[str, ...]] = {
    "hub.rules": ("hub.rules",),
    "db": ("db",),
    "hub.guards": ("hub.guards", "db", "hub.rules", "hub.batching", "hub.settings"),
    "loadtests": ("loadtests",),
}
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "hub.actions": ("aiohttp", "web", "hub.live", "hub.app", "hub.commands", "hub.cli", "hub.serving.loop", "hub.embedded",
                    "hub.jobs"),
    "hub.access": ("aiohttp", "web", "hub.live", "hub.app", "hub.actions", "hub.commands"),
    "hub.confirmation": ("aiohttp.web", "web", "hub.live", "hub.app", "hub.actions"),
    "hub.jobs": ("aiohttp", "web", "hub.live", "hub.app"),
    "hub.live": ("web", "db.statements", "asyncpg", "hub.app", "hub.commands"),
    "web": ("hub.live", "db.statements", "asyncpg", "hub.app", "hub.commands", "hub.embedded"),
    "hub.embedded": ("aiohttp", "web", "db", "hub.actions", "hub.app"),
}  # fmt: skip


def imports_of(source: str, package: str) -> Iterator[str]:
    """Every module a source text imports, wherever in it; `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join(filter(None, [*parents[: len(parents) - node.level + 1], base]))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def broken_laws(module: str, source: str) -> list[str]:
    """The imports of `module` that the law does not allow."""
    package = module.rpartition(".")[0] or module
    broken = []
    for name in imports_of(source, package):
        ours = name.split(".")[0] in OURS
        for part, allowed in ALLOWED.items():
            if _within(module, part) and ours and not any(_within(name, a) or _within(a, name) for a in allowed):
                broken.append(f"{module} imports {name}")
        for part, forbidden in FORBIDDEN.items():
            if _within(module, part) and any(_within(name, f) for f in forbidden):
                broken.append(f"{module} imports {name}")
        if _within(module, "hub.rules") and not ours and name.split(".")[0] not in sys.stdlib_module_names:
            broken.append(f"{module} imports {name}, which is not of the standard library")
    return broken


def _within(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


def modules_of(top: str) -> list[tuple[str, Path]]:
    found = []
    for path in sorted((ROOT / top).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found.append((name.removesuffix(".__init__"), path))
    return found


MODULES = [entry for top in OURS for entry in modules_of(top)]


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_a_module_knows_only_what_the_law_allows(module, path):
    assert broken_laws(module, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.rules.made_up", "import asyncpg"),
        ("hub.rules.made_up", "from hub.clock import Clock"),
        ("hub.rules.made_up", "def f():\n    from hub import services"),
        ("db.made_up", "from hub.rules import reasons"),
        ("db.made_up", "import web.keys"),
        ("hub.guards.made_up", "from hub.actions.booking.expire import expire"),
        ("hub.actions.made_up", "from aiohttp import web"),
        ("hub.actions.made_up", "from ..live import rooms"),
        ("hub.live.made_up", "from web import keys"),
        ("hub.live.made_up", "from db.statements import load"),
        ("hub.live.made_up", "from db import statements"),
        ("web.made_up", "if True:\n    import hub.live.rooms"),
        ("web.api.made_up", "from db import statements"),
        ("loadtests.made_up", "from hub.settings import Settings"),
    ],
)
def test_a_made_up_module_that_breaks_the_law_is_found(module, source):
    assert broken_laws(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.rules.made_up", "from dataclasses import dataclass\nfrom hub.rules.reasons import Reason\nfrom . import reasons"),
        ("hub.guards.made_up", "from db.scripts import lua\nfrom hub.batching.batcher import Batcher"),
        ("hub.actions.made_up", "from db.statements import load\nfrom hub.services import Services"),
        ("loadtests.made_up", "import aiohttp, locust\nfrom loadtests.bench import row"),
        ("hub.app", "from web.routes import add_routes\nfrom hub.live.live_hub import LiveHub"),
    ],
)  # fmt: skip
def test_a_made_up_module_that_keeps_the_law_passes(module, source):
    assert broken_laws(module, source) == []


@pytest.mark.parametrize("top", ["web", "hub/live"])
def test_nobody_at_the_surface_writes_sql(top):
    words = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ")
    found = [
        f"{path.name}:{node.lineno}"
        for path in sorted((ROOT / top).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(words)
    ]
    assert found == []


def test_no_module_has_a_name_that_says_nothing():
    said = {"utils", "helpers", "common", "base", "manager", "misc"}
    assert [name for name, _ in MODULES if name.rpartition(".")[2] in said] == []

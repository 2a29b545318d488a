"""The import law: which package may import which, read from the source, annotations included."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("hub", "web", "db", "loadtests")

# Package -> the packages of ours it may import. A package without a row may import whatever FORBIDDEN does not exclude.
ALLOWED: dict[str, tuple[str, ...]] = {
    "db": ("db",),
    "loadtests": ("loadtests",),
    "hub.rules": ("hub.rules",),
    "hub.text": ("hub.text", "hub.rules"),
    "hub.batching": ("hub.batching", "hub.rules", "db"),
    "hub.events": ("hub.events", "hub.rules", "db"),
    "hub.guards": ("hub.guards", "hub.rules", "hub.batching", "hub.settings", "db"),
    "hub.observability": ("hub.observability", "hub.rules", "db"),
    "hub.access": ("hub.access", "hub.rules", "hub.events", "hub.clock", "hub.settings", "hub.observability", "db"),
    "hub.confirmation": (
        "hub.confirmation",
        "hub.rules",
        "hub.text",
        "hub.settings",
        "hub.observability",
        "hub.guards",
    ),
    "hub.openid": ("hub.openid", "hub.rules", "hub.settings", "hub.observability", "hub.guards", "hub.clock"),
    "hub.embedded": ("hub.embedded", "hub.observability", "hub.settings"),
}
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "hub.actions": ("aiohttp", "web", "hub.live", "hub.app", "hub.commands", "hub.cli", "hub.serving.loop", "hub.embedded", "hub.jobs"),
    "hub.access": ("aiohttp",),
    "hub.confirmation": ("aiohttp.web",),
    "hub.jobs": ("aiohttp", "web", "hub.live", "hub.app", "hub.commands"),
    "hub.live": ("web", "db.statements", "asyncpg", "hub.app", "hub.commands", "hub.jobs"),
    "web": ("hub.live", "hub.jobs", "db.statements", "asyncpg", "hub.app", "hub.commands", "hub.embedded"),
    "hub.embedded": ("aiohttp",),
}  # fmt: skip

SUBJECTS: dict[str, tuple[str, ...]] = {
    "audit": (),
    "webhooks": ("audit", "venues"),
    "venues": ("audit",),
    "staff": ("audit", "venues"),
    "tickets": ("audit", "venues", "webhooks"),
    "booking": ("audit", "tickets", "venues", "webhooks"),
    "orders": ("audit", "booking", "tickets", "venues", "webhooks"),
    "integration": ("audit",),
    "guests": ("audit", "booking", "venues"),
    "waitlist": ("booking", "venues"),
    "waiting_room": ("venues",),
    "imports": ("audit", "booking", "orders", "tickets", "webhooks"),
    "messaging": ("audit", "booking"),
    "shows": ("audit", "booking", "guests", "waitlist", "venues", "tickets", "messaging"),
    "privacy": ("audit", "booking", "guests", "shows", "waitlist", "venues"),
    "scanning": ("audit", "messaging", "venues"),
    "door_sales": ("audit", "booking", "orders", "scanning"),
    "box_office": ("audit", "booking", "orders", "scanning", "tickets", "venues"),
    "setup": ("audit", "tickets", "venues", "staff"),
    "reporting": ("audit", "venues", "waitlist"),
}
"""The subjects of hub/actions, each with those it may import. A subject is above the ones it imports."""


def imports_of(source: str, package: str) -> Iterator[str]:
    """Yield every module that a source imports, anywhere in it. `from a import b` gives `a` and `a.b`."""
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
    """Return the imports of `module` that the law does not allow."""
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
        if _within(module, "hub.actions") and _within(name, "hub.actions"):
            broken += _broken_subjects(module, name)
    return broken


def _broken_subjects(module: str, name: str) -> list[str]:
    subject, other = _subject(module), _subject(name)
    if not subject or not other or other == subject or other in SUBJECTS.get(subject, ()):
        return []
    return [f"{module} imports {name}: {subject} stands below {other}"]


def _subject(module: str) -> str:
    return module.removeprefix("hub.actions").lstrip(".").split(".")[0]


def _within(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


def modules_of(top: str) -> list[tuple[str, Path]]:
    found = []
    for path in sorted((ROOT / top).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found.append((name.removesuffix(".__init__"), path))
    return found


MODULES = [entry for top in OURS for entry in modules_of(top)]


def files_imported(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """Return which of these modules each one imports.

    The argument has sources by name, and a package's own file is left out.
    """
    found = {}
    for module, source in modules.items():
        names = set(imports_of(source, module.rpartition(".")[0] or module))
        found[module] = {name for name in names if name in modules and name != module}
    return found


def circles(imported: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import one another in a circle (Tarjan's strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for name in imported[module]:
            if name not in index:
                visit(name)
                low[module] = min(low[module], low[name])
            elif name in stack:
                low[module] = min(low[module], index[name])
        if low[module] == index[module]:
            at = stack.index(module)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for module in imported:
        if module not in index:
            visit(module)
    return found


def has_order(subjects: Mapping[str, Sequence[str]]) -> bool:
    """Return whether the subjects can be ordered so that each imports only earlier ones."""
    return not circles({subject: set(below) for subject, below in subjects.items()})


def test_every_module_knows_only_what_the_law_allows():
    assert len(MODULES) > 900, "the modules were found"
    assert [law for module, path in MODULES for law in broken_laws(module, path.read_text(encoding="utf-8"))] == []


def test_no_files_import_one_another_in_a_circle():
    """Imports for annotations alone (`TYPE_CHECKING`) and imports inside functions count as well."""
    sources = {name: path.read_text(encoding="utf-8") for name, path in MODULES if path.name != "__init__.py"}
    assert circles(files_imported(sources)) == []


def test_a_circle_is_found_even_where_it_is_closed_by_an_annotation():
    sources = {
        "hub.a": "from hub.b import B",
        "hub.b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hub.c import C",
        "hub.c": "def f():\n    from hub import a",
        "hub.d": "import hub.a",
    }
    assert circles(files_imported(sources)) == [["hub.a", "hub.b", "hub.c"]]


def test_every_subject_of_the_actions_is_listed_and_they_have_an_order():
    folders = {path.name for path in (ROOT / "hub/actions").iterdir() if (path / "__init__.py").exists()}
    assert folders == set(SUBJECTS)
    assert has_order(SUBJECTS)
    assert not has_order({"booking": ("waitlist",), "waitlist": ("booking",)})


def test_the_root_of_hub_holds_what_starts_it_and_nothing_else():
    names = {path.name for path in (ROOT / "hub").glob("*.py")}
    assert names == {"__init__.py", "__main__.py", "cli.py", "app.py", "settings.py", "clock.py", "services.py"}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.rules.made_up", "import asyncpg"),
        ("hub.rules.made_up", "from hub.clock import Clock"),
        ("hub.rules.made_up", "def f():\n    from hub import services"),
        ("hub.text.made_up", "from hub.actions.booking.expire import expire"),
        ("hub.batching.made_up", "from hub.events.announcer import Announcer"),
        ("hub.events.made_up", "from hub.services import Services"),
        ("db.made_up", "from hub.rules import reasons"),
        ("db.made_up", "import web.keys"),
        ("hub.guards.made_up", "from hub.actions.booking.expire import expire"),
        ("hub.actions.booking.made_up", "from aiohttp import web"),
        ("hub.actions.booking.made_up", "from ...live import server"),
        ("hub.actions.booking.made_up", "from hub.actions.waitlist.join import join_waitlist"),
        (
            "hub.actions.venues.venues.made_up",
            "if TYPE_CHECKING:\n    from hub.actions.booking.reserve import Bookings",
        ),
        ("hub.live.made_up", "from web import keys"),
        ("hub.live.made_up", "from db.statements import load"),
        ("hub.live.made_up", "from db import statements"),
        ("web.made_up", "if True:\n    import hub.live.server"),
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
        ("hub.actions.waitlist.entries.made_up", "from db.statements import load\nfrom hub.services import Services"),
        ("hub.actions.waitlist.entries.made_up", "from hub.actions.booking.reserve import Bookings"),
        ("loadtests.made_up", "import aiohttp, locust\nfrom loadtests.bench import row"),
        ("hub.app", "from web.routes import add_routes\nfrom hub.live.server import LiveServer"),
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

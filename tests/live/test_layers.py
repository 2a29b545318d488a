"""The layers of hub/live: imports go downwards only, annotations included, and there are no import cycles."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.live.commands.context import CommandContext
from hub.live.commands.table import COMMANDS
from hub.live.topics.context import TopicContext
from hub.live.topics.table import TOPICS

ROOT = Path(__file__).parents[2]
LAYERS = ("protocol", "connection", "channels", "topics", "commands", "endpoints")
"""From the lowest up. The files of hub/live itself are above all of them."""


def layer_of(module: str) -> int:
    """Return the layer of a module of hub.live, counted from the lowest."""
    name = module.split(".")[2] if module.count(".") >= 2 else ""
    return LAYERS.index(name) if name in LAYERS else len(LAYERS)


def live_imports(module: str, source: str) -> Iterator[str]:
    """Yield every module of hub.live that a source imports, inside functions and under `TYPE_CHECKING` as well."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".")[: -node.level]
                base = ".".join([*package, *([base] if base else [])])
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.startswith("hub.live."))


def upward_imports(module: str, source: str) -> list[str]:
    return [name for name in live_imports(module, source) if layer_of(name) > layer_of(module)]


def circle_of(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of one import cycle, or an empty list."""
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        for imported in sorted(graph.get(module, ())):
            found = visit(imported, [*path, module])
            if found:
                return found
        done.add(module)
        return []

    for module in sorted(graph):
        found = visit(module, [])
        if found:
            return found
    return []


def sources() -> dict[str, str]:
    found = {}
    for path in sorted((ROOT / "hub/live").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path.read_text(encoding="utf-8")
    return found


SOURCES = sources()


def graph_of(texts: dict[str, str]) -> dict[str, set[str]]:
    return {
        module: {name for name in live_imports(module, text) if name in texts and name != module}
        for module, text in texts.items()
    }


def test_every_layer_imports_downwards_only() -> None:
    assert {module: found for module, text in SOURCES.items() if (found := upward_imports(module, text))} == {}


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circle_of(graph_of(SOURCES)) == []
    assert sum(map(len, graph_of(SOURCES).values())) > 100, "the graph was read"


def test_no_import_hides_under_type_checking() -> None:
    assert [module for module, text in SOURCES.items() if "TYPE_CHECKING" in text] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.live.protocol.made_up", "from hub.live.connection import heartbeat"),
        ("hub.live.connection.made_up", "from hub.live.server import LiveServer"),
        ("hub.live.connection.made_up", "import hub.live.channels.counts"),
        (
            "hub.live.channels.made_up",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hub.live.commands.dispatcher import CommandSession",
        ),
        ("hub.live.topics.made_up", "from ..commands.context import CommandContext"),
        ("hub.live.topics.made_up", "from ..commands import context"),
        ("hub.live.commands.made_up", "def f():\n    from hub.live.endpoints.staff_connection import StaffConnection"),
        ("hub.live.endpoints.made_up", "from hub.live import server"),
    ],
)
def test_a_made_up_module_that_imports_upwards_is_found(module: str, source: str) -> None:
    assert upward_imports(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.live.connection.made_up", "from hub.live.protocol import frames\nfrom .heartbeat import Heartbeat"),
        ("hub.live.commands.made_up", "from hub.live.topics.table import TOPICS\nfrom hub.house import House"),
        (
            "hub.live.server",
            "from hub.live.endpoints.staff_endpoint import serve_staff\nfrom hub.live.relay import Relay",
        ),
    ],
)
def test_a_made_up_module_that_imports_downwards_passes(module: str, source: str) -> None:
    assert upward_imports(module, source) == []


def test_a_made_up_circle_is_found() -> None:
    texts = {
        "hub.live.channels.a": "from hub.live.channels.b import B",
        "hub.live.channels.b": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hub.live.channels import c",
        "hub.live.channels.c": "def f():\n    import hub.live.channels.a",
        "hub.live.channels.d": "from hub.live.channels.a import A",
    }
    assert set(circle_of(graph_of(texts))) == {f"hub.live.channels.{name}" for name in "abc"}
    del texts["hub.live.channels.c"]
    assert circle_of(graph_of(texts)) == []


def test_the_handlers_of_commands_take_a_command_context() -> None:
    assert [name for name in COMMANDS if _first_parameter(COMMANDS[name].handle) is not CommandContext] == []


def test_topics_take_a_topic_context() -> None:
    assert [name for name in TOPICS if _first_parameter(TOPICS[name].open) is not TopicContext] == []


def _first_parameter(function: object) -> object:
    first, *_ = inspect.signature(function, eval_str=True).parameters.values()  # type: ignore[arg-type]
    return first.annotation

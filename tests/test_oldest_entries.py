"""Mappings whose oldest entry is removed again and again must be ordered dicts.

A plain dict finds its first entry by passing every entry deleted before it, so each removal costs more than the last.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = [path for top in ("hub", "web", "db") for path in sorted((ROOT / top).rglob("*.py"))]


def name_of(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def calls_of(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node.func) == name)


def plain_dicts_taken_from_the_front(source: str) -> set[str]:
    """Return the names whose first entry is found by `next(iter(...))` and deleted, and which are no ordered dicts."""
    tree = ast.parse(source)
    looked_up = {name_of(it.args[0]) for call in calls_of(tree, "next") for it in calls_of(call, "iter") if it.args}
    emptied = {name_of(node.value) for node in ast.walk(tree)
               if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Del)}  # fmt: skip
    emptied |= {name_of(call.func.value) for call in calls_of(tree, "pop") if isinstance(call.func, ast.Attribute)}
    ordered = {name_of(node.target) for node in ast.walk(tree)
               if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith("OrderedDict")}  # fmt: skip
    return (looked_up & emptied) - ordered - {""}


def test_no_plain_dict_is_taken_from_its_front() -> None:
    assert len(SOURCES) > 800, "the sources were found"
    found = {
        str(path.relative_to(ROOT)): plain_dicts_taken_from_the_front(path.read_text(encoding="utf-8"))
        for path in SOURCES
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "self._read: dict[str, int] = {}\ndel self._read[next(iter(self._read))]",
        "oldest = next(iter(seen), None)\ndel seen[oldest]",
        "kept.pop(next(iter(kept)))",
    ],
)
def test_a_made_up_source_that_does_so_is_found(source: str) -> None:
    assert plain_dicts_taken_from_the_front(source)


@pytest.mark.parametrize(
    "source",
    [
        "seen: OrderedDict[str, int] = OrderedDict()\noldest = next(iter(seen), None)\ndel seen[oldest]",
        "only = next(iter(known))",
        "self._read.popitem(last=False)",
    ],
)
def test_a_made_up_source_that_does_not_passes(source: str) -> None:
    assert plain_dicts_taken_from_the_front(source) == set()

"""The sentences about the fields of forms: each is one that a rule says, so that none loses its translation when a rule is reworded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import hub
from web.pages.admin.field_words import KNOWN


def test_every_sentence_with_numbers_is_said_by_a_rule() -> None:
    said = {re.sub(r"\d+", "{}", text) for text in sentences()}
    assert [known for known in KNOWN if "{}" in known and known not in said] == []


def sentences() -> Iterator[str]:
    """Yield the texts in the sources of the hub, with `{}` for each value that is put into them."""
    for file in Path(hub.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)

"""The names of the fields in the audit log: every field that an action keeps has one, and every source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from hub.actions.audit.log import SOURCES
from hub.actions.integration.api_keys import ApiKeyFields
from hub.actions.shows import performances, shows
from hub.actions.staff import change_people
from hub.actions.staff.sign_in_settings import SignInSettings
from hub.actions.tickets.products import ProductFields
from hub.rules.venue_policies import POLICIES
from hub.text.audit_fields import AUDIT_FIELDS, AUDIT_SOURCES

ACTIONS = Path(__file__).resolve().parents[2] / "hub" / "actions"
NOT_KEPT = {"version", "worked_at", "gate_ids"}
"""Fields of the values below that the log leaves out."""


def kept_in(tree: ast.AST) -> Iterator[str]:
    """Yield the keys of the values written as `before` and `after`, and of those that functions named `recorded` return."""
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Call):
            parts = [one.value for one in node.keywords if one.arg in ("before", "after")]
        elif isinstance(node, ast.FunctionDef) and node.name.strip("_") == "recorded":
            parts = [node]
        elif isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id in ("before", "after", "made", "added") for one in node.targets
        ):
            parts = [node.value]
        for one in (each for part in parts for each in ast.walk(part) if isinstance(each, ast.Dict)):
            yield from (key.value for key in one.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def test_every_field_that_an_action_keeps_has_a_name() -> None:
    kept = {name for file in ACTIONS.rglob("*.py") for name in kept_in(ast.parse(file.read_text(encoding="utf-8")))}
    kept |= {one.name for kind in (ApiKeyFields, SignInSettings, ProductFields) for one in fields(kind)}
    kept |= {*shows.FIELDS, *performances.SETTINGS, *change_people.FIELDS} - {"gate_ids"}
    assert {"reason", "name_zh", "ticket_ids", "scopes"} <= kept
    assert kept - NOT_KEPT - {*AUDIT_FIELDS} - {policy.column for policy in POLICIES} == set()


def test_every_source_has_words_and_nothing_else_has() -> None:
    assert {*AUDIT_SOURCES} == {*SOURCES}

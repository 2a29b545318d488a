"""A law: what is imported is declared, and what is declared is imported."""

from __future__ import annotations

from pathlib import Path

from tests.support.declared_dependencies import imported, problems, undeclared


def test_every_imported_package_is_declared_and_every_declared_one_imported() -> None:
    assert problems() == []


def test_a_package_that_comes_along_with_another_is_found(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "page.py").write_text("import os\nfrom markupsafe import Markup\nimport web.pages\n")
    modules = imported(("hub",), tmp_path)
    assert modules == {"markupsafe": "hub/page.py"}
    assert undeclared(modules, {"jinja2"}) == [
        "hub/page.py imports markupsafe, and nothing that provides it is declared"
    ]
    assert undeclared(modules, {"markupsafe"}) == []

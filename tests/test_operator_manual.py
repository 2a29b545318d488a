"""The operator's manual, in both languages: it names every answer of the scanner, and its pictures exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VERDICTS = "js/words/verdicts.js"
MANUALS = {"en": "docs/operator-manual.md", "zh_Hans": "docs/operator-manual.zh.md"}
ANSWER = re.compile(r"[A-Z_]+: t\(\"([^\"]+)\"\)")
ROW = re.compile(r"^\| ([^|*!]+) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def answers(language: str) -> list[str]:
    """Return the headline of every answer, as the scanner shows it in this language."""
    source = (ROOT / "web/static" / VERDICTS).read_text(encoding="utf-8")
    english = ANSWER.findall(source.partition("const WORDS = {")[2].partition("};")[0])
    assert len(english) > 25
    if language == "en":
        return english
    catalogue = json.loads((ROOT / f"hub/locale/{language}/LC_MESSAGES/messages.json").read_text(encoding="utf-8"))
    return [catalogue[VERDICTS][text] for text in english]


@pytest.mark.parametrize("language", MANUALS)
def test_the_manual_says_once_of_every_answer_what_to_do(language: str) -> None:
    manual = (ROOT / MANUALS[language]).read_text(encoding="utf-8")
    rows = [name.strip() for name in ROW.findall(manual)]
    # With two rows somebody would find two instructions.
    assert [answer for answer in answers(language) if rows.count(answer) != 1] == []


def test_both_manuals_show_the_same_pictures_and_each_exists() -> None:
    shown = [
        re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / path).read_text(encoding="utf-8")) for path in MANUALS.values()
    ]
    assert shown[0] == shown[1] != []
    assert [name for name in shown[0] if not (ROOT / "docs" / name).exists()] == []

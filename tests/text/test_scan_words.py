"""The words of scans on the server are those of the scripts, so that paper and screen say the same."""

from __future__ import annotations

import re

import pytest

from hub.text import scan_words
from web.pages.static_files import STATIC_ROOT


def words_of(script: str, name: str) -> dict[str, str]:
    """Return the entries of an object of texts in a script: `KEY: t("Words")`, or the `done` of `key: { … }`."""
    source = (STATIC_ROOT / "js/words" / script).read_text()
    (body,) = re.findall(rf"const {name} = (\{{.*?\}});", source, re.DOTALL)
    return dict(re.findall(r'(\w+): (?:\{ verb: t\("[^"]+"\), done: )?t\("([^"]+)"\)', body))


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (scan_words.REASONS, [("scans.js", "REASONS")]),
        (scan_words.CONFLICT_KINDS, [("conflicts.js", "KINDS")]),
        (scan_words.CONFLICT_DECISIONS, [("conflicts.js", "DECISIONS"), ("conflicts.js", "FOUND")]),
        (scan_words.DISPUTE_DECISIONS, [("disputes.js", "DECISIONS")]),
    ],
)
def test_paper_says_what_the_screen_says(words: dict[str, str], places: list[tuple[str, str]]) -> None:
    said = {key: text for place in places for key, text in words_of(*place).items()}
    assert said
    assert dict(words) == said

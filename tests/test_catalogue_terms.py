"""Terms of the catalogues: a term has one translation everywhere, and no text has the translation of another."""

from __future__ import annotations

import re

import pytest
from babel.messages import Catalog

from hub.locale.catalogue import ROOT, read
from hub.text.languages import DEFAULT, LANGUAGES
from tests.test_catalogues import forms

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
_ROW = re.compile(r"^\| ([a-zPIN ]+) \| ([^|]+) \| ([a-zPIN ]+) \| ([^|]+) \|$", re.MULTILINE)
_PLACE = re.compile(r"%\(\w+\)s|\{\w*\}")
LONGER = 6
"""By how many characters a Chinese text may be longer than the English one: it is a third as long as a rule."""

# Texts that say the same without the term.
WITHOUT = {
    "gate": {"The gates let visitors in from 60 minutes before their time. The policy “Early entry” changes it."},
    "operator": {"The customer's mail server does not accept our mail. Its operator may hold it for spam."},
    "venue": {
        "You are invited to work with Venue Hub at {organisation}.",
        "{by} has invited you to work with Venue Hub at {organisation}.",
    },
}


def terms() -> dict[str, list[str]]:
    """Return the translations by term, from the table in the documentation."""
    table = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for one, words, other, more in _ROW.findall(table):
        found |= {one: words.split(", "), other: more.split(", ")}
    del found["term"]
    return found


def faults_of(catalog: Catalog) -> list[str]:
    """Return the texts whose translation lacks a term, or is too long for them."""
    faults, known = [], terms()
    for message in catalog:
        if not message.id:
            continue
        said, meant = forms(message.id)[-1], forms(message.string or "")[-1]
        bare, short = _PLACE.sub("", said), _PLACE.sub("", meant)
        if len(short) > len(bare) + LONGER:
            faults.append(f"too long for {said!r}: {meant!r}")
        for term, words in known.items():
            named = re.search(rf"\b{term}s?\b", bare, 0 if term.isupper() else re.IGNORECASE)
            if named and not any(word in short for word in words) and said not in WITHOUT.get(term, ()):
                faults.append(f"{term} is not {words} in {said!r}: {meant!r}")
    return faults


@pytest.mark.parametrize("language", OTHERS)
def test_a_term_has_one_translation_and_no_text_that_of_another(language: str) -> None:
    assert len(terms()) == 30
    assert faults_of(read(language)) == []


def test_a_wrong_translation_is_found_out() -> None:
    for said, meant in (
        ("Close", "\u8be5\u65e5\u56e0\u8c03\u6574\u65f6\u949f\u6ca1\u6709\u8fd9\u4e2a\u65f6\u95f4"),
        ("This time slot is closed.", "\u8be5\u65f6\u95f4\u5df2\u8fc7"),
        ("Managers", "\u7ba1\u7406\u5458"),
    ):
        catalog = Catalog(locale="zh_Hans")
        catalog.add(said, meant)
        assert len(faults_of(catalog)) == 1, said

"""Typed text: any script and any emoji is kept, and nothing breaks a line or a list."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.text.typed_text import clean_line, clean_lines

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  Ada \t Lovelace\r\n", "Ada Lovelace"),
        ("Ada\x00\x07Lovelace", "Ada Lovelace"),
        ("Ada\u2028Lovelace", "Ada Lovelace"),
        ("\u5b5f\u59dc\u5973", "\u5b5f\u59dc\u5973"),
        ("\u0639\u0628\u062f \u0627\u0644\u0644\u0647", "\u0639\u0628\u062f \u0627\u0644\u0644\u0647"),
        ("\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u200f", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u200f"),
        (f"{FAMILY} Rossi \U0001f3f3\ufe0f", f"{FAMILY} Rossi \U0001f3f3\ufe0f"),
        ("\u202eadA\u202c", "adA"),
        ("\u2067Ada\u2069", "Ada"),
        ("\u200b\u2060\ufeff", ""),
        (" \u00a0\u3000", ""),
        ("\u202e", ""),
        ("\u0301", ""),
        ("", ""),
    ],
)
def test_a_line_keeps_what_shows(typed, kept):
    assert clean_line(typed) == kept


def test_lines_stay_lines():
    assert clean_lines("Two prams\r\n\r\n\r\n\r\n  and a dog \n") == "Two prams\n\nand a dog"
    assert clean_lines(" \n \n") == ""


@given(st.text(max_size=300))
def test_no_text_has_more_than_one_line_or_a_control_character_and_cleaning_twice_changes_nothing(text):
    line = clean_line(text)
    assert not any(unicodedata.category(one) == "Cc" for one in line)
    assert len(line.splitlines()) <= 1
    assert clean_line(line) == line
    lines = clean_lines(text)
    assert clean_lines(lines) == lines
    assert "\n\n\n" not in lines

"""Texts of shows and rooms: stored in one form, of a limited length, without what hides their meaning."""

from __future__ import annotations

import pytest

from hub.rules.show_texts import clean_line, clean_text


def test_a_line_is_composed_and_has_single_spaces():
    assert clean_line("  Cafe\u0301 \u3000 Noir\n", 20) == "Caf\u00e9 Noir"


def test_a_text_keeps_its_lines():
    assert clean_text("\r\nOne\r\n\r\nTwo\rThree  ", 50) == "One\n\nTwo\nThree"


def test_emoji_with_joiners_and_scripts_from_right_to_left_stay():
    for text in (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0647\u0627\u0645\u0644\u062a",
        "\u0915\u094d\u200d\u0937",
    ):
        assert clean_line(text, 20) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [("a\x00b", "Control"), ("a\x07b", "Control"), ("\ud800", "Control"), ("abc\u202edef", "direction"), ("\u2067x", "direction"),
     ("x" * 21, "At most 20"), (" \u3000 ", "blank")],
)  # fmt: skip
def test_what_hides_its_meaning_is_blank_or_too_long_is_refused(text, words):
    with pytest.raises(ValueError, match=words):
        clean_line(text, 20, required=True)


def test_what_has_no_width_goes_and_a_lost_letter_is_refused():
    assert clean_line("\ufeffAda\u200b Love\u2060lace", 20) == "Ada Lovelace"
    with pytest.raises(ValueError, match="A letter was lost"):
        clean_line("M\ufffdller", 20)
    with pytest.raises(ValueError, match="blank"):
        clean_line("\u200d\u0301", 20, required=True)

"""What staff type to find a visitor: which texts tell too little of a name."""

from __future__ import annotations

import pytest

from hub.text.search_words import is_short_name


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("li", True),
        ("Li Wu", True),
        ("Ó é", True),
        ("li wang", False),
        ("anna", False),
        ("王伟", False),
        ("12", False),
        ("a@b", False),
        ("", False),
    ],
)
def test_only_names_of_very_few_letters_are_short(text: str, short: bool) -> None:
    assert is_short_name(text) is short

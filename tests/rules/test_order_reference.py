"""The names of orders: which references a new one may have, and what its number may look like."""

from __future__ import annotations

import pytest

from hub.rules.order_reference import is_reference, order_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("218", 218),
        ("#218", 218),
        ("２１８", 218),
        ("#", None),
        ("", None),
        ("WEB-218", None),
        ("2 18", None),
        ("9" * 17, None),
    ],
)
def test_a_number_is_read_with_and_without_its_sign(text: str, number: int | None) -> None:
    assert order_number(text) == number


@pytest.mark.parametrize(("text", "may"), [("WEB-1:2.3", True), ("-1", False), ("a b", False), ("x" * 65, False)])
def test_a_reference_fits_in_an_address(text: str, may: bool) -> None:
    assert is_reference(text) is may

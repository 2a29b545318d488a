"""Contact masking: recognisable for the owner, useless for others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.contact_masking import mask_email, mask_phone


@pytest.mark.parametrize(
    ("email", "shown"),
    [("john@example.com", "j***@example.com"), ("j@example.com", "***@example.com"), ("broken", "***"), (None, None)],
)
def test_an_address_shows_its_first_letter_and_domain(email, shown):
    assert mask_email(email) == shown


@pytest.mark.parametrize(("phone", "shown"), [("+12025551234", "***34"), ("+123", "***"), (None, None)])
def test_a_number_shows_its_last_two_digits(phone, shown):
    assert mask_phone(phone) == shown


@given(st.text(min_size=2, max_size=40), st.integers(10**6, 10**14))
def test_nothing_more_is_shown(name, number):
    assert mask_email(f"{name}@example.org") == f"{name[0]}***@example.org"
    assert mask_phone(f"+{number}") == f"***{number % 100:02}"

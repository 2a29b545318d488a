"""The contact check: syntax only, with both errors at once."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from hub.rules.refusals import Refused
from hub.text.contact_details import check_contact, deliverable_form, ungrouped_phone
from hub.text.messages import said


@pytest.mark.parametrize(
    ("email", "stored"),
    [
        ("john@example.com", "john@example.com"),
        (" John.Doe+tag@EXAMPLE.Org ", "John.Doe+tag@example.org"),
        ("anna@exämple.org", "anna@exämple.org"),
    ],
)
def test_a_good_address_is_stored_with_its_domain_in_lower_case(email, stored):
    assert check_contact(email, "+12025551234").email == stored


@pytest.mark.parametrize(
    ("email", "meant"),
    [
        ("o\u2019connor@example.com", "o'connor@example.com"),
        ("ann\u2013marie@Example.com", "ann-marie@example.com"),
        ("jürgen@gmail.com", "juergen@gmail.com"),
        ("jose\u0301@gmail.com", "jose@gmail.com"),
        ("Łukasz@example.pl", "lukasz@example.pl"),
        ("用户@例子.公司", None),
        ("иван@example.com", None),
    ],
)
def test_an_address_that_servers_do_not_deliver_to_is_refused_with_the_one_that_was_meant(email, meant):
    with pytest.raises(Refused) as refusal:
        check_contact(email, None)
    (problem,) = refusal.value.details["validation_errors"]
    assert problem["message"].startswith("Use plain letters before the @.")
    assert problem.get("suggestion") == meant
    if meant:
        assert check_contact(meant, None).email == meant
        assert said([problem])[0]["message"].endswith(f"Did you mean {meant}?")


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ("anna@münchen.de", "anna@xn--mnchen-3ya.de"),
        ("anna@例子.公司", "anna@xn--fsqu00a.xn--55qx5d"),
        ("Ann@example.com", "Ann@example.com"),
    ],
)
def test_a_domain_is_sent_in_its_form_in_ascii(stored, sent):
    assert deliverable_form(stored) == sent


@pytest.mark.parametrize("phone", ["+12025551234", "+1234567890", "+393331234567", "+8613800138000", "+6834002"])
def test_a_number_in_international_form_is_accepted(phone):
    assert check_contact("john@example.com", phone).phone_e164 == phone


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("+39 06 123-4567", "+39061234567"), (" +49 (0)170 1234567", "+491701234567"), ("+1 (202) 555-0123", "+12025550123"),
     ("+33\u00a01\u202f23.45.67.89", "+33123456789"), ("06 123 4567", "06 123 4567"), ("+39 06 x", "+3906x")],
)  # fmt: skip
def test_the_groups_of_a_number_with_its_country_code_are_put_together(typed: str, stored: str):
    assert ungrouped_phone(typed) == stored


@pytest.mark.parametrize("phone", ["+٣٩٣٣٣١٢٣٤٥٦٧", "+۳۹۳۳۳۱۲۳۴۵۶۷", "+३९३३३१२३४५६७", "+３９３３３１２３４５６７"])
def test_the_digits_of_every_script_are_read(phone):
    assert check_contact("john@example.com", phone).phone_e164 == "+393331234567"


@pytest.mark.parametrize(
    "email",
    ["", "john", "john@", "@example.com", "john@example", "a b@example.com", "john@example.com\nBcc: x@example.com",
     "j\x00ohn@example.com", "j\ud800@example.com", "j@" + "a" * 300 + ".com", "john@localhost", "x" * 70 + "@example.com"],
)  # fmt: skip
def test_a_bad_address_is_refused(email):
    with pytest.raises(Refused) as refusal:
        check_contact(email, "+12025551234")
    assert refusal.value.reason == "INVALID_CONTACT"
    assert refusal.value.details["validation_errors"] == [{"field": "email", "message": "Invalid email format"}]


@pytest.mark.parametrize(
    "phone",
    ["", "123", "2025551234", "0012025551234", "+0123456789", "+999123456789", "+1", "+1202555", "+123456789012345",
     "+1 202 555 1234", "+1202555abcd", "+12025551234\x00", "+1202555123412025551234"],
)  # fmt: skip
def test_a_bad_number_is_refused(phone):
    with pytest.raises(Refused) as refusal:
        check_contact("john@example.com", phone)
    assert [error["field"] for error in refusal.value.details["validation_errors"]] == ["phone"]


def test_both_errors_are_named_at_once_by_the_callers_fields():
    with pytest.raises(Refused) as refusal:
        check_contact("nobody", "nothing", ("customer_email", "customer_phone"))
    fields = [error["field"] for error in refusal.value.details["validation_errors"]]
    assert fields == ["customer_email", "customer_phone"]


@given(st.text(max_size=80), st.text(max_size=30))
def test_any_other_text_is_refused_and_nothing_else_happens(email, phone):
    try:
        contact = check_contact(email, phone)
    except Refused:
        return
    contact.email.encode()
    assert contact.phone_e164.startswith("+")


@given(
    st.from_regex(r"[A-Za-z0-9._+\-]{1,70}", fullmatch=True) | st.text("ab.@+_-'é", max_size=12),
    st.sampled_from(
        ["example.com", "EXAMPLE.org", "exämple.org", "example", "-a.com", "a..b", "", "x" * 64 + ".com", "[1.2.3.4]"]
    ),
)
@example("a", ".".join(["x" * 60] * 4) + ".com")
def test_the_short_way_to_an_address_says_what_the_library_says(name, domain):
    text = f"{name}@{domain}"
    try:
        whole = validate_email(text.strip(), check_deliverability=False, strict=True).normalized
        name, _, domain = whole.rpartition("@")
        expected = f"{name}@{domain.lower()}" if name.isascii() else None
    except EmailNotValidError:
        expected = None
    try:
        answer = check_contact(text, "+12025551234").email
    except Refused:
        answer = None
    # The library has the names that every domain has, such as `postmaster`, in lower case.
    assert (answer and answer.lower()) == (expected and expected.lower())


def test_no_number_is_asked_for_where_none_is_needed():
    contact = check_contact("john@example.com", None)
    assert (contact.email, contact.phone_e164) == ("john@example.com", "")
    with pytest.raises(Refused) as refusal:
        check_contact("john", None)
    assert [problem["field"] for problem in refusal.value.details["validation_errors"]] == ["email"]

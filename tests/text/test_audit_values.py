"""The words of stored values in the audit log."""

from __future__ import annotations

from hub.rules.second_factor import PasswordUse, Requirement
from hub.rules.ticket_lifecycle import Channel, TicketStatus
from hub.text.audit_values import words_of_value


def test_codes_are_words_and_what_people_typed_stays() -> None:
    assert words_of_value("mode", "both") == "Entry and exit"
    assert words_of_value("email", "another one") == "Another one"
    assert words_of_value("show_contact", "masked") == "Mostly hidden"
    for field, value in (("name", "Both"), ("address", "exit"), ("status", 200), ("mode", None), ("unknown", "x")):
        assert words_of_value(field, value) is None


def test_every_status_channel_and_choice_of_the_sign_in_has_words() -> None:
    assert all(words_of_value("status", one.value) for one in TicketStatus)
    assert all(words_of_value("channel", one.value) for one in Channel)
    assert all(words_of_value("require_second_factor", one.value) for one in Requirement)
    assert all(words_of_value("passwords", one.value) for one in PasswordUse)

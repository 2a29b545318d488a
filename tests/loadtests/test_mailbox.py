"""The mailboxes of the load tests keep the confirmation links that come by e-mail, for users of any process."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from loadtests.receivers.links import link_to
from loadtests.receivers.receivers import Receivers


@pytest.fixture
def receivers():
    with Receivers() as opened:
        yield opened


def send(receivers, address, text):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hub@example.org", address, "Confirm your booking"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", receivers.mailbox.port) as server:
        server.send_message(message)


def test_a_link_is_handed_out_once_and_only_to_its_address(receivers):
    line = "Confirm here: https://tickets.example.org/b/a-token_of-64 " + "and a long line " * 20
    send(receivers, "ada@example.com", line)
    assert link_to(receivers.url, "eve@example.com") is None
    assert link_to(receivers.url, "ada@example.com") == "a-token_of-64"
    assert link_to(receivers.url, "ada@example.com") is None


def test_other_mail_is_only_counted(receivers):
    send(receivers, "ada@example.com", "Your visit: https://tickets.example.org/r/another-token")
    assert link_to(receivers.url, "ada@example.com") is None
    assert receivers.mailbox.messages == 1

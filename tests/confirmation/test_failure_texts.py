"""Failure texts: why a message was not sent, as a sentence."""

import pytest

from hub.confirmation.failure_texts import failure_text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("recipient refused: 550 5.1.1", "The address does not exist. Ask the customer for the right one. (550 5.1.1)"),
        ("recipient refused: 550", "The customer's mail server does not accept mail for this address. (550)"),
        ("recipient refused: 450 4.7.1", "The customer's mail server asks us to come back later. (450 4.7.1)"),
        ("recipient refused: 452 4.2.2", "The customer's mailbox is full. (452 4.2.2)"),
        ("message refused: 554 5.7.1",
         "The customer's mail server does not accept our mail. Its operator may hold it for spam. (554 5.7.1)"),
        ("provider refused: 400 21211", "This number cannot get text messages. (400 21211)"),
        ("provider refused: 401 20003",
         "The text message provider does not accept our account or number. Check HUB_SMS_URL. (401 20003)"),
        ("no connection: ConnectionRefusedError", "The server that sends our messages cannot be reached."),
        ("line broke: TimeoutError", "The connection broke while the message was being sent."),
        ("obsolete: cancelled", "The reservation was cancelled before the message went out."),
        ("too late", "It would have arrived too late."),
        ("error: KeyError", "The message cannot be written. This is a fault of the hub: please report it."),
        ("something new", "The message was not accepted."),
    ],
)  # fmt: skip
def test_every_trouble_has_words_and_keeps_its_code(error, words):
    assert failure_text(error, "en") == words


def test_no_blank_stands_after_a_chinese_full_stop():
    assert failure_text("recipient refused: 550 5.1.1", "zh_Hans").endswith("。(550 5.1.1)")

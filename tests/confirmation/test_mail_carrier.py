"""The mail carrier against a real SMTP server, and the development mailbox."""

import asyncio
import os
from datetime import UTC, datetime
from email.message import EmailMessage
from types import SimpleNamespace

import pytest

from hub.confirmation.carrier_errors import DeliveryDeferred, DeliveryRefused
from hub.confirmation.development_mailbox import list_development_mail, read_development_mail
from hub.confirmation.mail_carrier import MailCarrier


def settings(tmp_path, smtp_url=None, public_url="https://hub.example.org", keeps_mail_back=False):
    return SimpleNamespace(smtp_url=smtp_url, data_dir=tmp_path, public_url=public_url, keeps_mail_back=keeps_mail_back)


def message(number=1):
    mail = EmailMessage()
    mail["From"] = "no-reply@hub.example.org"
    mail["To"] = "john@example.org"
    mail["Subject"] = f"Mail {number} – für dich"
    mail["Date"] = datetime(2026, 11, 20, tzinfo=UTC)
    mail["Message-ID"] = f"<1.{number}.abc@hub.example.org>"
    mail.set_content("hello")
    return mail


async def test_several_mails_share_one_connection(tmp_path, mail_server):
    carrier = MailCarrier(settings(tmp_path, mail_server.url))
    for number in range(3):
        await carrier.send(message(number))
    await carrier.rest()
    assert [mail["Subject"] for mail in mail_server.messages] == [f"Mail {number} – für dich" for number in range(3)]
    assert mail_server.sessions == 1
    await carrier.send(message(9))
    await carrier.rest()
    assert mail_server.sessions == 2


@pytest.mark.parametrize(
    ("where", "answer", "error"),
    [
        ("rcpt_answer", "550 5.1.1 no such user john@example.org", DeliveryRefused),
        ("rcpt_answer", "450 busy", DeliveryDeferred),
        ("data_answer", "554 spam from 10.5.7.1.2 for john@example.org", DeliveryRefused),
        ("data_answer", "451 4.7.1 try later", DeliveryDeferred),
    ],
)
async def test_a_refusal_is_final_or_not_as_its_code_says(tmp_path, mail_server, where, answer, error):
    carrier = MailCarrier(settings(tmp_path, mail_server.url))
    setattr(mail_server, where, answer)
    with pytest.raises(error) as trouble:
        await carrier.send(message())
    assert "example.org" not in str(trouble.value)
    assert str(trouble.value).partition(": ")[2] in (answer[:3], answer[:9])
    assert ("5.1.1" in answer) == ("5.1.1" in str(trouble.value))
    assert "10.5" not in str(trouble.value)
    assert error is DeliveryRefused or trouble.value.scope == "message"
    setattr(mail_server, where, None)
    await carrier.send(message())
    assert len(mail_server.messages) == 1
    assert mail_server.sessions == 1
    await carrier.rest()


async def test_an_unreachable_server_is_another_failure_than_a_refusal(tmp_path, mail_server):
    await mail_server.stop()
    carrier = MailCarrier(settings(tmp_path, mail_server.url))
    with pytest.raises(DeliveryDeferred) as trouble:
        await carrier.send(message())
    assert trouble.value.scope == "all"
    await mail_server.start()
    await carrier.send(message())
    assert len(mail_server.messages) == 1
    await carrier.rest()


async def test_a_connection_lost_in_the_middle_of_a_message_may_be_the_messages_fault(tmp_path, mail_server):
    carrier = MailCarrier(settings(tmp_path, mail_server.url))
    mail_server.hangs_up_on = ("john@example.org",)
    with pytest.raises(DeliveryDeferred) as trouble:
        await carrier.send(message())
    assert trouble.value.scope == "unsure"
    mail_server.hangs_up_on = ()
    await carrier.send(message(2))
    assert len(mail_server.messages) == 1
    await carrier.rest()


async def test_a_server_that_hangs_up_between_two_mails_is_found_again(tmp_path, mail_server):
    carrier = MailCarrier(settings(tmp_path, mail_server.url))
    await carrier.send(message(1))
    carrier._client.transport.abort()
    await asyncio.sleep(0.01)
    await carrier.send(message(2))
    assert len(mail_server.messages) == 2
    await carrier.rest()


async def test_an_upgrade_that_is_insisted_on_but_not_offered_sends_nothing(tmp_path, mail_server):
    carrier = MailCarrier(settings(tmp_path, mail_server.url.replace("smtp:", "smtp+starttls:")))
    with pytest.raises(DeliveryDeferred) as trouble:
        await carrier.send(message())
    assert trouble.value.scope == "all"
    assert mail_server.messages == []


@pytest.mark.parametrize(
    ("smtp_url", "public_url", "sender"),
    [
        (None, "https://hub.example.org", "no-reply@hub.example.org"),
        (None, "http://127.0.0.1:8080", "no-reply@localhost"),
        ("smtp://tickets%40venue.org:pw@mail.example.org", "http://127.0.0.1:8080", "tickets@venue.org"),
        ("smtps://user:pw@mail.example.org?from=door@venue.org", "https://hub.example.org", "door@venue.org"),
    ],
)
def test_the_sender_comes_from_the_mail_url_or_the_public_one(tmp_path, smtp_url, public_url, sender):
    assert MailCarrier(settings(tmp_path, smtp_url, public_url)).sender == sender


async def test_without_a_mail_server_mail_goes_into_the_development_mailbox(tmp_path):
    carrier = MailCarrier(settings(tmp_path))
    assert list_development_mail(tmp_path) == []
    for number in (1, 2):
        await carrier.send(message(number))
    newest, oldest = list_development_mail(tmp_path)
    assert (newest.subject, oldest.subject) == ("Mail 2 – für dich", "Mail 1 – für dich")
    assert newest.recipient == "john@example.org"
    assert read_development_mail(tmp_path, newest.name).get_content() == "hello\n"
    assert {path.suffix for path in (tmp_path / "mail").iterdir()} == {".eml"}


@pytest.mark.parametrize(
    "name", ["", "../secret.json", "/etc/passwd", "20261120T000000000000Z-../x.eml", "x.eml", "\x00"]
)
def test_the_mailbox_opens_nothing_but_its_own_mails(tmp_path, name):
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "mail").mkdir()
    assert read_development_mail(tmp_path, name) is None


async def test_a_mailbox_that_cannot_be_written_defers(tmp_path):
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(DeliveryDeferred):
        await MailCarrier(settings(tmp_path)).send(message())


async def test_in_production_without_a_mail_server_mail_waits(tmp_path):
    with pytest.raises(DeliveryDeferred, match=r"^not set: HUB_SMTP_URL$") as deferred:
        await MailCarrier(settings(tmp_path, keeps_mail_back=True)).send(message())
    assert deferred.value.scope == "all", "the message loses no try"
    assert list(tmp_path.iterdir()) == []


async def test_the_folder_of_a_mailbox_is_its_owners_only(tmp_path):
    before = os.umask(0o022)
    try:
        await MailCarrier(settings(tmp_path / "data")).send(message())
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data", tmp_path / "data" / "mail")} == {0o700}

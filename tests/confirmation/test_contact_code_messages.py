"""The mail with a contact code, read back in both languages."""

from datetime import timedelta

import pytest

from tests.support.mail_outbox import NOW
from tests.support.sent_mail import LANGUAGES, bodies, check_every_mail, sent


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_code_stands_in_the_subject_and_large_in_the_mail(urgent, outbox_rows, mail_server, language):
    row = await outbox_rows.queue(
        "contact.code", {"code": "042137", "minutes": 5}, language=language, not_after=NOW + timedelta(minutes=5)
    )
    mail = await sent(urgent, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    assert "042137" in mail["Subject"]
    assert "\n    042137\n" in text
    assert "042137" in page.text
    assert page.links == []
    assert mail["From"].addresses[0].display_name == "Arte Spa"

"""E-mails about tickets without a reservation."""

from __future__ import annotations

import pytest

from hub.text.languages import LANGUAGES
from tests.support.sent_mail import bodies, sent


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_buyer_learns_which_ticket_is_cancelled(worker, outbox_rows, mail_server, language):
    payload = {"ticket_code": "TKT-2026-ABC234-DEF001", "name": "Jo"}
    await outbox_rows.queue("ticket.cancelled", payload, None, language=language)
    mail = await sent(worker, mail_server)
    text, page = bodies(mail)
    said = {"en": "Arte Spa has cancelled your ticket", "zh_Hans": "Arte Spa 取消了您的门票"}[language]
    for body in (text, page.text):
        assert said in body
        assert "TKT-2026-ABC234-DEF001" in body
    assert page.pictures == []

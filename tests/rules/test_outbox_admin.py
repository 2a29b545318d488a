"""Which messages staff may send again and which they may discard."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.rules.outbox_admin import MailStanding, why_not_discard, why_not_retry
from hub.rules.reasons import Reason

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SOON, AGO = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
SETTLED, MOVING, NO = Reason.MAIL_SETTLED, Reason.MAIL_ON_ITS_WAY, Reason.MAIL_NOT_RETRYABLE


@pytest.mark.parametrize(
    ("kind", "status", "not_after", "leased_until", "retry", "discard"),
    [
        ("reservation.confirmed", "DEAD", None, None, None, None),
        ("reservation.confirmed", "PENDING", None, None, None, None),
        ("reservation.confirmed", "PENDING", None, SOON, MOVING, MOVING),
        ("reservation.confirmed", "PENDING", None, NOW, None, None),
        ("reservation.confirmed", "SENT", None, None, SETTLED, SETTLED),
        ("reservation.confirmed", "DROPPED", None, None, SETTLED, SETTLED),
        ("reservation.reminder", "DEAD", SOON, None, None, None),
        ("reservation.reminder", "DEAD", AGO, None, NO, None),
        ("reservation.reminder", "DEAD", NOW, None, NO, None),
        ("waitlist.offer", "PENDING", SOON, None, None, None),
        ("waitlist.offer", "DEAD", SOON, None, NO, None),
        ("waitlist.lapsed", "DEAD", None, None, None, None),
        ("contact.code", "DEAD", SOON, None, NO, None),
    ],
)
def test_what_staff_may_do_with_a_message(kind, status, not_after, leased_until, retry, discard):
    mail = MailStanding(kind, status, not_after, leased_until)
    assert why_not_retry(mail, NOW) is retry
    assert why_not_discard(mail, NOW) is discard

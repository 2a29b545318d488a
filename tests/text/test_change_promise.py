"""The one sentence about changes: until when, or that it is too late."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.text.change_promise import change_promise

ROME = ZoneInfo("Europe/Rome")
UNTIL = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


def test_a_visit_that_can_be_changed_names_the_moment_on_the_venues_clock() -> None:
    words = "Free changes until 18:00 on Friday, 27 November 2026."
    assert change_promise(UNTIL, UNTIL - timedelta(days=2), ROME, "en_GB", "en") == words
    assert change_promise(UNTIL, UNTIL, ROME, "en_GB", "en") == words


def test_a_visit_that_can_no_longer_be_changed_promises_nothing() -> None:
    late = change_promise(UNTIL, UNTIL + timedelta(seconds=1), ROME, "en_GB", "en")
    assert late == "This visit can no longer be changed online."
    assert change_promise(UNTIL, UNTIL + timedelta(seconds=1), ROME, "zh_Hans") == "此预约已无法在线更改。"

"""The venue's day: its bounds, and which one it is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.rules.venue_day import day_bounds, today

ROME = ZoneInfo("Europe/Rome")
DAY = date(2026, 11, 20)


def test_today_and_the_bounds_of_a_day_are_the_venues():
    assert today(datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC), ROME) == DAY
    assert today(datetime(2026, 11, 20, 23, tzinfo=UTC), ROME) == DAY + timedelta(days=1)
    for day, hours in ((date(2026, 3, 29), 23), (DAY, 24), (date(2026, 10, 25), 25)):
        first, after = day_bounds(day, ROME)
        assert (after - first) / timedelta(hours=1) == hours
        assert today(first, ROME) == day
        assert today(after, ROME) == day + timedelta(days=1)


def test_where_clocks_skip_midnight_the_day_begins_at_the_jump():
    cairo = ZoneInfo("Africa/Cairo")
    first, _ = day_bounds(date(2026, 4, 24), cairo)
    assert today(first, cairo) == date(2026, 4, 24)
    assert today(first - timedelta(seconds=1), cairo) == date(2026, 4, 23)

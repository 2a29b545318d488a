"""When text messages may go out, in the time of the venue."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.rules.quiet_hours import LOOK_BACK, TextingTime, texting_time

ROME = ZoneInfo("Europe/Rome")
OVER_MIDNIGHT, AT_NOON = "22:00-08:00", "12:00-14:30"


def at(clock: str, day: int = 20, month: int = 11) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=ROME).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "quiet", "rests"),
    [
        ("21:59", OVER_MIDNIGHT, False), ("22:00", OVER_MIDNIGHT, True), ("03:00", OVER_MIDNIGHT, True), ("07:59", OVER_MIDNIGHT, True),
        ("08:00", OVER_MIDNIGHT, False), ("11:59", AT_NOON, False), ("12:00", AT_NOON, True), ("14:30", AT_NOON, False),
        ("03:00", None, False),
    ],
)  # fmt: skip
def test_no_text_message_goes_out_in_the_quiet_hours(now: str, quiet: str | None, rests: bool) -> None:
    assert (texting_time(at(now), ROME, quiet) is None) == rests


@pytest.mark.parametrize(
    ("now", "quiet", "since", "until"),
    [
        (at("12:00"), OVER_MIDNIGHT, at("11:00"), at("22:00")),
        (at("08:00", 21), OVER_MIDNIGHT, at("21:00"), at("22:00", 21)),
        (at("08:20", 21), OVER_MIDNIGHT, at("21:20"), at("22:00", 21)),
        (at("09:00", 21), OVER_MIDNIGHT, at("08:00", 21), at("22:00", 21)),
        (at("15:00"), AT_NOON, at("11:30"), at("12:00", 21)),
        (at("15:00"), None, at("14:00"), None),
    ],
)
def test_a_booking_in_the_quiet_hours_is_confirmed_after_them_and_nothing_reaches_into_the_next(
    now: datetime, quiet: str | None, since: datetime, until: datetime | None
) -> None:
    assert texting_time(now, ROME, quiet) == TextingTime(since, until)


def test_the_hour_that_comes_twice_is_as_quiet_as_the_clock_says() -> None:
    """The clocks of Rome go back from 3:00 to 2:00 on 25 October 2026, so these quiet hours last two hours."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    quiet = [texting_time(first + timedelta(minutes=30 * n), ROME, "02:00-03:00") is None for n in range(5)]
    assert quiet == [True, True, True, False, False]
    after = texting_time(datetime(2026, 10, 25, 2, 0, tzinfo=UTC), ROME, "02:00-03:00")
    assert after is not None
    assert after.since == datetime(2026, 10, 25, 0, 0, tzinfo=UTC) - LOOK_BACK

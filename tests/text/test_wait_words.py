"""The words of a place in the waiting room, in both languages."""

from __future__ import annotations

import pytest

from hub.text.wait_words import WaitWords

ENGLISH = WaitWords("en", "en_GB")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "Less than a minute"), (59, "Less than a minute"), (60, "About one minute"), (61, "About 2 minutes"), (600, "About 10 minutes"),
        (601, "About 15 minutes"), (3300, "About 55 minutes"), (3301, "About an hour"), (3600, "About an hour"), (7199, "More than an hour"), (7200, "More than 2 hours"),
    ],
)  # fmt: skip
def test_a_time_to_wait_is_rounded_up(seconds: int, words: str) -> None:
    assert ENGLISH.time(seconds) == words


def test_who_is_before_you_is_exact_while_it_is_known() -> None:
    assert [ENGLISH.ahead(one) for one in (None, 0, 1, 99, 1199)] == [
        "", "You're next in line.", "One person is ahead of you.", "99 people are ahead of you.", "About 1,199 people are ahead of you.",
    ]  # fmt: skip


def test_a_line_that_does_not_move_says_why() -> None:
    assert (ENGLISH.wait(None, 0), ENGLISH.wait(None, 60)) == ("The line is paused", "Waiting for a space to come free")
    assert ENGLISH.rate(0, None) == "The venue has stopped it for a moment. Your place is kept."
    assert WaitWords("zh_Hans", "zh_Hans_CN").time(61) == "约 2 分钟"

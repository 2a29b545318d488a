"""One segment of a text message: 160 letters of its alphabet, or 70 of any other."""

from hypothesis import given
from hypothesis import strategies as some

from hub.confirmation.text_segment import one_segment
from tests.support.text_segments import segments

ANY_TEXT = some.text(min_size=1, max_size=400) | some.text("abc é€[中😀 ’–", min_size=1, max_size=400)


def test_the_first_text_that_fits_is_taken_and_typography_costs_nothing() -> None:
    assert one_segment(["a" * 161, "b" * 160, "c"]) == "b" * 160
    assert one_segment(["€" * 81, "€" * 80]) == "€" * 80
    assert one_segment(["中" * 71, "中" * 70]) == "中" * 70
    assert one_segment(["😀" * 36, "😀" * 35]) == "😀" * 35
    assert one_segment([f"It’s “12:00 – 14:00”… {'x' * 130}"]) == f'It\'s "12:00 - 14:00"... {"x" * 130}'
    assert one_segment(["中’"]) == "中’"


@given(some.lists(ANY_TEXT, min_size=1, max_size=4))
def test_whatever_the_texts_one_segment_goes_out(texts: list[str]) -> None:
    text = one_segment(texts)
    assert text
    assert segments(text) == 1

"""The verdict of a run: a failed request and a problem are wrong, a missed bound is slow, and the exit code tells them apart."""

from __future__ import annotations

import pytest

from loadtests.framework.bounds import Line, Verdict, bound_of, parse


def test_the_longest_name_has_the_bound_and_ones_own_come_first() -> None:
    assert bound_of("POST", "validate when reserved", {}) == 300.0
    assert bound_of("socket", "validate valid", {}) == 500.0
    assert bound_of("socket", "validate valid", {"validate": 150.0, "validate valid": 20.0}) == 20.0
    assert bound_of("GET", "validates", {}) is None


def test_a_bound_is_a_name_and_milliseconds() -> None:
    assert parse(["verify valid=150", "a=b=1.5"]) == {"verify valid": 150.0, "a=b": 1.5}
    for wrong in ("verify", "=150", "verify=soon"):
        with pytest.raises(ValueError, match="NAME=MILLISECONDS"):
            parse([wrong])


@pytest.mark.parametrize(
    ("line", "problems", "code", "word"),
    [
        (Line("verify", 10, 0, 1.0, 20.0, 30.0, 500.0), [], 0, "PASSED"),
        (Line("verify", 10, 1, 1.0, 20.0, 30.0, 500.0), [], 1, "FAILED"),
        (Line("verify", 10, 0, 1.0, 501.0, 600.0, 500.0), [], 3, "TOO SLOW"),
        (Line("verify", 10, 0, 1.0, 501.0, 600.0), [], 0, "PASSED"),
        (Line("verify", 10, 0, 1.0, 20.0, 30.0, 500.0), ["audit: a place is lost"], 1, "FAILED"),
        (Line("verify", 10, 0, 1.0, 501.0, 600.0, 500.0), ["audit: a place is lost"], 1, "FAILED"),
    ],
)
def test_each_fault_alone_fails_a_run_and_slow_never_hides_wrong(
    line: Line, problems: list[str], code: int, word: str
) -> None:
    verdict = Verdict([line], problems, [])
    assert verdict.exit_code == code
    assert verdict.passed is (code == 0)
    assert str(verdict).splitlines()[-1].startswith(word)


def test_a_slow_run_names_each_bound_that_was_missed() -> None:
    late = Line("socket: verify", 10, 0, 1.0, 1501.0, 1600.0, 500.0)
    verdict = Verdict([late, Line("POST: reserve", 10, 0, 1.0, 20.0, 30.0, 1000.0)], [], [], ["the generator was late"])
    assert verdict.slow == ["socket: verify: p95 1,501 ms, its bound is 500 ms", "the generator was late"]
    assert all(f"~ {one}" in str(verdict) for one in verdict.slow)
    assert verdict.document()["slow"] == verdict.slow


def test_a_run_that_asked_nothing_fails() -> None:
    assert Verdict([], [], []).exit_code == 1

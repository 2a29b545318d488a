"""The verdict of a run: a failed request, a missed bound and a problem each fail it."""

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
    ("line", "problems", "passed"),
    [
        (Line("verify", 10, 0, 1.0, 20.0, 30.0, 500.0), [], True),
        (Line("verify", 10, 1, 1.0, 20.0, 30.0, 500.0), [], False),
        (Line("verify", 10, 0, 1.0, 501.0, 600.0, 500.0), [], False),
        (Line("verify", 10, 0, 1.0, 501.0, 600.0), [], True),
        (Line("verify", 10, 0, 1.0, 20.0, 30.0, 500.0), ["audit: a place is lost"], False),
    ],
)
def test_each_fault_alone_fails_a_run(line: Line, problems: list[str], passed: bool) -> None:
    verdict = Verdict([line], problems, [])
    assert verdict.passed is passed
    assert str(verdict).endswith("PASSED" if passed else "FAILED")


def test_a_run_that_asked_nothing_fails() -> None:
    assert not Verdict([], [], []).passed

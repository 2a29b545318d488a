"""Open files: the soft limit is raised to the hard one, and never beyond what is allowed."""

from __future__ import annotations

import resource

import pytest

from hub.serving import open_files


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The soft and the hard limit of a process that does not exist."""
    values = [1024, 524_288]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(values))

    def change(_: int, wanted: tuple[int, int]) -> None:
        values[:] = wanted

    monkeypatch.setattr(resource, "setrlimit", change)
    return values


def test_the_soft_limit_becomes_the_hard_one(limits: list[int]) -> None:
    open_files.raise_limit()
    assert limits == [524_288, 524_288]
    assert open_files.limit() == 524_288


def test_without_a_hard_limit_a_million_is_enough(limits: list[int]) -> None:
    limits[1] = resource.RLIM_INFINITY
    open_files.raise_limit()
    assert limits == [open_files.MOST, resource.RLIM_INFINITY]


def test_a_limit_that_is_high_is_left_alone(limits: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    limits[0] = resource.RLIM_INFINITY
    monkeypatch.delattr(resource, "setrlimit")
    open_files.raise_limit()
    assert open_files.limit() == open_files.MOST


def test_a_system_that_refuses_leaves_it_as_it_is(limits: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int, __: tuple[int, int]) -> None:
        raise ValueError("not allowed")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    open_files.raise_limit()
    assert open_files.limit() == 1024

"""Every load shape covers the whole run, and grows and falls evenly."""

from __future__ import annotations

import pytest

from loadtests.framework.phases import SHAPES, Phase, share_of_users


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_covers_the_run_with_at_most_all_users(name: str) -> None:
    phases = SHAPES[name]
    assert phases[-1].until == 1.0
    assert [phase.until for phase in phases] == sorted({phase.until for phase in phases})
    shares = [share_of_users(phases, step / 100) for step in range(101)]
    assert max(shares) == 1.0
    assert min(shares) > 0


def test_a_phase_grows_evenly_from_its_start_to_its_end() -> None:
    phases = (Phase(0.5, 0.2, 0.2), Phase(1.0, 0.2, 1.0))
    assert [round(share_of_users(phases, share), 2) for share in (0.0, 0.49, 0.5, 0.75, 1.0)] == [
        0.2,
        0.2,
        0.2,
        0.6,
        1.0,
    ]

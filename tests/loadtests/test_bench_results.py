"""The results of `make bench`: what a run keeps, what a comparison claims, and what the trend draws."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from loadtests.bench import compare, results, trend
from loadtests.bench.began import Began
from loadtests.bench.row import Measure, Row, table

SIX = (1000.0, 1020.0, 990.0, 1010.0, 980.0, 1005.0)


def row(ours: tuple[float, ...] = SIX, limit: tuple[float, ...] = (500.0,) * 6, **fields: object) -> Row:
    given = {"problems": [], "must_met": True, "goal_met": False, **fields}
    return Row(
        "V1", "verifies/s", "1,000/s", "500/s", 2.0, "1.5x", "4x", repetitions={"ours": list(ours), "limit": list(limit)},
        measures=[Measure("verifies a second", "higher", "ours", "limit", 1.5, 4)], **given,  # type: ignore[arg-type]
    )  # fmt: skip


def kept(
    folder: Path, *rows: Row, began: str = "2026-11-30T03:00:00+00:00", quick: bool = False, busy: bool = False
) -> results.Run:
    document = {
        "began": began, "commit": "0123456789ab", "quick": quick,
        "machine": {"processor": "A <fast> one", "cores": 2, "memory_gb": 8, "disturbed": busy},
        "rows": [one.document() for one in rows],
    }  # fmt: skip
    return results.read(results.write(folder / f"{began[:10]}{began[11:13]}{quick}.json", document))


def scaled(factor: float, figures: tuple[float, ...] = SIX) -> tuple[float, ...]:
    return tuple(one * factor for one in figures)


@pytest.mark.parametrize(
    ("after", "better", "verdict"),
    [
        (scaled(1.0), "higher", "no difference"),
        (scaled(1.01), "higher", "no difference"),
        (scaled(1.1), "higher", "better"),
        (scaled(0.9), "higher", "WORSE"),
        (scaled(0.9), "lower", "better"),
        (scaled(1.1), "lower", "WORSE"),
        (scaled(1.1)[:1], "higher", "perhaps better: too few rounds, run each again"),
        ((700.0, 1500.0, 650.0, 1600.0, 900.0, 1200.0), "higher", "no difference"),
    ],
)
def test_a_comparison_claims_what_the_rounds_show(after, better, verdict):
    assert compare.difference(SIX, after, better).verdict == verdict


def test_three_rounds_each_show_nothing_for_certain_and_two_runs_of_them_do(tmp_path):
    before, after = row(SIX[:3], (500.0,) * 3), row(scaled(1.2, SIX[:3]), (500.0,) * 3)
    a, b = kept(tmp_path / "a", before), kept(tmp_path / "b", after)
    assert "perhaps better" in compare.compare([a], [b])[-1]
    assert "  better  " in compare.compare([a, a], [b, b])[-1]


def test_one_round_each_claims_nothing():
    assert compare.difference([1.0], [2.0], "higher").verdict == "one round each: no spread is known"


def test_a_slower_machine_is_no_difference(tmp_path):
    a, b = kept(tmp_path / "a", row()), kept(tmp_path / "b", row(scaled(0.7), scaled(0.7, (500.0,) * 6)))
    line = compare.compare([a], [b])[-1]
    assert "no difference" in line
    assert line.endswith("-30.0%"), "the limit moved by as much"
    absolute = compare.difference(a.series[0].ours, b.series[0].ours, "higher")
    assert absolute.verdict == "WORSE", "without its limit it would be a difference"


@pytest.mark.parametrize(("before", "after"), [(3, 3), (2, 5), (4, 4)])
def test_the_certainty_is_that_of_all_orders(before, after):
    """Of all orders of equal rounds, as many leave zero outside of the interval as it says."""
    places = [1.0 + 0.001 * place for place in range(before + after)]
    outside = total = 0
    for chosen in combinations(places, after):
        rest = [place for place in places if place not in chosen]
        found = compare.difference(rest, chosen, "higher")
        outside += not found.low <= 0 <= found.high
        total += 1
    assert outside / total == pytest.approx(1 - found.certainty)


def test_equal_versions_differ_in_at_most_one_comparison_of_twenty():
    lot = random.Random(7)

    def figures() -> list[float]:
        return [lot.gauss(1000, 150) for _ in range(6)]

    claims = sum(compare.difference(figures(), figures(), "higher").verdict != "no difference" for _ in range(2000))
    assert claims / 2000 < 0.06


def test_a_row_whose_answers_were_wrong_is_not_compared(tmp_path):
    a, b = kept(tmp_path / "a", row()), kept(tmp_path / "b", row(problems=["a scan was lost"]))
    assert compare.compare([a], [b])[-1] == "no row is in both"


def test_quick_runs_and_other_machines_are_named(tmp_path):
    a, b = kept(tmp_path / "a", row()), kept(tmp_path / "b", row(), quick=True)
    b.machine["cores"] = 64
    warnings = [line for line in compare.compare([a], [b]) if line.startswith("!")]
    assert ["different machines" in warnings[0], "quick run" in warnings[1]] == [True, True]


def test_a_file_that_is_none_of_the_bench_is_refused_with_its_name(tmp_path):
    (tmp_path / "other.json").write_text('{"rows": [{"id": "V1"}]}')
    with pytest.raises(ValueError, match=r"other\.json"):
        results.read(tmp_path / "other.json")


def test_the_trend_draws_full_runs_with_their_spread_and_bounds(tmp_path):
    kept(tmp_path, row(), began="2026-11-28T03:00:00+00:00")
    kept(tmp_path, row(scaled(2.0)), began="2026-11-29T03:00:00+00:00")
    kept(tmp_path, row(scaled(9.0)), began="2026-11-30T03:00:00+00:00", quick=True)
    page = trend.write(tmp_path).read_text()
    svg = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    spreads = [(dot.findtext("title") or "").partition(": ")[2] for dot in svg.iter("circle")]
    assert spreads == ["2.005 (1.96 to 2.04)", "4.01 (3.92 to 4.08)"]
    assert {words.text for words in svg.iter("text")} >= {"must 1.5", "goal 4", "28 Nov", "29 Nov"}
    assert "A &lt;fast&gt; one" in page


def test_the_trend_draws_one_run_and_marks_one_of_a_busy_machine(tmp_path):
    kept(tmp_path, row(), began="2026-11-03T03:00:00+00:00")
    page = trend.write(tmp_path).read_text()
    assert ["Full runs: 1." in page, page.count("<circle"), "on 3 November 2026" in page] == [True, 1, True]
    assert 'class="busy"' not in page
    kept(tmp_path, row(), began="2026-11-04T03:00:00+00:00", busy=True)
    page = trend.write(tmp_path).read_text()
    assert [page.count("<circle"), page.count('class="busy"'), page.count(", on a busy machine")] == [2, 1, 1]


def test_a_full_run_is_kept_by_its_time_and_commit_and_a_quick_one_beside_the_sources(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(results, "ROOT", tmp_path)
    document = {"began": "2026-11-30T03:00:05+01:00", "commit": "0123456789ab+", "quick": False}
    assert results.write(None, document) == tmp_path / "results" / "2026-11-30-020005-01234567.json"
    assert results.write(None, {**document, "quick": True}) == tmp_path / "bench-2026-11-30-020005-01234567.json"


def test_without_kept_runs_there_is_no_trend(tmp_path):
    with pytest.raises(ValueError, match="no full run"):
        trend.write(tmp_path)


def test_a_row_that_did_not_begin_quiet_says_so_in_the_table():
    noisy = row(began=[Began(5, 0, 0, 0.01, 0.5), Began(0, 12, 1, 0.4, 120.0)])
    assert "DID NOT BEGIN QUIET: 12 e-mails waiting, 1 autovacuums running" in table([noisy])
    assert "began quiet after a rush (5 e-mails of it marked as sent)" in table(
        [row(began=[Began(5, 0, 0, 0.01, 0.5)])]
    )
    assert "QUIET" not in table([row(began=[Began(0, 0, 0, 0.01, 0.5)])])


def test_a_machine_without_the_cores_gives_no_verdict():
    assert row(unfit="two cores", must_met=False).verdict == "UNFIT"
    assert row(must_met=False).verdict == "MISSED"

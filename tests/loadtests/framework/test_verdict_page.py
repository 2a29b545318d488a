"""The verdict page shows each run, and is not written by what a hub has sent."""

from __future__ import annotations

from loadtests.framework.bounds import Line, Verdict
from loadtests.framework.verdict_page import page_of


def test_the_newest_run_is_first_and_its_problems_are_text() -> None:
    good = Verdict([Line("socket: verify", 1200, 0, 1.0, 2.0, 3.0, 500.0)], [], ["12 entries"])
    bad = Verdict([Line("POST: reserve", 3, 1, 1.0, 2.0, 3.0)], ["POST reserve: <script>alert(1)</script>"], [])
    slow = Verdict([Line("socket: verify", 1200, 0, 1.0, 502.0, 503.0, 500.0)], [], [])
    page = page_of([good, bad])
    assert page.index("Run 2: <span class=failed>failed") < page.index("Run 1: <span class=passed>passed")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<td>1,200<td>0<td>1.0<td>2.0<td>3.0<td>500<td class=passed>passed" in page
    assert "No run has ended yet." in page_of([])
    assert "Run 1: <span class=slow>slow" in page_of([slow])
    assert "<li>socket: verify: p95 502 ms, its bound is 500 ms" in page_of([slow])

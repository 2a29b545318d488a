"""The page `/verdict` beside locust's own: the verdict of each run so far, newest first, and as JSON at `/verdict.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from loadtests.framework.bounds import Line, Verdict

PAGE = Markup("""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>Verdict</title><style>
:root {{ color-scheme: light dark }} body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }} th, td {{ padding: .25rem .5rem; text-align: right; border-bottom: 1px solid #8885 }}
th:first-child, td:first-child {{ text-align: left }} .failed {{ color: light-dark(#b3261e, #ffb4ab); font-weight: 600 }}
.slow {{ color: light-dark(#a34700, #ffb77a); font-weight: 600 }} .passed {{ color: light-dark(#15803d, #86efac) }}</style>
<p><a href="/">Back to locust</a><h1>Verdict</h1>{}</html>""")
RUN = Markup("<h2>Run {}: <span class={}>{}</span></h2>{}{}{}")
TABLE = Markup(
    "<table><thead><tr><th>Request<th>Count<th>Failed<th>p50 ms<th>p95 ms<th>p99 ms<th>Bound of p95<th>Verdict</thead>{}</table>"
)
ROW = Markup("<tr><td>{}<td>{:,}<td>{:,}<td>{:.1f}<td>{:.1f}<td>{:.1f}<td>{}<td class={}>{}")
LIST = Markup("<ul class={}>{}</ul>")
ITEM = Markup("<li>{}")


def word(*, wrong: bool, slow: bool) -> str:
    return "failed" if wrong else "slow" if slow else "passed"


def _row(line: Line) -> Markup:
    bound = "" if line.bound is None else f"{line.bound:.0f}"
    said = word(wrong=line.failures > 0, slow=not line.in_time)
    return ROW.format(line.name, line.count, line.failures, line.p50, line.p95, line.p99, bound, said, said)


def _list(kind: str, items: Iterable[str]) -> Markup:
    made = Markup("").join(ITEM.format(item) for item in items)
    return LIST.format(kind, made) if made else made


def page_of(verdicts: list[Verdict]) -> str:
    """Return the page. Everything that a hub sent is escaped."""
    said = [word(wrong=verdict.wrong, slow=bool(verdict.slow)) for verdict in verdicts]
    runs = [
        RUN.format(
            number, said[number - 1], said[number - 1],
            _list("failed", verdict.problems) + _list("slow", verdict.slow), _list("notes", verdict.notes),
            TABLE.format(Markup("").join(_row(line) for line in verdict.lines)),
        )
        for number, verdict in enumerate(verdicts, 1)
    ]  # fmt: skip
    return str(PAGE.format(Markup("").join(reversed(runs)) or "No run has ended yet."))


def add_verdict_page(app: Any, verdicts: list[Verdict]) -> None:
    """Add both addresses to locust's Flask application."""

    def page() -> str:
        return page_of(verdicts)

    def document() -> list[dict[str, Any]]:
        return [verdict.document() for verdict in verdicts]

    app.add_url_rule("/verdict", "verdict", page)
    app.add_url_rule("/verdict.json", "verdict document", document)

"""The page `/verdict` of locust's own page: the verdict of each run so far, newest first, and as JSON at `/verdict.json`."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from loadtests.framework.bounds import Verdict

PAGE = Markup("<!doctype html><title>Verdict</title><meta http-equiv=refresh content=5><p><a href=/>Locust</a>{}")
RUN = Markup("<h2>Run {}</h2><pre>{}</pre>")


def add_verdict_page(app: Any, verdicts: list[Verdict]) -> None:
    """Add both addresses to locust's Flask application."""

    def page() -> str:
        runs = [RUN.format(number, str(verdict)) for number, verdict in enumerate(verdicts, 1)]
        return str(PAGE.format(Markup("").join(reversed(runs)) or "No run has ended yet."))

    def document() -> list[dict[str, Any]]:
        return [verdict.document() for verdict in verdicts]

    app.add_url_rule("/verdict", "verdict", page)
    app.add_url_rule("/verdict.json", "verdict document", document)

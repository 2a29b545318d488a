"""The report of a run: a table for the terminal, and a page with every figure, finding and note."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import orjson

from loadtests import cores
from loadtests.faults.case import Result
from loadtests.own_hub import ROOT

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #8886; padding: .35rem .6rem; text-align: left; vertical-align: top }
.good { color: #18794e } .bad { color: #c62828; font-weight: 600 }
@media (prefers-color-scheme: dark) { .good { color: #4cc38a } .bad { color: #ff8b8b } }
ul { margin: .2rem 0; padding-left: 1.2rem } li { overflow-wrap: anywhere }
"""


def table(results: Sequence[Result]) -> str:
    """Return one line per result, and below it what is broken or missed."""
    lines = []
    for result in results:
        kind = "control" if result.control else ""
        lines.append(f"{result.id:<4} {kind:<8} {result.verdict:<10} {result.seconds:5.0f} s  {result.what}")
        if result.control and result.good:
            # What it was found by: on a busy machine a missed figure alone says little about the mechanism.
            lines += [f"         {line}" for line in (result.broken or result.missed)[:1]]
            continue
        lines += [f"       ! {line}" for line in result.broken[:12]]
        lines += [f"       ! and {len(result.broken) - 12} more" for _ in range(len(result.broken) > 12)]
        lines += [f"       > {line}" for line in result.missed]
        lines += [f"         {figure}" for figure in result.figures if figure.fits]
        lines += [f"         {note}" for note in (*result.notes, *filter(None, [result.skipped]))]
    return "\n".join(lines)


def write(
    results: Sequence[Result],
    *,
    controls: Mapping[str, str],
    seed: int,
    began: datetime,
    weather: cores.Weather,
    path: Path | None,
) -> int:
    """Print the table, write the page and its figures as JSON, and return the exit code: 1 if anything is not as it must be."""
    machine = f"{len(cores.ALL_CORES) or 'unknown'} cores; before the run: {weather}"
    machine += "; THE MACHINE WAS BUSY" if weather.disturbed else ""
    print(table(results))
    print(f"\nseed {seed}; {machine}")
    path = path or ROOT / f"faults-{began:%Y-%m-%d-%H%M%S}.html"
    path.write_text(page(results, controls, seed=seed, began=f"{began:%Y-%m-%d %H:%M} UTC", machine=machine))
    document = {"began": began.isoformat(), "seed": seed, "results": [result.document() for result in results]}
    path.with_suffix(".json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    print(f"written to {path}")
    return 0 if all(result.good for result in results) else 1


def page(results: Sequence[Result], controls: Mapping[str, str], *, seed: int, began: str, machine: str) -> str:
    """Return the report as a page that needs nothing else. `controls`: what the control of each case takes away."""
    rows = "".join(_row(result, controls.get(result.id, "")) for result in results)
    good = sum(result.good for result in results)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Faults, {html.escape(began)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>Faults</h1>'
        f"<p>{html.escape(began)}, seed {seed}: {good} of {len(results)} as they must be. {html.escape(machine)}</p>"
        f"<table><thead><tr><th>id</th><th>promise</th><th>verdict</th><th>seconds</th><th>figures and findings</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _row(result: Result, control: str) -> str:
    what = f"Control: {control}" if result.control else result.what
    items = [f'<li class="bad">{html.escape(line)}</li>' for line in (*result.broken, *result.missed)]
    items += [f"<li>{html.escape(str(figure))}</li>" for figure in result.figures if figure.fits]
    items += [f"<li>{html.escape(note)}</li>" for note in (*result.notes, *filter(None, [result.skipped]))]
    verdict = f'<td class="{"good" if result.good else "bad"}">{result.verdict}</td>'
    return (
        f"<tr><td>{result.id}</td><td>{html.escape(what)}</td>{verdict}<td>{result.seconds:.0f}</td>"
        f"<td><ul>{''.join(items)}</ul></td></tr>"
    )

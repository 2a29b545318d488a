"""`make bench-trend`: one chart for each figure over all kept runs, as a page without scripts. Each run is a dot with its spread."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from loadtests.bench.results import FOLDER, Run, Series, read_kept

WIDTH, HEIGHT = 420, 150
LEFT, RIGHT, TOP, BOTTOM = 48, 84, 12, 24
COLOURS = ("#2563eb", "#c2410c", "#15803d", "#7e22ce", "#0e7490", "#b91c1c")
"""One colour a machine."""

STYLE = """
:root { color-scheme: light dark; --text: #1f2937; --soft: #6b7280; --back: #ffffff; --line: #d1d5db; --must: #b91c1c; --goal: #15803d }
@media (prefers-color-scheme: dark) {
  :root { --text: #e5e7eb; --soft: #9ca3af; --back: #111827; --line: #374151; --must: #f87171; --goal: #4ade80 }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 2rem auto; max-width: 1360px; padding: 0 1rem }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 1.5rem }
h2 { font-size: 1rem; margin: 0 } h2 + p, footer { color: var(--soft); margin: 0; font-size: .85rem }
svg { width: 100%; height: auto; display: block } svg text { font-size: 11px; fill: var(--soft) }
.axis { stroke: var(--line) } .must { stroke: var(--must); stroke-dasharray: 6 3 } .goal { stroke: var(--goal); stroke-dasharray: 2 3 }
.busy { fill: var(--back); stroke-width: 1.5 }
svg .must-word { fill: var(--must) } svg .goal-word { fill: var(--goal) }
ul { list-style: none; padding: 0 } .dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .4em }
"""


def write(folder: Path = FOLDER) -> Path:
    """Draw the runs kept in the folder. Raises ValueError if there are none."""
    runs = read_kept(folder)
    if not runs:
        raise ValueError(f"no full run is kept in {folder}")
    path = folder / "trend.html"
    path.write_text(page(runs), encoding="utf-8")
    return path


def page(runs: Sequence[Run]) -> str:
    """Return the page of these runs, the oldest first."""
    machines = list(dict.fromkeys(run.machine_name for run in runs))
    colour = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(machines)}
    figures = dict.fromkeys((one.row, one.name) for run in runs for one in run.series)
    charts = []
    for key in sorted(figures, key=lambda key: key[0]):
        points = [(run, one) for run in runs for one in run.series if (one.row, one.name) == key]
        charts.append(_figure(points, colour))
    legend = "".join(
        f'<li><span class="dot" style="background:{colour[name]}"></span>{escape(name)}</li>' for name in machines
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Trend of the bench</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>\n'
        f"<h1>Trend of the bench</h1>\n<p>Full runs: {len(runs)}. A dot is the median of a run's rounds, its bar their range; it is hollow "
        f"if the machine was busy before the run. A figure with x is divided by its limit from the same run.</p>\n<ul>{legend}</ul>\n"
        f"<main>{''.join(charts)}</main>\n</body></html>\n"
    )


def _figure(points: Sequence[tuple[Run, Series]], colour: dict[str, str]) -> str:
    last_run, last = points[-1]
    sign = " x" if last.limit else ""
    what = f"{'more' if last.better == 'higher' else 'less'} is better"
    newest = f"{statistics.median(last.ratios):.4g}{sign} on {last_run.began.day} {last_run.began:%B %Y}"
    return (
        f"<section><h2>{escape(last.row)}: {escape(last.name)}</h2><p>{newest}; {what}</p>"
        f"{_chart(points, colour, f'{last.row}, {last.name}: {newest}')}</section>\n"
    )


def _chart(points: Sequence[tuple[Run, Series]], colour: dict[str, str], label: str) -> str:
    last = points[-1][1]
    bounds = [bound for bound in (last.must, last.goal) if bound is not None]
    top = 1.08 * max([*bounds, *(max(one.ratios) for _, one in points)])
    wide = WIDTH - LEFT - RIGHT

    def x(place: int) -> float:
        return LEFT + wide * (place + 0.5) / len(points)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">']
    parts += [
        f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        for value in (0.0, top / 2, top)
    ]
    parts.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    for word, bound in (("must", last.must), ("goal", last.goal)):
        if bound is not None:
            parts.append(f'<path class="{word}" d="M{LEFT} {y(bound):.1f}H{WIDTH - RIGHT}"/>')
    parts += _words(last, y)
    by_machine = sorted(enumerate(points), key=lambda point: point[1][0].machine_name)
    for name, group in groupby(by_machine, key=lambda point: point[1][0].machine_name):
        parts += _dots([(x(place), run, one) for place, (run, one) in group], y, colour[name])
    for place in {0, len(points) - 1}:
        parts.append(
            f'<text x="{x(place):.1f}" y="{HEIGHT - 6}" text-anchor="middle">{points[place][0].began:%d %b}</text>'
        )
    return "".join([*parts, "</svg>"])


def _words(last: Series, y: Callable[[float], float]) -> list[str]:
    """Return the words beside the two bounds, apart from each other."""
    given = sorted(
        ((y(bound), word, bound) for word, bound in (("must", last.must), ("goal", last.goal)) if bound is not None)
    )
    words, free = [], 0.0
    for height, word, bound in given:
        free = max(height + 4, free)
        words.append(f'<text class="{word}-word" x="{WIDTH - RIGHT + 6}" y="{free:.1f}">{word} {bound:.4g}</text>')
        free += 13
    return words


def _dots(points: Sequence[tuple[float, Run, Series]], y: Callable[[float], float], colour: str) -> list[str]:
    line = " ".join(f"{x:.1f},{y(statistics.median(one.ratios)):.1f}" for x, _, one in points)
    parts = [f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>']
    for x, run, one in points:
        middle, low, high = statistics.median(one.ratios), min(one.ratios), max(one.ratios)
        busy = bool(run.machine.get("disturbed"))
        drawn, word = ('class="busy"', ", on a busy machine") if busy else (f'fill="{colour}"', "")
        parts.append(
            f'<g stroke="{colour}"><path d="M{x:.1f} {y(low):.1f}V{y(high):.1f}" stroke-opacity=".5" stroke-width="3"/>'
            f'<circle cx="{x:.1f}" cy="{y(middle):.1f}" r="3.5" {drawn}><title>'
            f"{run.began:%Y-%m-%d %H:%M}, commit {escape(run.commit)}: {middle:.4g} ({low:.4g} to {high:.4g}){word}</title></circle></g>"
        )
    return parts

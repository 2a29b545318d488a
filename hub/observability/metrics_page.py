"""The page of all metrics, `/metrics`, as Prometheus reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from prometheus_client import REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

PREFIX: Final = "venue_hub_"
_NAME = re.compile(rb"^(# (?:HELP|TYPE) )?(?!python_|process_|#)(?=[a-z])", re.MULTILINE)
_COMBINE: dict[str, Callable[[float, float], float]] = {"livemax": max, "livemin": min}
"""How the gauges of several processes become one. Everything else is added up."""


def render() -> tuple[bytes, str]:
    """Return the body for `/metrics` and its content type, for all processes of this machine together.

    Every metric of the hub has the prefix, and for one more release its old name without it too.
    """
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return _under_both_names(
            generate_latest(_registry_of(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
        ), CONTENT_TYPE_LATEST
    return _under_both_names(generate_latest(_others or REGISTRY)), CONTENT_TYPE_LATEST


def add_processes(folder: Path) -> None:
    """Show the metrics of the processes that write them into this folder too.

    This process keeps its own in memory. To count there costs 0.4 µs, and in a file 1.0 µs.
    """
    global _others  # noqa: PLW0603 - the metrics of a process are global as well
    _others = CollectorRegistry()
    _others.register(_AllProcesses(folder))


_others: CollectorRegistry | None = None


class _AllProcesses:
    """Collects the metrics of this process and those in the files of others as one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        found = {metric.name: metric for metric in REGISTRY.collect()}
        for metric in _registry_of(str(self._folder)).collect():
            own = found.get(metric.name)
            if own is None:
                found[metric.name] = metric
            else:
                own.samples = _combined(own, metric)
        return found.values()


def _combined(own: Metric, other: Any) -> list[Any]:
    """Return the samples of both. `other` was read from files, and knows how gauges of processes become one."""
    combine = _COMBINE.get(getattr(other, "_multiprocess_mode", ""), _add)
    samples: dict[Any, Any] = {(sample.name, *sorted(sample.labels.items())): sample for sample in own.samples}
    for sample in other.samples:
        key = (sample.name, *sorted(sample.labels.items()))
        known = samples.get(key)
        samples[key] = sample if known is None else known._replace(value=combine(known.value, sample.value))
    return list(samples.values())


def _add(one: float, other: float) -> float:
    return one + other


def _registry_of(folder: str) -> CollectorRegistry:
    """Return the metrics in the files of this folder."""
    from prometheus_client import multiprocess

    registry = CollectorRegistry()
    collector: Any = multiprocess.MultiProcessCollector
    collector(registry, folder)
    return registry


def _under_both_names(page: bytes) -> bytes:
    lines = [line for line in page.splitlines(keepends=True) if _NAME.match(line)]
    return page + b"".join(_NAME.sub(rb"\g<1>" + PREFIX.encode(), line, count=1) for line in lines)

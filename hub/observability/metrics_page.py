"""The page of all metrics, `/metrics`, as Prometheus reads it."""

from __future__ import annotations

import os
import re
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

PREFIX: Final = "venue_hub_"
_NAME = re.compile(rb"^(# (?:HELP|TYPE) )?(?!python_|process_|#)(?=[a-z])", re.MULTILINE)


def render() -> tuple[bytes, str]:
    """Return the body for `/metrics` and its content type, for all processes of this machine together.

    Every metric of the hub has the prefix, and for one more release its old name without it too.
    """
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return _under_both_names(generate_latest(registry)), CONTENT_TYPE_LATEST
    return _under_both_names(generate_latest()), CONTENT_TYPE_LATEST


def _under_both_names(page: bytes) -> bytes:
    lines = [line for line in page.splitlines(keepends=True) if _NAME.match(line)]
    return page + b"".join(_NAME.sub(rb"\g<1>" + PREFIX.encode(), line, count=1) for line in lines)

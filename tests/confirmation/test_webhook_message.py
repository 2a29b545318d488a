"""The signature of a request, checked with the example of docs/webhooks.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.confirmation.webhook_message import Named, headers_of
from tests.support.world import NOON

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "webhooks.md"
SECONDS = NOON.timestamp()


@pytest.fixture
def is_ours() -> Callable[..., bool]:
    """The function of the document, as a reader copies it."""
    (example,) = re.findall(r"```python\n(.+?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example, "docs/webhooks.md", "exec"), names)
    found: Callable[..., bool] = names["is_ours"]
    return found


def test_the_example_of_the_document_accepts_what_the_hub_signs_and_nothing_else(is_ours: Callable[..., bool]):
    body = b'{"id":"5f0c"}'
    header = headers_of(Named("order.paid", "5f0c", [1]), ["new", "old"], NOON, body)["Hub-Signature"]
    assert is_ours("new", header, body, now=SECONDS)
    assert is_ours("old", header, body, now=SECONDS), "for a day after a rotation"
    assert not is_ours("other", header, body, now=SECONDS)
    assert not is_ours("new", header, body + b" ", now=SECONDS)
    assert not is_ours("new", header, body, now=SECONDS + 301), "an old request, sent again"
    assert not is_ours("new", header.replace("t=", "t=1"), body, now=SECONDS)
    assert not is_ours("new", "", body)


@pytest.mark.parametrize(
    ("sequences", "kind", "span"), [([7], "order.paid", "7"), ([7, 8, 11], "batch", "7-11"), ([], "order.paid", None)]
)
def test_the_headers_name_the_events(sequences: list[int], kind: str, span: str | None):
    headers = headers_of(Named("order.paid", "5f0c", sequences), ["one"], NOON, b"{}")
    assert (headers["Hub-Event"], headers["Hub-Event-Id"], headers.get("Hub-Sequence")) == (kind, "5f0c", span)

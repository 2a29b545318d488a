"""The manual's pages: made from its documents, and as those are today."""

from __future__ import annotations

import pytest

from web.manual_pages import DOCUMENTS, manual, target


@pytest.mark.parametrize("language", DOCUMENTS)
def test_the_page_of_the_manual_is_that_of_its_document_today(language: str) -> None:
    assert target(language).read_text(encoding="utf-8") == manual(language), "python -m web.manual_pages"
    assert "<img" not in manual(language)
    assert "operator-manual" not in manual(language)

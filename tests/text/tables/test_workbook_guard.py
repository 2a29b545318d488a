"""The guard of workbooks: bombs, entities, encrypted and doubled parts are refused before a reader sees them."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from hub.rules.refusals import Refused
from hub.text.tables import workbook_guard
from hub.text.tables.workbook_guard import check_workbook
from tests.support.files import raw_workbook, text_cell

LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
ROW = '<row r="1">' + text_cell("A1", "code") + "</row>"


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        check_workbook(io.BytesIO(content))
    return str(refused.value.details["message"])


def test_a_plain_workbook_passes():
    facts = check_workbook(io.BytesIO(raw_workbook(ROW)))
    assert (facts.formulas, facts.hidden_rows, facts.merged_cells) == (False, 0, False)


def test_a_bomb_is_refused_by_the_size_that_it_declares():
    """A hundred megabytes of the same letter are a hundred kilobytes in the archive."""
    assert "too large" in refusal(raw_workbook(ROW, others={"xl/sharedStrings.xml": b"<sst>" + b" " * 100_000_000}))
    assert "too large" in refusal(raw_workbook(ROW, others={"xl/styles.xml": b"<a>" + b" " * 10_000_000}))


def test_a_bomb_that_declares_a_small_size_is_not_unpacked_further():
    content = bytearray(raw_workbook(ROW, others={"xl/styles.xml": b"<a/>" + b" " * 5_000_000}))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/styles.xml"))
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert "damaged" in refusal(bytes(content))


@pytest.mark.parametrize(
    "prolog", [LAUGHS, "<!-- " + "x" * 200_000 + " -->" + LAUGHS, '<!DOCTYPE a SYSTEM "file:///etc/passwd">']
)
def test_entities_are_refused_wherever_they_are_defined(prolog: str):
    assert "entities" in refusal(raw_workbook(ROW, prolog=prolog))


def test_an_encrypted_part_is_refused_as_a_password():
    content = bytearray(raw_workbook(ROW))
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    assert "password" in refusal(bytes(content))


def test_two_parts_of_one_name_are_refused():
    file = io.BytesIO(raw_workbook(ROW))
    with warnings.catch_warnings(), zipfile.ZipFile(file, "a") as packed:
        warnings.simplefilter("ignore")
        packed.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert "damaged" in refusal(file.getvalue())


def test_more_parts_than_a_workbook_has_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook_guard, "MOST_PARTS", 6)
    assert "damaged" in refusal(raw_workbook(ROW, others={f"xl/media/{n}.png": b"x" for n in range(3)}))


def test_pictures_and_macros_are_not_unpacked():
    check_workbook(io.BytesIO(raw_workbook(ROW, others={"xl/media/big.png": bytes(20_000_000)})))

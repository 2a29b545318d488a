"""Ticket files: every encoding, and every wrong line by number and field."""

import pytest

from hub.rules.refusals import Refused
from hub.text.ticket_csv import read_ticket_file

TEXT = "Code,Name,Channel,Email,Phone\nDT-20260001,王小明,,,\nMP-20260002,Zoë,ota,zoe@example.com,+390612345678\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_file_in_any_encoding_is_read(encoding: str) -> None:
    file = read_ticket_file(TEXT.encode(encoding))
    assert file.errors == []
    first, second = file.rows
    assert (first.code, first.name, first.channel, first.status) == ("DT-20260001", "王小明", "ota", "ACTIVATED")
    assert (second.name, second.channel, second.email) == ("Zoë", "ota", "zoe@example.com")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheets_own_delimiter_is_seen(delimiter: str) -> None:
    file = read_ticket_file(f"code{delimiter}status\r\nX-1000{delimiter}inactive\r\n".encode())
    assert [(row.code, row.status) for row in file.rows] == [("X-1000", "INACTIVE")]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("abc,,,,", "code"),
        ("with blank,,,,", "code"),
        ("X" * 65 + ",,,,", "code"),
        ("X-1000,,,lost,", "status"),
        ("X-1000,,nowhere,,", "channel"),
        ("X-1000,,,,not-an-address", "email"),
        ("X-1000," + "n" * 201 + ",,,", "name"),
        ("X-1000,a\x00b,,,", "name"),
        ("X-1000,,,,,too,many", None),
        ("GOOD-1,,,,", "code"),
    ],
)
def test_a_bad_line_is_named_by_number_and_field_and_spoils_no_other(line: str, field: str | None) -> None:
    file = read_ticket_file(f"code,name,channel,status,email\nGOOD-1,,,,\n{line}\nGOOD-2,,,,\n".encode())
    assert [row.code for row in file.rows] == ["GOOD-1", "GOOD-2"]
    assert [(wrong["line"], wrong["field"]) for wrong in file.errors] == [(3, field)]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"name,email\nx,y\n", b"\xff\xfe\x00", b"code,code\nX-1,X-2\n", b"\x80\x81\xff"]
)
def test_what_is_no_ticket_file_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_ticket_file(content)

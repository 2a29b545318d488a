"""Ticket files: every encoding, and every wrong line by number and field."""

import pytest

from hub.rules.refusals import Refused
from hub.text.ticket_csv import read_ticket_file

TEXT = "Code,Name,Channel,Email,Phone\nDT-20260001,王小明,,,\nMP-20260002,Zoë,ota,zoe@example.com,+390612345678\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_unicode_is_read(encoding: str) -> None:
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
    "content",
    [b"", b"\n", b"name,email\nx,y\n", b"\xff\xfe\x00", b"code,code\nX-1,X-2\n", b"code,Ticket no.\n", b"\x80\x81\xff"],
)
def test_what_is_no_ticket_file_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_ticket_file(content)


@pytest.mark.parametrize(
    ("header", "field"),
    [("E-Mail", "email"), ("E-mail address", "email"), ("MAIL", "email"), ("邮箱", "email"), ("Téléphone", "phone"), ("Mobile no", None),
     ("Mobile number", "phone"), ("手机号", "phone"), ("Full name", "name"), ("customer_name", "name"), ("姓名", "name"), ("Order-No.", "order"),
     ("Ticket type", "product"), ("Seat", None), ("", None)],
)  # fmt: skip
def test_common_spellings_of_a_header_are_known_and_every_other_column_is_named(header: str, field: str | None):
    values = {"email": "ada@example.com", "phone": "+390612345678", "name": "Ada", "order": "A-1", "product": "Adult"}
    file = read_ticket_file(f"Ticket Code;{header}\nX-1000;{values.get(field or '', 'B12')}\n".encode())
    assert file.errors == []
    if field is None:
        assert file.unused == [header or "number 2, without a name"]
    else:
        assert (file.unused, getattr(file.rows[0], field)) == ([], values[field])


def test_empty_columns_at_the_end_are_no_columns():
    file = read_ticket_file(b"code;name;;\nX-1000;Ada;;;\n")
    assert (file.unused, file.errors, file.rows[0].name) == ([], [], "Ada")


@pytest.mark.parametrize(
    ("name", "stored"),
    [("王\u3000小明", "王 小明"), ("Ada\u00a0Lovelace", "Ada Lovelace"), ("\u202fAda\u2009 L.", "Ada L."),
     ("\u0646\u06cc\u200c\u06a9\u06cc", "\u0646\u06cc\u200c\u06a9\u06cc"), ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
     ("Zoe\u0308", "Zoë"), ("\ufeffAda", "Ada")],
)  # fmt: skip
def test_a_name_is_stored_as_one_typed_on_a_page_is(name: str, stored: str):
    file = read_ticket_file(f"code,name\nX-1000,{name}\n".encode())
    assert (file.errors, [row.name for row in file.rows]) == ([], [stored])


@pytest.mark.parametrize(
    ("name", "words"),
    [("abc\u202edef", "turn the direction"), ("M\ufffdller", "A letter was lost"), ("a\x07b", "Control")],
)
def test_a_name_that_cannot_be_stored_is_refused_by_what_is_wrong_with_it(name: str, words: str):
    file = read_ticket_file(f"code,name\nX-1000,{name}\n".encode())
    assert [(wrong["field"], words in wrong["message"]) for wrong in file.errors] == [("name", True)]

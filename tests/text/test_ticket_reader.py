"""Ticket files: every encoding, and every wrong line by number and field."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest

from hub.rules.column_names import shown_header
from hub.rules.refusals import Refused
from hub.rules.ticket_lines import LineError, TicketRow, guess_mapping, mapping_problem
from hub.text.tables.table import UNCALCULATED
from hub.text.tables.table_file import open_table
from hub.text.ticket_reader import TicketReader


@dataclass
class TicketFile:
    rows: list[TicketRow] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def read_ticket_file(content: bytes) -> TicketFile:
    """Read a file whose columns are guessed."""
    table = open_table(io.BytesIO(content))
    mapping, shop = guess_mapping(table.headers)
    if problem := mapping_problem(mapping, shop):
        raise ValueError(problem)
    reader, file = TicketReader([shown_header(one) for one in table.headers], mapping), TicketFile()
    for line, cells in table.rows:
        found = reader.read(line, cells)
        if isinstance(found, TicketRow):
            file.rows.append(found)
        else:
            file.errors += found or []
    file.unused = [reader.unused[n] for n in sorted(reader.unused)]
    return file


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
    assert [(wrong.line, wrong.field) for wrong in file.errors] == [(3, field)]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"name,email\nx,y\n", b"\xff\xfe\x00", b"code,code\nX-1,X-2\n", b"code,Ticket no.\n", b"\x80\x81\xff"],
)
def test_what_is_no_ticket_file_is_refused(content: bytes) -> None:
    with pytest.raises((Refused, ValueError)):
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
    assert [(wrong.field, words in wrong.message) for wrong in file.errors] == [("name", True)]


@pytest.mark.parametrize(
    ("line", "wrong_field", "words"),
    [
        ("1.23E+15,Ada", "code", "Excel has rounded"),
        ('"1,23E+15",Ada', "code", "Excel has rounded"),
        ("#REF!,Ada", "code", "shows an error"),
        ("X-1000,#N/A", "name", "shows an error"),
        (f"X-1000,{UNCALCULATED}", "name", "a formula without a result"),
        ("GOOD-1,Eve", "code", "the same code as in line 2"),
    ],
)
def test_what_a_spreadsheet_has_made_of_a_cell_is_named(line: str, wrong_field: str, words: str):
    file = read_ticket_file(f"code,name\nGOOD-1,\n{line}\n".encode())
    assert [(one.line, one.field, words in one.message) for one in file.errors] == [(3, wrong_field, True)]
    assert [row.code for row in file.rows] == ["GOOD-1"]


def test_first_and_last_name_are_the_name_and_win_over_a_column_of_whole_names():
    file = read_ticket_file(b"code,Name,First name,Surname\nX-1000,x,Ada, Lovelace\nX-1001,x,,Noor\n")
    assert [(row.name, row.given) for row in file.rows] == [
        ("Ada Lovelace", {"code", "name"}),
        ("Noor", {"code", "name"}),
    ]
    assert file.unused == ["Name"]


@pytest.mark.parametrize(
    ("word", "status"),
    [("Paid", "ACTIVATED"), ("ATTENDING", "ACTIVATED"), ("Not Attending", "CANCELLED"), ("canceled", "CANCELLED"),
     ("awaiting_payment", "PENDING_PAYMENT"), ("pending_payment", "PENDING_PAYMENT"), ("已退款", "CANCELLED"), ("", "ACTIVATED")],
)  # fmt: skip
def test_the_words_of_shops_for_a_status_are_known(word: str, status: str):
    (row,) = read_ticket_file(f"code,status\nX-1000,{word}\n".encode()).rows
    assert (row.status, "status" in row.given) == (status, bool(word))


@pytest.mark.parametrize("name", ["  Ada  ", "🎭 Ada 👩‍🎤", "نور الهدى", "דוד"])
def test_names_with_emoji_and_of_scripts_from_right_to_left_are_kept_without_blanks_around_them(name: str):
    (row,) = read_ticket_file(f"code,name\n X-1000 ,{name}\n".encode()).rows
    assert (row.code, row.name) == ("X-1000", name.strip())


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Yes", "ACTIVATED"),
        ("No", "PENDING_PAYMENT"),
        ("no", "PENDING_PAYMENT"),
        ("", "ACTIVATED"),
        ("Cancelled", "CANCELLED"),
    ],
)
def test_a_ticket_that_is_not_paid_in_pretix_opens_no_gate(said: str, status: str):
    file = read_ticket_file(
        f"Order code,Attendee name,Product,Paid,Secret\nABC12,Ada,Adult,{said},k3jx8w2v9\n".encode()
    )
    assert [row.status for row in file.rows] == [status]


def test_yes_is_no_status_under_another_header():
    file = read_ticket_file(b"code,status\nGOOD-1,yes\n")
    assert [(one.line, one.field) for one in file.errors] == [(2, "status")]


def test_a_phone_number_may_stand_in_groups():
    file = read_ticket_file(b"code,phone\nGOOD-1,+49 170 1234567\nGOOD-2,0170 1234567\n")
    assert [row.phone for row in file.rows] == ["+491701234567"]
    assert [(one.line, one.field) for one in file.errors] == [(3, "phone")]

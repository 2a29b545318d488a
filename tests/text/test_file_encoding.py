"""The encoding of a file: sure, or refused and asked for. Never a wrong letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.refusals import Refused
from hub.text.file_encoding import ENCODINGS, decode_file

MUELLER = "code;name\nDT-1;Müller Jörg\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (MUELLER, "windows-1252"),
        ("code;name\nDT-1;王小明\n", "gb18030"),
        ("code;name\nDT-1;牛\n", "gb18030"),  # its bytes are valid UTF-8, too: a t with a cedilla
        ("code;name\nDT-1;รถ\n", "cp874"),  # and these an o with an umlaut
        ("code;name\nDT-1;Иван Петров\n", "windows-1251"),
        ("code;name\nDT-1;山田太郎\n", "shift_jis"),
        ("code;name\nDT-1;Γιώργος\n", "windows-1253"),
        ("code;name\nDT-1;Łukasz\n", "windows-1250"),
    ],
)
def test_a_file_that_could_be_in_two_encodings_is_refused_until_one_is_named(text: str, encoding: str):
    content = text.encode(encoding)
    with pytest.raises(Refused) as refusal:
        decode_file(content)
    assert refusal.value.details["field"] == "encoding"
    assert "CSV UTF-8" in refusal.value.details["message"]
    assert decode_file(content, encoding)[1] == text


@pytest.mark.parametrize(
    "text", [MUELLER, "code\nX-1\n", "code;name\nDT-1;王明\n", "code;name\nDT-1;Иван Петров\n", "code\nก\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_seen_by_itself(text: str, encoding: str):
    assert decode_file(text.encode(encoding))[1] == text


@pytest.mark.parametrize("named", ["windows-1252", "gb18030", "iso-8859-1", "utf-16"])
def test_a_file_that_is_surely_unicode_is_not_read_in_another_encoding(named: str):
    with pytest.raises(Refused):
        decode_file(MUELLER.encode(), named)


@pytest.mark.parametrize("named", ["utf-7", "rot13", "punycode", "nothing", "", "\0", "unicode_escape"])
def test_an_encoding_that_no_file_has_is_refused_with_those_that_are_known(named: str):
    with pytest.raises(Refused) as refusal:
        decode_file(b"code\n", named)
    assert "windows-1252" in refusal.value.details["message"]


def test_bytes_that_the_named_encoding_has_not_are_refused():
    with pytest.raises(Refused):
        decode_file(MUELLER.encode("windows-1252"), "utf-8")
    with pytest.raises(Refused):
        decode_file(b"code\n\x81\n", "windows-1252")


@given(st.text("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗牛毛米眉汤谭陆", min_size=1, max_size=6))
def test_chinese_names_in_gbk_never_become_other_letters(name: str):
    content = f"code;name\nDT-1;{name}\n".encode("gb18030")
    try:
        text = decode_file(content)[1]
    except Refused:
        return
    assert name in text


@given(st.text(max_size=40), st.sampled_from(ENCODINGS))
def test_no_bytes_raise_anything_but_a_refusal(text: str, encoding: str):
    content = text.encode(encoding, "replace")
    for named in (None, encoding):
        try:
            decode_file(content, named)
        except Refused:
            continue

"""The encoding of a file that somebody uploads or imports: sure, or refused. No letter is ever guessed.

A byte order mark says it. UTF-16 shows by its zero bytes. UTF-8 has a form that text in other encodings has almost never; where a few
bytes could be both it and Chinese text in GB 2312, it counts only with more evidence. Everything else must be named by the caller.
"""

from __future__ import annotations

import codecs
import re

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312", "big5", "shift_jis", "cp932", "euc-jp", "euc-kr",
    *(f"windows-{number}" for number in range(1250, 1259)), *(f"iso-8859-{n}" for n in (1, 2, 4, 5, 7, 9, 13, 15, 16)),
    "koi8-r", "koi8-u", "mac-roman", "cp437", "cp850", "cp852", "cp866", "cp874",
)  # fmt: skip
"""Encodings that a caller may name. Others, such as UTF-7, are not for files."""
_KNOWN = {codecs.lookup(one).name: one for one in ENCODINGS}
_ANY_UTF_8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
# A letter with an accent stands beside a plain one. Chinese characters do not stand inside a Latin word.
_IN_A_WORD = re.compile(rb"[A-Za-z][\xc2-\xdf][\x80-\xbf]|[\xc2-\xdf][\x80-\xbf][A-Za-z]")
_ENOUGH = 8
"""Two-byte characters that are sure without other evidence. Chinese text passes for one by chance at 0.14, so for eight at 1e-7."""


def decode_file(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the encoding of a file and its text without a byte order mark.

    Refuses INVALID_REQUEST if the encoding is not sure and none is named, or if the file is not in the named one.
    """
    text: str | None
    if encoding is None:
        encoding = _seen(content)
        text = None if encoding is None else _decoded(content, encoding)
        if encoding is None or text is None or "\0" in text.split("\n", 1)[0]:
            raise Refused(
                Reason.INVALID_REQUEST,
                message="Unknown text encoding. In Excel, save as 'CSV UTF-8', or name the encoding,"
                " such as windows-1252 or gb18030 (on the command line with --encoding)",
                field="encoding",
            )
    else:
        text = _in_named(content, encoding)
    return encoding, text.removeprefix("\ufeff")


def _in_named(content: bytes, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        name = ""
    if name not in _KNOWN:
        raise _wrong(f"No such encoding. Known are: {', '.join(ENCODINGS)}")
    seen = _seen(content)
    # A UTF-8 file decodes as windows-1252 too, with two wrong letters for every accented one.
    if seen is not None and not content.isascii() and not name.startswith(seen[:5]):
        raise _wrong(f"The file is not in {_KNOWN[name]}: it is in {seen}")
    text = _decoded(content, seen if seen is not None and seen.startswith("utf-16") else name)
    if text is None or "\0" in text:
        raise _wrong(f"The file is not in {_KNOWN[name]}")
    return text


def _seen(content: bytes) -> str | None:
    """Return the encoding that the bytes themselves prove, or None."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if content[:200].count(0) > len(content[:200]) // 5:  # in UTF-16 every other byte of Latin text is zero
        return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    if content.isascii() or (_decoded(content, "utf-8") is not None and _is_surely_utf_8(content)):
        return "utf-8"
    return None


def _is_surely_utf_8(content: bytes) -> bool:
    """Return whether bytes that are valid UTF-8 are nothing else."""
    if _IN_A_WORD.search(content) or _decoded(content, "gb2312") is None:
        return True
    return sum(len(found[0]) - 1 for found in _ANY_UTF_8.finditer(content)) >= _ENOUGH


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wrong(message: str) -> Refused:
    return Refused(Reason.INVALID_REQUEST, message=message, field="encoding")

"""The encoding of a file that somebody uploads or imports: sure, or refused. No letter is ever guessed.

A byte order mark says it. UTF-16 shows by its zero bytes. UTF-8 has a form that text in other encodings has almost never; where a few
bytes could be both it and Chinese text in GB 2312, it counts only with more evidence. Everything else must be named by the caller.
A file is read in parts, so that a large one takes no memory.
"""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312", "big5", "shift_jis", "cp932", "euc-jp", "euc-kr",
    *(f"windows-{number}" for number in range(1250, 1259)), *(f"iso-8859-{n}" for n in (1, 2, 4, 5, 7, 9, 13, 15, 16)),
    "koi8-r", "koi8-u", "mac-roman", "cp437", "cp850", "cp852", "cp866", "cp874",
)  # fmt: skip
"""Encodings that a caller may name. Others, such as UTF-7, are not for files."""
OFFERED = (
    "windows-1252", "gb18030", "windows-1250", "windows-1251", "big5", "cp932", "euc-kr", "windows-1253", "windows-1254", "mac-roman",
    "cp850", "koi8-r",
)  # fmt: skip
"""Encodings that a person may choose from, by how the file's own lines look in each. The most usual come first."""
_KNOWN = {codecs.lookup(one).name: one for one in ENCODINGS}
_ANY_UTF_8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
# A letter with an accent stands beside a plain one. Chinese characters do not stand inside a Latin word.
_IN_A_WORD = re.compile(rb"[A-Za-z][\xc2-\xdf][\x80-\xbf]|[\xc2-\xdf][\x80-\xbf][A-Za-z]")
_ENOUGH = 8
"""Two-byte characters that are sure without other evidence. Chinese text passes for one by chance at 0.14, so for eight at 1e-7."""
_PART = 256 * 1024
_OVERLAP = 3
"""Bytes of a part that are looked at again with the next one, so that evidence between the two is seen."""


def decode_file(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the encoding of a file and its text without a byte order mark.

    Refuses INVALID_REQUEST if the encoding is not sure and none is named, or if the file is not in the named one.
    """
    found = encoding_of(io.BytesIO(content), encoding)
    return encoding or found, content.decode(found).removeprefix("\ufeff")


def encoding_of(file: BinaryIO, named: str | None = None) -> str:
    """Return the encoding that decodes the whole file. Refuses INVALID_REQUEST as `decode_file` does."""
    seen = _seen(file)
    if named is None:
        if seen is None or "\0" in _first_line(file, seen):
            raise Refused(
                Reason.INVALID_REQUEST,
                message="Unknown text encoding. In Excel, save as 'CSV UTF-8', or name the encoding,"
                " such as windows-1252 or gb18030 (on the command line with --encoding)",
                field="encoding",
            )
        return seen
    try:
        name = codecs.lookup(named).name
    except (LookupError, ValueError):
        name = ""
    if name not in _KNOWN:
        raise _wrong(f"No such encoding. Known are: {', '.join(ENCODINGS)}")
    # A UTF-8 file decodes as windows-1252 too, with two wrong letters for every accented one.
    if seen is not None and not _is_ascii(file) and not name.startswith(seen[:5]):
        raise _wrong(f"The file is not in {_KNOWN[name]}: it is in {seen}")
    encoding = seen if seen is not None and seen.startswith("utf-16") else name
    if not _decodes(file, encoding, refuse_nul=True):
        raise _wrong(f"The file is not in {_KNOWN[name]}")
    return encoding


def encodings_to_choose(file: BinaryIO, *, lines: int = 3) -> list[tuple[str, list[str]]]:
    """Return encodings that the whole file may be in, each with its first lines that look different in others."""
    found: list[tuple[str, list[str]]] = []
    for encoding in OFFERED:
        if not _decodes(file, encoding):
            continue
        sample = list(_telling_lines(file, encoding, lines))
        if all(_is_writing(line) for line in sample) and sample not in [one for _, one in found]:
            found.append((encoding, sample))
    return found


def _telling_lines(file: BinaryIO, encoding: str, count: int) -> Iterator[str]:
    file.seek(0)
    for _ in range(5_000):
        raw = file.readline(4_096)
        if not raw or not count:
            return
        if not raw.isascii():
            count -= 1
            yield raw.decode(encoding, "replace").strip()[:160]


def _is_writing(line: str) -> bool:
    """Whether a line has only letters and signs that people write, and no controls or unassigned characters."""
    return not any(unicodedata.category(one) in ("Cc", "Cn", "Co") and one != "\t" for one in line)


def _seen(file: BinaryIO) -> str | None:
    """Return the encoding that the bytes themselves prove, or None."""
    file.seek(0)
    head = file.read(200)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8" if _decodes(file, "utf-8") else None
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _decodes(file, "utf-16") else None
    if head.count(0) > len(head) // 5:  # in UTF-16 every other byte of Latin text is zero
        name = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        return name if _decodes(file, name) else None
    if _is_ascii(file) or (_decodes(file, "utf-8") and _is_surely_utf_8(file)):
        return "utf-8"
    return None


def _is_surely_utf_8(file: BinaryIO) -> bool:
    """Return whether bytes that are valid UTF-8 are nothing else."""
    if not _decodes(file, "gb2312"):
        return True
    characters, before = 0, b""
    for part in _parts(file):
        if _IN_A_WORD.search(before + part):
            return True
        characters += sum(len(found[0]) - 1 for found in _ANY_UTF_8.finditer(part))
        if characters >= _ENOUGH:
            return True
        before = part[-_OVERLAP:]
    return False


def _decodes(file: BinaryIO, encoding: str, *, refuse_nul: bool = False) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for part in _parts(file):
            if "\0" in decoder.decode(part) and refuse_nul:
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_ascii(file: BinaryIO) -> bool:
    return all(part.isascii() for part in _parts(file))


def _parts(file: BinaryIO) -> Iterable[bytes]:
    file.seek(0)
    while part := file.read(_PART):
        yield part


def _first_line(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return decoder.decode(file.read(_PART)).split("\n", 1)[0]


def _wrong(message: str) -> Refused:
    return Refused(Reason.INVALID_REQUEST, message=message, field="encoding")

"""The texts of a script: what stands in its calls of `t("...")` and `tn("...", "...")`.

Babel's own reader of JavaScript loses calls inside template literals once an object stands in them, so this one looks for
the calls alone, wherever they are, and complains about one it cannot read.
"""

import json
import re

_CALL = re.compile(r"(?<![\w.$])(tn?)\(\s*")
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_NEXT = re.compile(r"\s*,\s*")
_END = re.compile(r"\s*,?\s*[,)]")
_COMMENT = re.compile(r"^\s*(?://|/?\*).*$", re.MULTILINE)


class UnreadableCall(Exception):
    """A text that is put together at the call can be in no catalogue."""


def texts_of_script(source: str) -> list[str | tuple[str, str]]:
    """The texts in order: a string for `t`, one and many for `tn`. Raises `UnreadableCall` for anything but literals."""
    source = _COMMENT.sub("", source)
    found: list[str | tuple[str, str]] = []
    for call in _CALL.finditer(source):
        texts, at = [], call.end()
        for n in range(len(call[1])):
            gap = _NEXT.match(source, at) if n else None
            text = _TEXT.match(source, gap.end() if gap else at) if gap or not n else None
            if text is None:
                raise UnreadableCall(source[call.start() : call.start() + 80])
            # JSON's escapes are a part of JavaScript's.
            texts.append(json.loads(text[0]))
            at = text.end()
        if not _END.match(source, at):
            raise UnreadableCall(source[call.start() : at + 20])
        found.append((texts[0], texts[1]) if len(texts) == 2 else texts[0])
    return found

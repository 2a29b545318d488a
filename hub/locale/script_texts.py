"""The texts of a script: the arguments of its calls of `t("...")` and `tn("...", "...")`.

Babel's extractor for JavaScript misses calls inside template literals that contain an object. So this one searches for the
calls anywhere in the source, and raises an error for a call that it cannot read.
"""

import json
import re

_CALL = re.compile(r"(?<![\w.$])(tn?)\(\s*")
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_NEXT = re.compile(r"\s*,\s*")
_END = re.compile(r"\s*,?\s*[,)]")
_COMMENT = re.compile(r"^\s*(?://|/?\*).*$", re.MULTILINE)


class UnreadableCall(Exception):
    """A call has an argument that is not a literal, so no catalogue can hold its text."""


def texts_of_script(source: str) -> list[str | tuple[str, str]]:
    """Return the texts in order: a string for `t`, (singular, plural) for `tn`. Raises UnreadableCall for non-literals."""
    source = _COMMENT.sub("", source)
    found: list[str | tuple[str, str]] = []
    for call in _CALL.finditer(source):
        texts, at = [], call.end()
        for n in range(len(call[1])):
            gap = _NEXT.match(source, at) if n else None
            text = _TEXT.match(source, gap.end() if gap else at) if gap or not n else None
            if text is None:
                raise UnreadableCall(source[call.start() : call.start() + 80])
            # Read as JSON, whose escapes are a subset of JavaScript's.
            texts.append(json.loads(text[0]))
            at = text.end()
        if not _END.match(source, at):
            raise UnreadableCall(source[call.start() : at + 20])
        found.append((texts[0], texts[1]) if len(texts) == 2 else texts[0])
    return found

"""SQL statements: loads the named paragraphs of `db/queries/<subject>/*.sql`.

A paragraph starts with `-- name: read_entry_scans`. The comment lines below it say what the caller may rely on.
"""

import re
from functools import cache
from pathlib import Path

QUERIES = Path(__file__).parent / "queries"
_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class Statements:
    """The statements of one file. Each is an attribute with its SQL text."""

    def __init__(self, subject: str, texts: dict[str, str]) -> None:
        self._subject = subject
        self._texts = texts

    def __getattr__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(f"db/queries/{self._subject}.sql has no statement {name!r}") from None

    def items(self) -> list[tuple[str, str]]:
        return list(self._texts.items())


@cache
def load(subject: str) -> Statements:
    """Return the statements of `db/queries/<subject>.sql`; `subject` is folder and file, such as `scanning/entries`."""
    text = (QUERIES / f"{subject}.sql").read_text(encoding="utf-8")
    pieces = _NAME.split(text)[1:]
    names, bodies = pieces[0::2], pieces[1::2]
    if len(set(names)) != len(names):
        raise ValueError(f"db/queries/{subject}.sql names a statement twice")
    return Statements(subject, {n: body.strip().rstrip(";") for n, body in zip(names, bodies, strict=True)})


def all_statements() -> list[tuple[str, str, str]]:
    """Return (subject, name, SQL) of every statement, for the test that prepares each one."""
    subjects = sorted(path.relative_to(QUERIES).with_suffix("").as_posix() for path in QUERIES.rglob("*.sql"))
    return [(subject, name, sql) for subject in subjects for name, sql in load(subject).items()]

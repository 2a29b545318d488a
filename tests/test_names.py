"""One word, one meaning: retired words stay out of identifiers, docstrings, SQL and documents (docs/glossary.md)."""

from __future__ import annotations

import ast
import itertools
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = ("hub", "web", "db", "loadtests", "tests")

RETIRED = {
    "deed": "action or handler",
    "deeds": "actions or handlers",
    "house": "services",
    "lane": "batcher",
    "lanes": "batchers",
    "flight": "batch",
    "flights": "batches",
    "airborne": "in flight",
    "aloft": "in flight",
    "heirs": "subclasses",
    "fellow": "peer",
    "fellows": "peers",
    "nudge": "notify",
    "nudged": "notified",
    "spectator": "calendar connection",
    "spectators": "calendar connections",
}
"""Retired everywhere, in identifiers, docstrings and documents, with the word that replaced each."""
RETIRED_NAMES = {
    "strangers": "unauthenticated",
    "desk": "the name of what it does",
    "talk": "session",
    "wishes": "requests",
    "wish": "request",
    "hear": "receive",
    "judged": "pending scan",
    "tell": "publish",
    "told": "events",
    "presentation": "scan request",
    "presentations": "scan requests",
    "rounds": "jobs or attempts",
    "seat_gate": "seat admission",
    "way_out": "exit scans",
    "put_out": "slow disconnects",
    "keep_pace": "enforce rate limit",
}
"""Retired in identifiers. As plain English words they may be used in a sentence."""
RETIRED_PHRASES = {
    "anew": "again",
    "as it stands": "in its current state",
    "at the door": "at the gate",
    "dearest": "most expensive",
    "heard": "received",
    "held against": "counted for",
    "in the same breath": "in the same statement",
    "is told": "receives or learns",
    "judged": "decided",
    "nobody hears": "nobody is notified",
    "taken back": "undone",
    "told again": "sent again or replayed",
    "walks over": "scans",
    "what became of": "the outcome of",
    "without a line": "offline",
}
"""Dialect that the prose of code and documents no longer uses, with the plain words that replaced it."""
LONGEST_SENTENCE = 40
"""Words in a sentence of a docstring. The aim is 25. This limit only stops what nobody can follow."""
KEPT = {
    "SLOW_READER_PUT_OUT": "a log event's name",
    "spectators_open": "a metric's name",
    "slow_readers_put_out": "a log event's name",
    "told_at": "a column, and a field on the wire",
}
"""Names that others rely on: metrics, log events, tables, fields on the wire."""

_PHRASES = re.compile(rf"\b(?:{'|'.join(RETIRED_PHRASES)})\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(identifier: str) -> list[str]:
    """Return the words of a name: `SeatAdmission` and `seat_gate` give `seat`, `gate`."""
    return [word for part in identifier.split("_") for word in _CAMEL.sub("_", part).lower().split("_") if word]


@cache
def retired_in_name(identifier: str) -> str | None:
    if identifier in KEPT:
        return None
    words = words_of("_".join(words_of(identifier)).replace("in_flight", ""))
    pairs = {f"{a}_{b}" for a, b in itertools.pairwise(words)}
    return next((word for word in (*words, *pairs) if word in RETIRED or word in RETIRED_NAMES), None)


def retired_in_prose(text: str) -> str | None:
    return next(
        (
            word
            for word in re.findall(r"[a-z]+", text.lower().replace("_", " ").replace("in flight", ""))
            if word in RETIRED
        ),
        None,
    )


@cache
def names_and_docstrings(source: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return every name that a file defines and every docstring, with their lines.

    The names are those of classes, functions, parameters, variables and assigned attributes. The docstrings are also those
    below an attribute or a constant. A file is walked once for all tests.
    """
    names, docstrings = [], []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.append((node.lineno, name))
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.arg(arg=name)
                | ast.alias(asname=str(name))
            ):
                names.append((node.lineno, name))
            case ast.Expr(value=ast.Constant(value=str(text))):
                docstrings.append((node.lineno, text))
    return names, docstrings


def retired_in_python(source: str, *, sentences: bool = False) -> list[str]:
    """Return the retired words of a file. With `sentences`, the names of its test functions are read as prose."""
    names, docstrings = names_and_docstrings(source)
    found = []
    for line, name in names:
        word = (
            retired_in_prose(name.replace("_", " "))
            if sentences and name.startswith("test_")
            else retired_in_name(name)
        )
        if word:
            found.append(f"line {line}: {name}: say {RETIRED.get(word) or RETIRED_NAMES[word]}")
    for line, text in docstrings:
        word = retired_in_prose(text)
        if word:
            found.append(f"line {line}: “{word}”: say {RETIRED[word]}")
    return found


def dialect_in(text: str) -> str | None:
    plain = " ".join(re.sub(r"`[^`]*`", "", text.lower()).split())
    phrase = _PHRASES.search(plain)
    return phrase and phrase[0]


def longest_sentence(text: str) -> int:
    """Return the number of words of the longest sentence, without rows of tables (columns with two spaces or more)."""
    prose = "\n".join(line for line in text.split("\n") if not re.search(r"\S {2,}\S", line))
    sentences = re.split(r"(?<=[.!?:;])\s+|\n\s*\n|\n\s*[*-] ", prose)
    return max(len(re.findall(r"[\w'`-]+", sentence)) for sentence in sentences)


def faults_of_prose(source: str) -> list[str]:
    """Return the docstrings of a file with a dialect phrase or a sentence that is too long, and such names of tests."""
    names, docstrings = names_and_docstrings(source)
    tests = [(line, name.replace("_", " ")) for line, name in names if name.startswith("test_")]
    found = []
    for line, text in (*docstrings, *tests):
        if phrase := dialect_in(text):
            found.append(f"line {line}: “{phrase}”: say {RETIRED_PHRASES[phrase]}")
        if (words := longest_sentence(text)) > LONGEST_SENTENCE:
            found.append(f"line {line}: a sentence of {words} words")
    return found


def python_files() -> list[Path]:
    return [path for top in CODE for path in sorted((ROOT / top).rglob("*.py")) if path != Path(__file__)]


@pytest.mark.parametrize("top", CODE)
def test_python_speaks_the_words_of_the_glossary(top: str) -> None:
    found = {
        str(path.relative_to(ROOT)): said
        for path in python_files()
        if path.is_relative_to(ROOT / top)
        and (said := retired_in_python(path.read_text(encoding="utf-8"), sentences=top == "tests"))
    }
    assert found == {}


@pytest.mark.parametrize(
    "pattern", ["db/queries/**/*.sql", "db/lua/*.lua", "docs/*.md", "docs/protocol/*.md", "db/*.md", "*.md"]
)
def test_sql_lua_and_documents_speak_them_too(pattern: str) -> None:
    speaking = [p for p in sorted(ROOT.glob(pattern)) if p.name not in ("glossary.md", "CHANGELOG.md")]
    assert speaking
    found = {}
    for path in speaking:
        said = [
            f"line {number}: “{word}”"
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if (word := retired_in_prose(re.sub(r"`[^`]*`", "", line)))
        ]
        if said:
            found[str(path.relative_to(ROOT))] = said
    assert found == {}


@pytest.mark.parametrize("top", CODE)
def test_docstrings_and_names_of_tests_are_plain_sentences(top: str) -> None:
    found = {
        str(path.relative_to(ROOT)): faults
        for path in sorted((ROOT / top).rglob("*.py"))
        if (faults := faults_of_prose(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize("pattern", ["db/queries/**/*.sql", "db/lua/*.lua", "docs/protocol/*.md", "docs/*.md", "*.md"])
def test_headers_and_documents_are_without_dialect(pattern: str) -> None:
    read = [path for path in sorted(ROOT.glob(pattern)) if path.name not in ("glossary.md", "CHANGELOG.md")]
    assert read
    found = {str(path.relative_to(ROOT)): phrase for path in read if (phrase := dialect_in(path.read_text("utf-8")))}
    assert found == {}


def test_modules_are_named_by_the_field() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "base", "manager", "data", "process", "misc"}
    named = [path for path in python_files() if path.stem in nothing or retired_in_name(path.stem)]
    assert [str(path.relative_to(ROOT)) for path in named if not path.stem.startswith("test_")] == []


@pytest.mark.parametrize(
    "source",
    [
        "class BookingDesk: ...",
        "def tell(x): ...",
        "house = 1",
        "def f(talk): ...",
        "self.way_out = 2",
        "class SeatGate: ...",
        '"""The deed of the day."""',
        "x = 1\n'''Of one flight.'''",
        "import a as fellows",
    ],
)
def test_a_retired_word_is_found(source: str) -> None:
    assert retired_in_python(source)


@pytest.mark.parametrize(
    "source",
    [
        "class Bookings: ...",
        "def publish(x): ...",
        "gate = 'A'",
        '"""A client is told."""',
        "warehouse = 1",
        "planes = 2",
    ],
)
def test_other_words_are_not(source: str) -> None:
    assert retired_in_python(source) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""A client is told what it missed."""',
        'x = 1\n"""The ticket as\nit stands now."""',
        "def test_a_ticket_that_was_heard_of_is_known(): ...",
        '"""' + "The hub reads " + "a row and " * 20 + 'stops."""',
    ],
)
def test_dialect_and_an_endless_sentence_are_found(source: str) -> None:
    assert faults_of_prose(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""The client receives what it missed; `told_at` says when."""',
        '"""' + "The hub reads a row. " * 20 + '"""',
        '"""A table:\n\n' + "topic    what the topic sends\n" * 20 + '"""',
    ],
)
def test_plain_sentences_and_tables_are_not(source: str) -> None:
    assert faults_of_prose(source) == []

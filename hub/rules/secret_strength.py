"""The strength of a secret: an estimate, in bits, of the tries that guessing its text takes. A published text counts nothing.

It is meant for the secrets of a server, which a generator makes. It never has to judge a person's password.
"""

from __future__ import annotations

import re
from itertools import pairwise
from math import ceil, log2

PUBLISHED = frozenset({
    "only-for-trying-it-out-not-a-secret-at-all", "only-for-trying-it-out",
})  # fmt: skip
"""Secrets that stood in this project's own files. Everybody can read its history."""

KEY_BITS = 48.0
"""Least strength of a key: whoever has one token can try keys at home, as fast as a machine allows."""
PASSWORD_BITS = 24.0
"""Least strength of the password of a server, which answers each try itself."""

_WORDS = """
a admin all an and app at be bytes change changed changeme characters compose database db default demo dev do docker example for
foobar four hmac hub in insecure is it jwt key least letmein local localhost long me minimum must my not of one only out pass
password placeholder please postgres prod production qwerty random redis replace root sample secret secrets set six string super
supersecret test testing tests text the thirty this to token top try trying two user username valkey venue very welcome with
without you your
"""
_ORDINARY = frozenset(_WORDS.split())
"""Words of placeholders. They are the first that somebody tries."""
_LONG_ORDINARY = re.compile("|".join(sorted((word for word in _ORDINARY if len(word) >= 5), key=len, reverse=True)))
"""Those that chance does not make. They count nothing inside longer words either, nor with digits for letters."""
_PLAIN = str.maketrans("013457@$", "oleastas")

_RUN = re.compile(r"[a-z]+|[A-Z]+|[0-9]+|.", re.DOTALL)
_WORD_BITS, _WORD_LETTERS = 12.0, 7
"""A word of a list of 4,096, and the letters that a run of letters needs for each word it may consist of."""
_LETTER_BITS, _DIGIT_BITS, _SIGN_BITS = log2(26), log2(10), 1.0
_EXPECTED_BITS, _FURTHER_BITS = 1.0, 0.25
"""A character that follows from those before it: all there is to guess is whether it does. Later ones of a row are worth less."""


def strength(secret: str) -> float:
    """Return the bits of a secret; 0 for one that is published."""
    if secret.strip() in PUBLISHED:
        return 0.0
    ordinary = [found.span() for found in re.finditer(r"[A-Za-z]+", secret) if found[0].lower() in _ORDINARY]
    ordinary += [found.span() for found in _LONG_ORDINARY.finditer(secret.translate(_PLAIN).lower())]
    free = [place for place in range(len(secret)) if not any(start <= place < end for start, end in ordinary)]
    expected = _expected(secret)
    surprising = "".join(secret[place] for place in free if place not in expected)
    foreseen = sum(_FURTHER_BITS if place - 1 in expected else _EXPECTED_BITS for place in free if place in expected)
    return sum(map(_bits_of_run, _RUN.findall(surprising))) + foreseen


def _bits_of_run(run: str) -> float:
    if run.isascii() and run.isdigit():
        return _DIGIT_BITS * len(run)
    if run.isascii() and run.isalpha():
        return min(_LETTER_BITS * len(run), _WORD_BITS * ceil(len(run) / _WORD_LETTERS))
    return _SIGN_BITS


def _expected(text: str) -> set[int]:
    """Return the places of characters that repeat or continue: `aaa`, `1234`, `1122`, or the third of three that stood before.

    Two in a row are no pattern yet: chance makes them, and a random secret must not lose by it.
    """
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    found = {
        place + 1 for place, step in enumerate(steps) if -1 <= step <= 1 and step in steps[max(0, place - 2) : place]
    }
    triples: set[str] = set()
    for end in range(3, len(text) + 1):
        triple = text[end - 3 : end]
        if triple in triples:
            found.add(end - 1)
        triples.add(triple)
    return found

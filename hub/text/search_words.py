"""What staff type to find a visitor: the words of a name, folded as the index of names has them."""

import re
import unicodedata

MOST_WORDS = 6
_COMBINING = re.compile("[\u0300-\u036f]")
# Postgres keeps these inside a word: people of Iran write their names with U+200C.
_JOINERS = "\u00ad\u200c\u200d"
_WORD = re.compile(rf"[^\W_](?:[{_JOINERS}]?[^\W_])*")
# An apostrophe parts words: Postgres takes some of these for letters.
_PLAIN = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ı": "i",
        **dict.fromkeys("\u2018\u2019\u02bc", " "),
    }
)


def folded_name(name: str) -> str:
    """Return a name without regard to case and accents, as `folded_name` in Postgres does."""
    return _COMBINING.sub("", unicodedata.normalize("NFKD", name)).lower().translate(_PLAIN)


def name_query(text: str) -> str | None:
    """Return the query for words that begin with those of `text`, in any order; None for an address or for text without letters."""
    words = [] if "@" in text else _WORD.findall(folded_name(text))[:MOST_WORDS]
    return " & ".join(f"{word}:*" for word in words) if any(not word.isdecimal() for word in words) else None


def name_part(text: str) -> str:
    """Return what is looked for inside names: folded, with single spaces and without joiners; "" for an address or without letters."""
    part = " ".join(folded_name(text).translate(dict.fromkeys(map(ord, _JOINERS))).split())
    return part if "@" not in part and re.search(r"[^\W\d_]", part) else ""

"""What staff type to find a visitor: the words of a name, folded as the index of names has them."""

import re
import unicodedata

MOST_WORDS = 6
LEAST_TELLING = 3
"""Letters with which few enough names begin."""
_COMBINING = re.compile("[\u0300-\u036f]")
# Postgres keeps these inside a word: people of Iran write their names with U+200C.
_JOINERS = "\u00ad\u200c\u200d"
_WORD = re.compile(rf"[^\W_](?:[{_JOINERS}]?[^\W_])*")
# Chinese characters, kana and Korean syllables: names in them have no space between their parts. `parted_name` in Postgres has the same.
_UNSPACED = re.compile("[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U000323af]")
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


def is_short_name(text: str) -> bool:
    """Return whether `text` is a name of which nothing longer than two letters is given, with which very many names begin.

    Two characters are a whole name in Chinese.
    """
    words = _WORD.findall(folded_name(text))
    return name_query(text) is not None and not _UNSPACED.search(text) and max(map(len, words)) < LEAST_TELLING


def parted_query(text: str) -> str | None:
    """Return the query for names without spaces that have the characters of each word of `text` side by side, such as a Chinese
    given name; None for text without such characters.
    """
    if "@" in text or not _UNSPACED.search(text):
        return None
    words = _WORD.findall(unicodedata.normalize("NFC", folded_name(text)))[:MOST_WORDS]
    return " & ".join(_side_by_side(word) for word in words) or None


def _side_by_side(word: str) -> str:
    parts = _UNSPACED.sub(r" \g<0> ", word).split()
    return " <-> ".join(part if _UNSPACED.fullmatch(part) else f"{part}:*" for part in parts)


def name_part(text: str) -> str:
    """Return what is looked for inside names: folded, with single spaces and without joiners; "" for an address or without letters."""
    part = " ".join(folded_name(text).translate(dict.fromkeys(map(ord, _JOINERS))).split())
    return part if "@" not in part and re.search(r"[^\W\d_]", part) else ""

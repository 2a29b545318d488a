"""Message catalogues: every text of the sources is translated in every language, and the compiled files are current."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from babel.messages import Catalog
from babel.messages.mofile import read_mo

from hub.locale.catalogue import KEYWORDS, ROOT, ClashingTexts, _add, compiled, extracted, read
from hub.locale.script_texts import UnreadableCall, texts_of_script
from hub.text.languages import DEFAULT, LANGUAGES, catalogue_path, translator
from web.pages.page_language import short_name

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
_PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
_TAG = re.compile(r"</?\w+[^>]*>")
_LATIN = re.compile(r"[A-Za-z]{3,}")


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def places(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {one or other for one, other in _PLACE.findall(text)}


def ids(catalog: Catalog) -> set[tuple[str, ...]]:
    return {forms(message.id) for message in catalog if message.id}


def faults_of(catalog: Catalog, template: Catalog) -> list[str]:
    """Return the faults of a catalogue, one line each."""
    faults = [f"no entry for {missing}; run `make messages`" for missing in sorted(ids(template) - ids(catalog))]
    faults += [f"nobody says {left} any more; run `make messages`" for left in sorted(ids(catalog) - ids(template))]
    for message in catalog:
        if not message.id:
            continue
        said, meant = forms(message.id), forms(message.string or "")
        if message.fuzzy:
            faults.append(f"guessed: {said}")
        if len(meant) != (catalog.num_plurals if len(said) > 1 else 1) or not all(one.strip() for one in meant):
            faults.append(f"no words for {said}")
            continue
        room = set().union(*map(places, said))
        for form, one in enumerate(meant):
            # The singular may leave the number out.
            needed = places(said[-1]) - ({"n", "num", "count"} if len(meant) > 1 and form == 0 else set())
            if not places(one) <= room or not needed <= places(one):
                faults.append(f"{said} has room for {sorted(room)}, {one!r} for {sorted(places(one))}")
            if sorted(_TAG.findall(one)) != sorted(_TAG.findall(said[-1])):
                faults.append(f"other tags than {said} in {one!r}")
            if one != one.strip() and said[-1] == said[-1].strip():
                faults.append(f"blanks around {one!r}")
    return faults


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extracted()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_its_words(language: str, template: Catalog) -> None:
    assert faults_of(read(language), template) == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_files_are_those_of_the_catalogue(language: str) -> None:
    mo, texts = compiled(read(language))
    with catalogue_path(language, "mo").open("rb") as file:
        kept, made = read_mo(file), read_mo(BytesIO(mo))
    assert {forms(m.id): m.string for m in kept if m.id} == {forms(m.id): m.string for m in made if m.id}, (
        "run `make messages`"
    )
    assert json.loads(catalogue_path(language, "json").read_bytes()) == json.loads(texts), "run `make messages`"


def test_a_faulty_catalogue_is_found_out(template: Catalog) -> None:
    def broken(change: str) -> list[str]:
        catalog = Catalog(locale="zh_Hans")
        for message in template:
            if message.id:
                said = forms(message.id)
                catalog.add(message.id, said[-1] if len(said) == 1 else (said[-1],) * catalog.num_plurals)
        texts = [message for message in catalog if message.id and places(forms(message.id)[-1])]
        single = next(message for message in texts if isinstance(message.id, str) and "<" not in message.id)
        plural = next(message for message in texts if not isinstance(message.id, str))
        match change:
            case "missing":
                catalog.delete(single.id)
            case "left over":
                catalog.add("Nobody says this", "\u6ca1\u4eba\u8bf4")
            case "fuzzy":
                single.flags.add("fuzzy")
            case "empty":
                single.string = ""
            case "empty plural":
                plural.string = ("",) * catalog.num_plurals
            case "place lost":
                single.string = "\u4e2d\u6587"
            case "place invented":
                single.string += " {nothing}"
            case "tag":
                single.string += "<b>"
        return faults_of(catalog, template)

    assert broken("nothing") == []
    for change in ("missing", "left over", "fuzzy", "empty", "empty plural", "place lost", "place invented", "tag"):
        assert len(broken(change)) == 1, change


def test_marks_are_found_in_every_kind_of_source(template: Catalog) -> None:
    kinds = {path.rpartition(".")[2] for message in template for path, _ in message.locations}
    assert kinds == {"py", "html", "txt", "js"}
    assert set(KEYWORDS) == {"_", "gettext", "ngettext", "N_"}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translated_text_is_translated(language: str) -> None:
    say = translator(language)
    assert say.gettext("Skip to content") != "Skip to content"
    assert say.gettext("a text nobody has written") == "a text nobody has written"


@pytest.mark.parametrize(
    ("folder", "kind", "call"),
    [
        ("web/templates", "*.html", r"(?<!\w)(?:_|ngettext)\("),
        ("hub/confirmation/templates", "*.*", r"(?<!\w)(?:_|ngettext)\("),
    ],
)
def test_no_marked_text_escapes_the_extraction(template: Catalog, folder: str, kind: str, call: str) -> None:
    """A simpler reader looks a second time, because the extractor may miss some places."""
    known = {forms(message.id)[0] for message in template if message.id}
    marked = re.compile(call + r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
    missed = [
        f"{path.name}: {text}"
        for path in sorted((ROOT / folder).rglob(kind))
        for text in marked.findall(path.read_text(encoding="utf-8"))
        if re.sub(r"\\(.)", r"\1", text[1:-1]) not in known
    ]
    assert missed == []


def test_no_two_texts_of_scripts_have_one_short_name() -> None:
    texts = {text for path in (ROOT / "web/static/js").rglob("*.js") if path.name != "i18n.js"
             for said in texts_of_script(path.read_text(encoding="utf-8")) for text in forms(said)[:1]}  # fmt: skip
    assert len(texts) > 500
    assert len({short_name(text) for text in texts}) == len(texts)
    # Published values of the algorithm: the empty text has its offset basis, and "a" has E40C292C.
    assert [int(short_name(text), 36) for text in ("", "a")] == [0x811C9DC5, 0xE40C292C]


def test_two_plurals_of_one_singular_are_refused() -> None:
    catalog = Catalog()
    _add(catalog, ("one place", "{n} places"), "a.js")
    _add(catalog, ("one place", "{n} places"), "b.js")
    _add(catalog, "one place", "c.js")
    with pytest.raises(ClashingTexts):
        _add(catalog, ("one place", "%(num)s places"), "d.html")


def test_the_texts_of_a_script_are_found_wherever_they_stand() -> None:
    source = """
      // t("in a comment") is none
      say(`${day}. ${n ? tn("One time.", "{n} times.", n) : t("No time, {name}.", { name })}`);
      const words = { a: t("Say \\"a\\""), b: t(
        "On a line of its own",
      ) };
      other.t("not ours"); part("nor this"); at(0);
    """
    assert texts_of_script(source) == [
        ("One time.", "{n} times."),
        "No time, {name}.",
        'Say "a"',
        "On a line of its own",
    ]


@pytest.mark.parametrize("call", ["t(name)", "t('x')", 't("a" + b)', "t(`a ${b}`)", 'tn("one", many, 2)', 'tn("one")'])
def test_a_text_put_together_at_the_call_is_refused(call: str) -> None:
    """Such a text would never reach a catalogue."""
    with pytest.raises(UnreadableCall):
        texts_of_script(f"say({call});")

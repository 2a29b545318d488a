"""Seals: only the right key and the right owner open them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.access.seal import Seal
from hub.settings import Settings

OLD, NEW = b"an old secret of at least thirty-two bytes", b"a new secret of at least thirty-two bytes"


@pytest.fixture
def before(tmp_path: Path) -> Settings:
    env = {"HUB_DATA_DIR": str(tmp_path), "HUB_SECRET_KEY": OLD.decode()}
    return Settings.from_environment(env, development=True)


def test_a_sealed_text_is_unreadable_and_never_the_same_twice(before: Settings) -> None:
    seal = Seal(before, "one")
    sealed = [seal.seal("a secret", "1:7") for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert b"secret" not in sealed[0]
    assert [seal.open(one, "1:7") for one in sealed] == ["a secret"] * 2


def test_another_owner_purpose_or_a_damaged_value_opens_nothing(before: Settings) -> None:
    seal = Seal(before, "one")
    sealed = seal.seal("a secret", "1:7")
    assert seal.open(sealed, "1:8") is None
    assert Seal(before, "two").open(sealed, "1:7") is None
    for damaged in (b"", sealed[:10], sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1])):
        assert seal.open(damaged, "1:7") is None


def test_after_a_change_of_the_key_the_previous_one_still_opens(before: Settings) -> None:
    sealed = Seal(before, "one").seal("a secret", "1:7")
    during = Seal(replace(before, secret_key=NEW, secret_key_previous=OLD), "one")
    assert during.open(sealed, "1:7") == "a secret"
    assert not sealed.startswith(during.mark)
    again = during.seal("a secret", "1:7")
    after = Seal(replace(before, secret_key=NEW), "one")
    assert after.open(again, "1:7") == "a secret"
    assert after.open(sealed, "1:7") is None

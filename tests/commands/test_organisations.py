"""`hub organisations` from outside, with exit codes and pure JSON."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "words", [["organisations"], ["organisations", "add", "Museo"], ["organisations", "change"]], ids=" ".join
)
def test_wrong_usage_is_exit_code_2(run, words):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: hub organisations" in done.stderr


def test_an_organisation_is_added_listed_and_renamed(run, ask):
    seen = ask("organisations", "add", "Museo di Roma", "--administrator", "ada", "--dry-run")
    assert seen["password"] is None
    added = ask("organisations", "add", "Museo di Roma", "--administrator", "ada")
    assert (added["organisation"]["slug"], added["username"], len(added["password"])) == ("museo-di-roma", "ada", 19)
    changed = ask("organisations", "change", "museo-di-roma", "--slug", "museum", "--version", "1")
    assert (changed["slug"], changed["version"]) == ("museum", 2)
    stale = run("organisations", "change", "museum", "--name", "x", "--version", "1")
    assert (stale.returncode, stale.stdout) == (1, "")
    assert "changed this in the meantime" in stale.stderr
    number = added["organisation"]["organisation_id"]
    assert run("organisations", "list").stdout == f"organisation {number}: Museo di Roma (museum), 0 venues, 1 person\n"
    nowhere = run("organisations", "change", "elsewhere", "--name", "x")
    assert (nowhere.returncode, "There is no such organisation" in nowhere.stderr) == (1, True)

"""The help of the command line: every command, and every option of it, says what it is for."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from hub.cli import _parser


def unexplained(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    """Yield the commands and options below a parser that have no help."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            if not action.help:
                yield f"{name} {'/'.join(action.option_strings) or action.metavar or action.dest}"
            continue
        said = {choice.dest: choice.help for choice in action._choices_actions}
        for command, below in action.choices.items():
            if command.startswith("_"):
                continue
            if not (said.get(command) and below.description):
                yield f"{name} {command}"
            yield from unexplained(below, f"{name} {command}")


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    assert list(unexplained(_parser(), "hub")) == []

"""The doctor: what it says of settings, before it asks any server."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from hub.commands.doctor import _look_at_settings, _proxy_was_seen
from hub.settings import Settings
from tests.support.hub import settings_for

SITE = "https://tickets.example.org"


@pytest.fixture
def settings(tmp_path: Path, free_port: int) -> Settings:
    made = settings_for("postgresql://hub@db/hub", "redis://cache", tmp_path, free_port)
    return replace(made, secret_key=b"VcnPZb3lMYUgNQd8ShkK7T4wq2eXaJ0R")


def test_settings_without_fault_have_no_problem(settings: Settings) -> None:
    assert _look_at_settings(settings, serves=True) == []


def test_a_proxy_that_must_be_there_and_is_not_declared_is_named(settings: Settings) -> None:
    behind = replace(settings, public_url=SITE, smtp_url="smtps://mail.example.org")
    (problem,) = _look_at_settings(behind, serves=True)
    assert problem.startswith("HUB_PUBLIC_URL is https")
    assert _look_at_settings(replace(behind, trusted_proxies=(ip_network("127.0.0.1"),)), serves=True) == []


def test_where_no_hub_runs_no_proxy_was_seen(settings: Settings) -> None:
    assert not _proxy_was_seen(settings)


@pytest.mark.parametrize(
    ("mode", "named"), [(0o700, False), (0o711, False), (0o750, True), (0o755, True), (0o770, True)]
)
def test_a_data_folder_that_others_may_read_is_named(settings: Settings, mode: int, named: bool) -> None:
    settings.data_dir.chmod(mode)
    problems = _look_at_settings(settings, serves=True)
    assert bool(problems) is named
    assert all(f"chmod go-rw {settings.data_dir}" in problem for problem in problems)

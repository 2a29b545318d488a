"""Start-up: a hub does not wait for libraries that only customers need, nor for its servers to import the application."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

CUSTOMERS_ONLY = {"phonenumbers", "email_validator", "icalendar", "qrcode", "PIL", "markdown_it", "nh3"}


@cache
def imported_by(source: str) -> set[str]:
    """Return the top-level modules of a new interpreter after `source`."""
    shown = f"{source}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_the_application_stands_without_what_only_a_customer_needs() -> None:
    assert imported_by("import hub.app") & CUSTOMERS_ONLY == set()


def test_warming_up_brings_it_in_before_the_first_customer_comes() -> None:
    assert imported_by("import hub.app; hub.app.warm_up()") >= CUSTOMERS_ONLY


@pytest.mark.parametrize("library", ["aiohttp", "asyncpg", "redis", "pydantic", "prometheus_client"])
def test_the_servers_are_started_before_anything_large_is_imported(library: str) -> None:
    assert library not in imported_by("import hub.commands.serving, hub.serving, hub.embedded.supervisor")


def test_the_description_of_the_api_is_not_made_at_start() -> None:
    source = "import os, hub.app\nfrom hub.settings import Settings\n"
    source += "app = hub.app.build_app(Settings.from_environment({}, development=True))\n"
    source += "from web.api.openapi import _definitions\nassert _definitions.cache_info().currsize == 0"
    assert "aiohttp" in imported_by(source)

"""The field of a time zone: what a person may type, in any of our languages."""

from __future__ import annotations

import pytest

from web.pages.admin.time_zone_field import find_time_zone, zones_with_cities


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("europe/rome", "Europe/Rome"),
        ("Rome", "Europe/Rome"),
        ("new york", "America/New_York"),
        (" 上海 ", "Asia/Shanghai"),
        ("纽约", "America/New_York"),
        ("Atlantis", "Atlantis"),
    ],
)
def test_a_time_zone_is_found_by_its_name_or_by_its_city_in_any_language(typed: str, zone: str) -> None:
    assert find_time_zone(typed) == zone


def test_every_time_zone_is_listed_with_its_city() -> None:
    assert ("Asia/Shanghai", "上海") in zones_with_cities("zh_Hans")
    assert ("America/New_York", "New York") in zones_with_cities("en")
    assert all(city for _, city in zones_with_cities("zh_Hans"))

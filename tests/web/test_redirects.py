"""The redirect: no text ends the header."""

from __future__ import annotations

import pytest

from web.redirects import see_other


@pytest.mark.parametrize(
    ("location", "written"),
    [
        ("/r/abc?new=1#top", "/r/abc?new=1#top"),
        ("https://id.example/authorize?scope=openid%20email&state=a%3Db", "https://id.example/authorize?scope=openid%20email&state=a%3Db"),
        ("/r/a\r\nSet-Cookie: b=c", "/r/a%0D%0ASet-Cookie:%20b=c"),
        ("/\x00\x0b\x7f\\é\ud800", "/%00%0B%7F%5C%C3%A9?"),
    ],
)  # fmt: skip
def test_what_may_not_stand_in_a_url_is_quoted_and_the_rest_is_kept(location: str, written: str) -> None:
    response = see_other(location)
    assert (response.status, response.headers["Location"]) == (303, written)

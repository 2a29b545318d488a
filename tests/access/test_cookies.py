"""The names of cookies: with their prefix over https, and what stays good that an earlier version has set."""

from types import SimpleNamespace

from hub.access.cookies import cookie_name, read_cookie, read_lasting_cookie

PLAIN, HTTPS = SimpleNamespace(is_https=False), SimpleNamespace(is_https=True)


def test_over_https_a_name_says_that_no_other_host_has_set_it():
    assert cookie_name("hub_session", PLAIN) == "hub_session"
    assert cookie_name("hub_session", HTTPS) == "__Host-hub_session"


def test_a_session_is_read_under_its_own_name_only():
    both = {"hub_session": "planted", "__Host-hub_session": "own"}
    assert read_cookie(both, "hub_session", HTTPS) == "own"
    assert read_cookie({"hub_session": "planted"}, "hub_session", HTTPS) is None
    assert read_cookie(both, "hub_session", PLAIN) == "planted"


def test_a_device_that_an_earlier_version_has_named_stays_known():
    assert read_lasting_cookie({"hub_device": "old"}, "hub_device", HTTPS) == "old"
    assert read_lasting_cookie({"hub_device": "old", "__Host-hub_device": "new"}, "hub_device", HTTPS) == "new"
    assert read_lasting_cookie({"__Host-hub_device": "new"}, "hub_device", PLAIN) is None

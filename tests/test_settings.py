"""Settings: from environment variables to values, and one message with every error."""

import ipaddress
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.settings import Rate, Settings, SettingsError, parse_rate, weak_secrets

ROOT = Path(__file__).parents[1]
KEY = "VcnPZb3lMYUgNQd8ShkK7T4wq2eXaJ0R"
SITE = "https://hub.example.org"


def read(env: dict[str, str], **how: bool) -> Settings:
    return Settings.from_environment(env, **{"development": False, "serving": True, **how})


def test_every_problem_is_named_in_one_message() -> None:
    with pytest.raises(SettingsError) as refused:
        read(
            {
                "HUB_PORT": "eighty",
                "HUB_WORKERS": "0",
                "HUB_ROLE": "both",
                "HUB_DATABASE_URL": "mysql://somewhere/",
                "HUB_REDIS_URL": "http://x",
                "HUB_RATE_VALIDATE": "fast",
                "HUB_TRUSTED_PROXIES": "10.0.0.0/8,elsewhere",
                "HUB_CLOCK_OFFSET": "3600",
                "HUB_PUBLIC_URL": "hub.example.org",
                "HUB_SOCKETS_PER_OPERATOR": "-1",
            }
        )
    lines = str(refused.value).splitlines()
    assert len(lines) == 11
    for name in ("PORT", "WORKERS", "DATABASE_URL", "REDIS_URL", "RATE_VALIDATE", "TRUSTED_PROXIES", "CLOCK_OFFSET"):
        assert any(line.startswith(f"HUB_{name}") for line in lines), name
    for name in ("PUBLIC_URL", "SOCKETS_PER_OPERATOR", "SECRET_KEY", "ROLE"):
        assert any(line.startswith(f"HUB_{name}") for line in lines), name


def test_a_message_never_repeats_a_password() -> None:
    with pytest.raises(SettingsError) as refused:
        read({"HUB_SECRET_KEY": "short-but-secret", "HUB_DATABASE_URL": "oracle://me:hunter2@db/"})
    assert "hunter2" not in str(refused.value)
    assert "short-but-secret" not in str(refused.value)


def test_the_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    settings = read({"HUB_SECRET_KEY": KEY, "HUB_DATA_DIR": str(tmp_path)})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8080, 1)
    assert (settings.role, settings.processes) == ("all", 1)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.database_url is None
    assert settings.redis_url is None
    assert settings.rate_reservations == Rate(10, 60)
    assert settings.rate_validate == Rate(30, 60)
    assert settings.rate_operator == Rate(100, 60)
    assert settings.sockets_per_operator == 20
    assert settings.public_sockets_per_ip == 1000
    assert settings.trusted_proxies == ()
    assert not settings.development


@pytest.mark.parametrize(
    ("env", "development", "cores", "processes"),
    [
        ({}, False, True, 1),
        ({"HUB_WORKERS": "3"}, False, False, 4),
        ({"HUB_WORKERS": "3", "HUB_ROLE": "web"}, False, True, 3),
        ({"HUB_WORKERS": "3", "HUB_ROLE": "jobs"}, False, True, 1),
        ({}, True, True, 2),
        ({}, True, False, 1),
        ({"HUB_WORKERS": "1"}, True, True, 1),
        ({"HUB_ROLE": "web"}, True, True, 1),
    ],
)
def test_the_jobs_have_a_process_of_their_own_beside_several_and_where_hub_run_has_cores(
    env: dict[str, str], development: bool, cores: bool, processes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.settings.has_cores", lambda: cores)
    settings = read({"HUB_SECRET_KEY": KEY, "HUB_DATA_DIR": str(tmp_path), **env}, development=development)
    assert settings.processes == processes


def test_a_key_of_our_own_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = read({"HUB_DATA_DIR": str(tmp_path)}, development=True)
    second = read({"HUB_DATA_DIR": str(tmp_path)}, serving=False)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """A umask that lets everybody read, as most machines have it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_the_folder_with_the_key_is_its_owners_only(tmp_path: Path) -> None:
    data_dir = tmp_path / "srv" / "hub"
    read({"HUB_DATA_DIR": str(data_dir)}, development=True)
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700


def test_serving_in_production_takes_no_key_of_our_own_and_no_other_clock(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HUB_SECRET_KEY"):
        read({"HUB_DATA_DIR": str(tmp_path)})
    assert not (tmp_path / "secret.key").exists()
    shifted = {"HUB_SECRET_KEY": KEY, "HUB_CLOCK_OFFSET": "-86400", "HUB_DATA_DIR": str(tmp_path)}
    with pytest.raises(SettingsError, match="HUB_REHEARSAL"):
        read(shifted)
    assert read({**shifted, "HUB_REHEARSAL": "1"}).clock_offset == -86400
    assert read(shifted, development=True).clock_offset == -86400


def test_a_url_names_several_servers_where_the_hub_looks_for_the_right_one(tmp_path: Path) -> None:
    urls = {
        "HUB_DATABASE_URL": "postgresql://hub:secret@one:5432,[::1]:5433,three/hub",
        "HUB_REDIS_URL": "redis+cluster://:secret@one:6379,two:6380",
    }
    settings = read({**urls, "HUB_DATA_DIR": str(tmp_path)}, development=True)
    assert (settings.database_url, settings.redis_url) == tuple(urls.values())
    for name, url in (
        ("HUB_DATABASE_URL", "postgresql://one:5432,two:a/hub"),
        ("HUB_REDIS_URL", "redis+cluster://one:b,two"),
        ("HUB_REDIS_URL", "redis://one:6379,two:6379"),
    ):
        with pytest.raises(SettingsError, match=f"{name}: the port"):
            read({**urls, name: url, "HUB_DATA_DIR": str(tmp_path)}, development=True)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/min", Rate(10, 60)),
        ("100/s", Rate(100, 1)),
        ("5/15min", Rate(5, 900)),
        ("1/hour", Rate(1, 3600)),
        ("off", None),
    ],
)
def test_a_rate_is_read(text: str, rate: Rate | None) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "10", "/min", "0/min", "10/0s", "10/fortnight", "-1/min", "1e3/min", "10/min/s"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="limit"):
        parse_rate(text)


def test_networks_and_addresses_are_read(tmp_path: Path) -> None:
    env = {"HUB_SECRET_KEY": KEY, "HUB_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1 ::1", "HUB_HOST": "::", "HUB_PORT": "9"}
    settings = read(env)
    assert settings.trusted_proxies[0] == ipaddress.ip_network("10.0.0.0/8")
    assert len(settings.trusted_proxies) == 3
    assert settings.public_url == "http://127.0.0.1:9"
    assert read({**env, "HUB_PUBLIC_URL": "https://hub.example.org/"}).public_url == "https://hub.example.org"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("twilio://AC1@/?from=+12025550100", "account and its token"),
        ("twilio://AC1:hunter2@/", "whom messages come from"),
        ("twilio://AC1:hunter2@/?from=1&service=MG1", "whom messages come from"),
        ("twilio+http://AC1:hunter2@/?from=1", "needs a host"),
        ("smpp://AC1:hunter2@/?from=1", "begins with twilio://"),
    ],
)
def test_a_provider_of_text_messages_is_named_whole_or_refused(tmp_path: Path, url: str, problem: str) -> None:
    env = {"HUB_DATA_DIR": str(tmp_path), "HUB_SMS_URL": url}
    with pytest.raises(SettingsError, match=f"^HUB_SMS_URL: .*{problem}") as refused:
        read(env, development=True)
    assert "hunter2" not in str(refused.value)
    assert read({**env, "HUB_SMS_URL": "twilio://AC1:t@/?from=+12025550100"}, development=True).sms_url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_SECRET_KEY", "only-for-trying-it-out-not-a-secret-at-all"),
        ("HUB_SECRET_KEY", "k" * 32),
        ("HUB_SECRET_KEY", "please-change-me-to-a-long-random-string"),
        ("HUB_SECRET_KEY_PREVIOUS", "only-for-trying-it-out-not-a-secret-at-all"),
        ("HUB_DATABASE_URL", "postgresql://hub:only-for-trying-it-out@postgres:5432/hub"),
        ("HUB_DATABASE_READ_URL", "postgresql://hub:only-for-trying-it-out@replica:5432/hub"),
        ("HUB_DATABASE_URL", "postgresql://hub@postgres:5432/hub?password=only%2Dfor%2Dtrying%2Dit%2Dout"),
        ("HUB_REDIS_URL", "redis://:valkey@valkey:6379/0"),
        ("HUB_METRICS_TOKEN", "metrics"),
    ],
)
@pytest.mark.parametrize("development", [False, True], ids=["serve", "run"])
def test_a_hub_for_others_takes_no_secret_that_they_can_guess(name: str, value: str, development: bool) -> None:
    env = {"HUB_SECRET_KEY": KEY, name: value}
    with pytest.raises(SettingsError, match=name) as refused:
        read({**env, "HUB_PUBLIC_URL": SITE}, development=development)
    assert str(refused.value).count("\n") == 0
    assert value not in str(refused.value)
    for here in ("http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "https://hub.localhost"):
        settings = read({**env, "HUB_PUBLIC_URL": here}, development=development)
        assert [problem for problem in weak_secrets(settings) if name in problem], "the doctor names it all the same"
    for host in ("0.0.0.0", "::", "192.168.1.7", "hub.internal"):
        with pytest.raises(SettingsError, match=name):
            read({**env, "HUB_HOST": host, "HUB_PUBLIC_URL": "http://127.0.0.1:8080"}, development=development)
    assert read({**env, "HUB_PUBLIC_URL": SITE}, serving=False), "a command serves nobody"


def test_secrets_of_a_generator_are_taken_and_a_server_may_have_no_password() -> None:
    env = {
        "HUB_PUBLIC_URL": SITE,
        "HUB_SECRET_KEY": KEY,
        "HUB_DATABASE_URL": "postgresql://hub:5f0f3c9be1d84c7c@postgres:5432/hub",
        "HUB_REDIS_URL": "redis://valkey:6379/0",
    }
    assert weak_secrets(read(env)) == []
    assert weak_secrets(read({**env, "HUB_DATABASE_URL": "postgresql:///hub?host=/run/postgresql"})) == []


@pytest.mark.parametrize(
    ("env", "how", "mailbox", "back"),
    [
        ({}, {"development": True}, True, False),
        ({"HUB_PUBLIC_URL": "https://hub.example.org"}, {"development": True}, False, True),
        ({"HUB_REHEARSAL": "1"}, {}, True, False),
        ({}, {}, False, True),
        ({"HUB_SMTP_URL": "smtp://127.0.0.1"}, {}, False, False),
    ],
    ids=["run", "run at a public address", "rehearsal", "serve", "serve with a mail server"],
)
def test_only_a_hub_whose_mailbox_somebody_reads_has_one(
    env: dict[str, str], how: dict[str, bool], mailbox: bool, back: bool
) -> None:
    settings = read({"HUB_SECRET_KEY": KEY, **env}, **how)
    assert (settings.has_mailbox, settings.keeps_mail_back) == (mailbox, back)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "https://localhost",
        "http://192.168.1.7",
        "http://[fd00::7]",
        "http://hub",
        "http://gate.local",
    ],
)
def test_the_mailbox_is_shown_in_a_private_network(url: str) -> None:
    settings = read({"HUB_SECRET_KEY": KEY, "HUB_PUBLIC_URL": url}, development=True)
    assert settings.shows_mailbox
    assert not read({"HUB_SECRET_KEY": KEY, "HUB_PUBLIC_URL": url}, development=False).shows_mailbox


@pytest.mark.parametrize(
    "url", ["https://hub.example.org", "http://hub.example.org", "https://9.9.9.9", "https://hub.local.example.org"]
)
def test_the_mailbox_is_never_shown_at_an_address_of_the_internet(url: str) -> None:
    assert not read({"HUB_SECRET_KEY": KEY, "HUB_PUBLIC_URL": url}, development=True).shows_mailbox


def documented(table: str) -> dict[str, str]:
    """Return the default that a table of the manual gives each setting it names."""
    found = {}
    for names, defaults in re.findall(r"^\| (`HUB_[^|]+) \| ([^|]+) \|", table, re.MULTILINE):
        settings, values = re.findall(r"`(\w+)`", names), re.findall(r"`([^`]+)`", defaults)
        found |= dict(
            zip(settings, values if len(values) == len(settings) else [defaults] * len(settings), strict=True)
        )
    return found


def named_in(source: str) -> set[str]:
    return set(re.findall(r"\bHUB_[A-Z_]+\b", source))


def test_the_manual_names_every_setting_with_its_default() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = documented(manual.partition("\n## Settings\n")[2].partition("\n## ")[0])
    assert set(table) == named_in((ROOT / "hub" / "settings.py").read_text(encoding="utf-8"))
    usual = read({"HUB_SECRET_KEY": KEY})
    for name in ("HOST", "PORT", "WORKERS", "ROLE", "SOCKETS_PER_OPERATOR", "PUBLIC_SOCKETS_PER_IP"):
        assert table[f"HUB_{name}"] == str(getattr(usual, name.lower())), name
    rates = [name for name in table if name.startswith("HUB_RATE_")]
    assert len(rates) == 8
    for name in rates:
        assert parse_rate(table[name]) == getattr(usual, name.removeprefix("HUB_").lower()), name


def test_a_setting_that_the_manual_leaves_out_is_found() -> None:
    table = "| `HUB_HOST`, `HUB_PORT` | `127.0.0.1`, `8080` | where |\n| `HUB_ROLE` | `all` | [what](#roles) |\n"
    assert documented(table) == {"HUB_HOST": "127.0.0.1", "HUB_PORT": "8080", "HUB_ROLE": "all"}
    assert named_in('read.text("HUB_HOST") read.text("HUB_NEW")') - set(documented(table)) == {"HUB_NEW"}

"""Laws of docker-compose.yml and deploy/: no secret of ours, a hub that works with what they give it, and a whole list of packages."""

from __future__ import annotations

import re
import stat
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
import yaml

from db.connection_limit import needed
from deploy import sbom, valkey_cluster
from hub.cli import _parser
from hub.rules.secret_strength import KEY_BITS, strength
from hub.settings import Rate, Settings
from tests.support import valkey_server
from tests.support.balancer import CADDY
from tests.support.hub import Hub
from tests.support.ports import free_cluster_port
from tests.support.valkey_server import OwnValkey
from tests.support.world import World

ROOT = Path(__file__).parent.parent
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
PASSWORD = "3a0c9e5b7d1f4826"
HUBS = ("hub-1", "hub-2", "hub-3")
VALKEYS = ["valkey-1:6379", "valkey-2:6379", "valkey-3:6379"]


def composed(**variables: str) -> Any:
    """Return docker-compose.yml with its variables put in. One that is required and not given is a KeyError."""

    def value(found: re.Match[str]) -> str:
        name, rest = found[1], found[2] or ""
        return variables[name] if not rest.startswith(":-") else variables.get(name, rest[2:])

    return yaml.safe_load(re.sub(r"\$\{([A-Z_]+)(:[-?][^}]*)?\}", value, COMPOSE))


GIVEN = {"HUB_SECRET_KEY": "f" * 64, "POSTGRES_PASSWORD": PASSWORD, "VALKEY_PASSWORD": PASSWORD}


@pytest.mark.parametrize("name", GIVEN)
def test_compose_has_no_secret_of_its_own(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        composed(**{other: value for other, value in GIVEN.items() if other != name})
    assert not re.search(rf"\$\{{{name}(?!:\?)", COMPOSE), "without `:?` a missing secret would be an empty one"


def test_the_environment_of_compose_is_one_that_the_hub_reads() -> None:
    services = composed(**GIVEN)["services"]
    for name in (*HUBS, "jobs"):
        env = {key: str(value) for key, value in services[name]["environment"].items()}
        role = _parser().parse_args(services[name]["command"][1:]).role
        settings = Settings.from_environment({**env, "HUB_ROLE": role}, development=False)
        assert (settings.database_url, settings.database_read_url, settings.role) == (
            f"postgresql://hub:{PASSWORD}@postgres:5432/hub", f"postgresql://hub:{PASSWORD}@replica:5432/hub",
            "jobs" if name == "jobs" else "web",
        )  # fmt: skip
        assert settings.redis_url == f"redis+cluster://hub:{PASSWORD}@{','.join(VALKEYS)}"
        assert [str(network) for network in settings.trusted_proxies] == ["172.16.0.0/12"]


def test_the_parts_of_compose_know_each_other() -> None:
    document = composed(**GIVEN)
    services = document["services"]
    assert services["cluster"]["command"][2:] == VALKEYS
    assert {address.partition(":")[0] for address in VALKEYS} | {*HUBS, "jobs", "postgres", "replica"} <= set(services)
    [upstreams] = re.findall(r"reverse_proxy (.+) {", document["configs"]["balancer"]["content"])
    assert upstreams.split() == [f"{name}:8080" for name in HUBS]
    replica, primary = services["replica"], services["postgres"]
    assert set(re.findall(r"max_connections=(\d+)", str([replica, primary]))) == {"200"}, "fewer on a replica end it"
    assert (len(HUBS) + 1) * needed(1) + needed(1) < 200
    asked = {config["source"] for one in services.values() for config in one.get("configs", ())}
    assert asked == set(document["configs"])
    mounted = {one.partition(":")[0] for service in services.values() for one in service.get("volumes", ())}
    assert {one for one in mounted if not one.startswith("./")} == set(document["volumes"])
    waited_for = {name for service in services.values() for name in service.get("depends_on", ())}
    assert waited_for <= set(services)


def test_the_script_makes_strong_secrets_once_and_for_its_owner_only(tmp_path: Path) -> None:
    script = ROOT / "deploy" / "make_secrets.sh"

    def make() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    made, file = make(), tmp_path / ".env"
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    values = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert set(values) == set(GIVEN)
    assert min(map(strength, values.values())) >= KEY_BITS
    assert not any(value in made.stdout + made.stderr for value in values.values())
    before = file.read_text()
    assert make().returncode == 1
    assert file.read_text() == before


@contextmanager
def valkey_of_compose(tmp_path: Path, *options: str, without: str = "") -> Iterator[tuple[OwnValkey, str]]:
    """Yield a Valkey with the users of docker-compose.yml, and the URL that the hub has there. One more user reads its log."""
    users = composed(**GIVEN)["configs"]["valkey-users"]["content"]
    assert without in users
    file = tmp_path / "users.acl"
    file.write_text(users.replace(without, "") + "user reader on >reader ~* &* +@all\n")
    server = OwnValkey("--aclfile", str(file), *options)
    try:
        yield server, f"redis://hub:{PASSWORD}@127.0.0.1:{server.port}/0"
    finally:
        server.kill()


@contextmanager
def cluster_of_compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[OwnValkey], str]]:
    """Yield three such servers that `deploy/valkey_cluster.py` has made a cluster, and the URL that the hub has there."""
    # A node listens on its port and 10,000 above it, which ports of the usual range do not leave room for.
    monkeypatch.setattr(valkey_server, "free_port", free_cluster_port)
    options = composed(**GIVEN)["services"]["valkey-1"]["command"]
    with ExitStack() as stack:
        servers = [
            stack.enter_context(valkey_of_compose(tmp_path, *options[options.index("--cluster-enabled") :]))[0]
            for _ in VALKEYS
        ]
        addresses = [("127.0.0.1", server.port) for server in servers]
        for _ in range(2):  # compose runs it at every start
            valkey_cluster.form(addresses, PASSWORD)
        yield servers, f"redis+cluster://hub:{PASSWORD}@{','.join(f'{host}:{port}' for host, port in addresses)}"


async def refused_to_a_whole_day(
    open_hub: Callable[..., Awaitable[Hub]], servers: Sequence[OwnValkey], url: str
) -> set[str]:
    """Let a hub book, scan and show the count, and return what Valkey refused it."""
    hub = await open_hub(redis_url=url, rate_validate=Rate(30, 60))
    world = await World(hub).found()
    slot, ticket = await world.slot(), await world.ticket()
    assert (await hub.post("/api/tickets/validate", {"ticket_code": ticket.code}))[0] == 200
    body = {
        "ticket_id": ticket.id,
        "slot_id": slot,
        "customer_email": "j@example.com",
        "customer_phone": "+12025551234",
    }
    assert (await hub.post("/api/reservations/create", body))[0] in (200, 201)
    dashboard = await hub.socket(await world.staff("MANAGER"))
    assert (await dashboard.command("subscribe", topic="counts"))["success"]
    scanner = await hub.socket(await world.staff(), gate="A")
    assert (await scanner.verify(ticket.code))["reason"] == "VERIFIED"
    await hub.get("/readyz")
    refused = set()
    for server in servers:
        async with redis.asyncio.from_url(f"redis://reader:reader@127.0.0.1:{server.port}/0") as reader:
            refused |= {str(entry["object"]) for entry in await reader.acl_log()}
    return refused


@pytest.mark.usefixtures("slow_servers")
async def test_the_hub_may_do_all_it_needs_in_the_cluster_of_compose(
    open_hub: Callable[..., Awaitable[Hub]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster_of_compose(tmp_path, monkeypatch) as (servers, url):
        assert await refused_to_a_whole_day(open_hub, servers, url) == set()


async def test_a_right_that_is_missing_is_seen(open_hub: Callable[..., Awaitable[Hub]], tmp_path: Path) -> None:
    with valkey_of_compose(tmp_path, without=" ~venuehub:*") as (server, url):
        assert await refused_to_a_whole_day(open_hub, [server], url) != set()


async def test_others_may_only_ping_and_the_hub_may_not_administrate(tmp_path: Path) -> None:
    with valkey_of_compose(tmp_path) as (server, url):
        async with redis.asyncio.from_url(server.url) as stranger:
            assert await stranger.ping()
            for command in ("GET venuehub:x", "PUBLISH venuehub:announcements x", "INFO", "FLUSHALL", "CONFIG GET *"):
                with pytest.raises(redis.exceptions.NoPermissionError):
                    await stranger.execute_command(*command.split())
        async with redis.asyncio.from_url(url) as hub:
            for command in (
                "FLUSHALL",
                "CONFIG SET dir /",
                "ACL LIST",
                "KEYS *",
                "GET other",
                "SHUTDOWN",
                "DEBUG SLEEP 1",
            ):
                with pytest.raises(redis.exceptions.NoPermissionError):
                    await hub.execute_command(*command.split())


@pytest.mark.parametrize("name", ["Caddyfile", "balancer.Caddyfile", "docker-compose.yml"])
def test_caddy_takes_its_examples(name: str, tmp_path: Path) -> None:
    file = ROOT / "deploy" / name
    if name == "docker-compose.yml":
        file = tmp_path / "Caddyfile"
        file.write_text(composed(**GIVEN)["configs"]["balancer"]["content"])
    given = {"LISTEN": "http://:8080", "HUBS": "hub-1:8080 hub-2:8080", "HOME": str(tmp_path)}
    command = [CADDY, "validate", "--config", file, "--adapter", "caddyfile"]
    ran = subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr


def test_the_bill_of_materials_has_every_package_of_the_lock_and_every_library_of_the_browser() -> None:
    document = sbom.build()
    assert document == sbom.build()
    found = {(part["name"], part["version"]): part for part in document["components"]}
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE)
    folders = [path.name.rpartition("-") for path in (ROOT / "web" / "static" / "vendor").iterdir()]
    assert {(name.lower(), version) for name, version in found} == {
        *pinned, *((name, version) for name, _, version in folders)
    }  # fmt: skip
    listed = [
        digest["content"]
        for part in found.values()
        for one in part.get("externalReferences", ())
        for digest in one["hashes"]
    ]
    assert sorted(listed) == sorted(re.findall(r"sha256:(\w+)", lock))
    described = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    files = [file for part in found.values() for file in part.get("components", ())]
    assert len(files) == 5
    assert [file["name"] for file in files if file["hashes"][0]["content"] not in described] == []


def test_the_bill_of_materials_says_who_needs_what() -> None:
    needs = {one["ref"]: set(one["dependsOn"]) for one in sbom.build()["dependencies"]}
    reached: set[str] = set()
    waiting = [sbom.ROOT_REF]
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += needs.get(ref, ())
    assert reached == set(needs) | needs[sbom.ROOT_REF]
    assert any(ref.startswith("pkg:pypi/yarl@") for ref in needs[next(ref for ref in needs if "/aiohttp@" in ref)])
    assert not any("/yarl@" in ref for ref in needs[sbom.ROOT_REF])


def test_a_line_of_a_lock_file_that_nobody_understands_is_no_silent_gap() -> None:
    with pytest.raises(ValueError, match="git"):
        sbom.read_lock("aiohttp @ git+https://example.org/aiohttp\n")

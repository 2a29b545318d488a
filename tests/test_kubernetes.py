"""deploy/kubernetes: manifests that Kubernetes accepts, of a hub that starts with what they give it and is asked where it answers."""

from __future__ import annotations

import copy
import re
import secrets
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from hub.cli import _parser
from hub.settings import Settings
from web.api.table import ENDPOINTS

FILE = Path(__file__).parent.parent / "deploy" / "kubernetes" / "venue-hub.yaml"
TEXT = FILE.read_text(encoding="utf-8")
MANIFESTS: list[dict[str, Any]] = list(yaml.safe_load_all(TEXT))
NAMES = [f"{one['kind']} {one['metadata']['name']}" for one in MANIFESTS]
DEPLOYMENTS = [one for one in MANIFESTS if one["kind"] == "Deployment"]
VERSIONS = ("1.30", "1.37")
"""The oldest version that the file promises, and the newest that the schemas know."""
DRAIN_SECONDS = 10


def named(kind: str, name: str) -> dict[str, Any]:
    return MANIFESTS[NAMES.index(f"{kind} {name}")]


def pod(deployment: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the pod's own part of a deployment, and its container."""
    spec = deployment["spec"]["template"]["spec"]
    [container] = spec["containers"]
    return spec, container


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=NAMES)
def test_kubernetes_accepts_each_manifest(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_field_that_kubernetes_does_not_know_is_seen() -> None:
    """Negative control."""
    wrong = copy.deepcopy(named("Deployment", "venue-hub-web"))
    pod(wrong)[1]["readynessProbe"] = pod(wrong)[1].pop("readinessProbe")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: str(one["metadata"]["name"]))
def test_a_process_starts_with_the_settings_it_is_given(deployment: dict[str, Any]) -> None:
    _, container = pod(deployment)
    made = re.sub(r'"\$\(openssl rand -hex (\d+)\)"', lambda found: f"'{secrets.token_hex(int(found[1]))}'", TEXT)
    given = made.replace("PASSWORD", secrets.token_hex(12))
    secret = dict(re.findall(r"--from-literal=(\w+)='([^']+)'", given))
    env = {
        **secret,
        **named("ConfigMap", "venue-hub")["data"],
        **{one["name"]: one["value"] for one in container["env"]},
    }
    args = _parser().parse_args(container["args"][1:])
    settings = Settings.from_environment({**env, "HUB_ROLE": args.role}, development=False)
    assert settings.role == deployment["metadata"]["labels"]["app.kubernetes.io/component"]
    assert all(
        (
            settings.database_url,
            settings.database_read_url,
            settings.redis_url,
            settings.smtp_url,
            settings.metrics_token,
        )
    )
    assert [source[next(iter(source))]["name"] for source in container["envFrom"]] == ["venue-hub", "venue-hub"]
    assert len(list(settings.trusted_proxies)) == 1
    host = named("Ingress", "venue-hub")["spec"]["rules"][0]["host"]
    assert settings.public_url == f"https://{host}"


def test_everything_points_at_the_processes_that_serve() -> None:
    web = named("Deployment", "venue-hub-web")
    labels = web["spec"]["template"]["metadata"]["labels"]
    service, budget = named("Service", "venue-hub")["spec"], named("PodDisruptionBudget", "venue-hub-web")["spec"]
    assert service["selector"] == budget["selector"]["matchLabels"] == web["spec"]["selector"]["matchLabels"] == labels
    assert labels != named("Deployment", "venue-hub-jobs")["spec"]["template"]["metadata"]["labels"]
    assert budget["minAvailable"] < web["spec"]["replicas"]
    [backend] = named("Ingress", "venue-hub")["spec"]["rules"][0]["http"]["paths"]
    assert backend["backend"]["service"] == {"name": "venue-hub", "port": {"name": service["ports"][0]["name"]}}
    ports = {port["name"] for port in pod(web)[1]["ports"]}
    assert service["ports"][0]["targetPort"] in ports


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda one: str(one["metadata"]["name"]))
def test_probes_ask_what_the_hub_answers_and_a_stop_leaves_it_time_to_drain(deployment: dict[str, Any]) -> None:
    spec, container = pod(deployment)
    answered = {endpoint.path for endpoint in ENDPOINTS}
    probes = {name: probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")}
    assert {probe["path"] for probe in probes.values()} <= answered
    assert {"startupProbe", "livenessProbe"} <= set(probes)
    assert probes["livenessProbe"]["path"] == "/healthz", "a hub whose Postgres is away must not be killed for it"
    waits = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    assert spec["terminationGracePeriodSeconds"] >= waits + DRAIN_SECONDS
    assert spec["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in spec["volumes"]}

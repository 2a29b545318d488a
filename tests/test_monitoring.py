"""The alert rules and the dashboard of deploy/: each query is PromQL, and asks for metrics and labels that a hub has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from db.transaction_counts import Outcomes
from deploy import dashboard
from hub.actions.tickets.activate import activate_ticket
from hub.guards.seat_admission import Admission
from hub.observability import metrics_page, outcome_metrics, telemetry
from hub.rules.reasons import Reason
from tests.support.hub import Hub
from tests.support.world import TODAY, World
from tests.test_deployment import GIVEN, HUBS, composed

DEPLOY = Path(__file__).parent.parent / "deploy"
GROUPS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
RULES = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
PROMETHEUS = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
TARGET_LABELS = {"job", "instance"}
OF_PROMETHEUS = {"up": set(), "ALERTS": {"alertstate", "alertname", "severity"}}
"""Metrics that Prometheus makes by itself, with their labels."""


def queries() -> Iterator[tuple[str, str]]:
    """Yield every query with the place where it stands."""
    yield from ((f"alert {name}", rule["expr"]) for name, rule in RULES.items())
    for panel in dashboard.build()["panels"]:
        for target in panel.get("targets", ()):
            yield f"panel {panel['title']}", target["expr"].replace(dashboard.RATE, "5m")


def selectors_of(query: str) -> tuple[list[Any], set[str]]:
    """Return the selectors of a query, and the labels that it groups by. Raises for what Prometheus would not read."""
    selectors: list[Any] = []
    grouped: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.MatrixSelector):
            selectors.append(node.vector_selector)
        elif isinstance(node, promql_parser.VectorSelector):
            selectors.append(node)
        elif isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            grouped.update(node.modifier.labels)

    promql_parser.walk(promql_parser.parse(query), visit)
    return selectors, grouped


def labels_of(metric: str) -> set[str]:
    """Return the labels of a metric of this process, by its name with the prefix."""
    plain = metric.removeprefix(metrics_page.PREFIX)
    collector = REGISTRY._names_to_collectors[plain]
    return {*collector._labelnames, *({"le"} if plain.endswith("_bucket") else ())}


def problems(query: str, samples: set[str]) -> list[str]:
    """Return what a query asks for and a hub with these samples does not have."""
    selectors, grouped = selectors_of(query)
    found, known = [], set(TARGET_LABELS)
    for selector in selectors:
        if selector.name in OF_PROMETHEUS:
            labels = OF_PROMETHEUS[selector.name]
        elif selector.name in samples:
            labels = labels_of(selector.name)
        else:
            found.append(f"there is no metric {selector.name}")
            continue
        known |= labels
        asked = {one.name for one in selector.matchers.matchers}
        found += [f"{selector.name} has no label {name}" for name in sorted(asked - labels - TARGET_LABELS)]
    return found + [f"no metric of it has the label {name}" for name in sorted(grouped - known)]


async def page_of(hub: Hub) -> str:
    """Return the metrics as the Prometheus of docker-compose.yml asks for them."""
    [job] = PROMETHEUS["scrape_configs"]
    target = job["static_configs"][0]["targets"][0]
    async with hub.client.get("/metrics", headers={"Host": target}) as response:
        assert response.status == 200
        return await response.text()


def names_on(page: str) -> set[str]:
    """Return the names that samples of a page have or will have: a metric with labels has none before its first event."""
    found: set[str] = set()
    for family in text_string_to_metric_families(page):
        found |= {sample.name for sample in family.samples}
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        found |= {f"{family.name}{suffix}" for suffix in suffixes}
    return found


async def test_every_query_asks_for_metrics_and_labels_that_a_hub_has(hub: Hub) -> None:
    samples = names_on(await page_of(hub))
    wrong = {place: found for place, query in queries() if (found := problems(query, samples))}
    assert wrong == {}
    prefixed = {
        name for _, query in queries() for one in selectors_of(query)[0] if (name := one.name) not in OF_PROMETHEUS
    }
    assert {name for name in prefixed if not name.startswith(metrics_page.PREFIX)} == set(), "the old names will go"


def selected(query: str, **labels: str) -> bool:
    """Return whether a selector of the query takes the series with these labels, whatever its other labels are."""
    return any(
        all(re.fullmatch(one.value, labels[one.name]) for one in selector.matchers.matchers if one.name in labels)
        for selector in selectors_of(query)[0]
    )


def test_whoever_is_turned_away_by_a_check_counts_as_whoever_is_by_an_entry() -> None:
    """A gate that checks first never asks to admit whom the check has refused."""
    asked = {place: query for place, query in queries() if place in ("alert VisitorsTurnedAway", "panel Turned away")}
    assert len(asked) == 2
    for place, query in asked.items():
        for mode in ("validate", "verify"):
            assert selected(query, mode=mode, result="RED"), place
        assert selected(query, mode="verify", result="GREEN"), place
        assert not selected(query, mode="validate", result="GREEN"), f"{place}: an admitted visitor would count twice"


async def test_every_value_of_a_label_that_a_query_names_is_one_that_the_hub_writes(hub: Hub, world: World) -> None:
    """A misspelt value matches nothing, so its alert would never fire."""
    slot_id = await world.slot(TODAY, capacity=1)
    for ticket in await world.tickets(2):
        await hub.post("/api/tickets/validate", {"ticket_code": ticket.code})
        visit = {
            "ticket_id": ticket.id,
            "slot_id": slot_id,
            "customer_email": "a@example.com",
            "customer_phone": "+12025551234",
        }
        contact = {"ticket_id": ticket.id, "email": "a@example.com", "phone": "+12025551234"}
        await hub.post("/api/tickets/verify-contact", contact)
        await hub.post("/api/reservations/create", visit)
        scanner = await hub.socket(await world.staff(), gate="A")
        await scanner.validate(ticket.code)
        await scanner.verify(ticket.code)
    await hub.post("/api/tickets/validate", {"ticket_code": "TKT-2026-NO-SUCH"})
    inactive = await world.ticket("INACTIVE", activation_mode="deferred")
    await activate_ticket(hub.services, inactive.id, org_id=world.org_id, code=inactive.code, identity=None)
    for name, pool in hub.database.pools().items():
        telemetry.pool_seen(name, *pool.gauges)
    # What takes a fault, by the functions and names that the hub uses for it.
    telemetry.reservation_tried(Reason.NO_CAPACITY, 0.01, world.org_id, world.venue_id)
    telemetry.seat_admission_answered(Admission.UNKNOWN.name.lower())
    telemetry.request_answered("GET", "/api/shows", 500, 0.01)
    outcome_metrics.message_settled(world.org_id, "mail", "reservation.created", "sent")
    outcome_metrics.activation_repeated()
    outcome_metrics.transactions_ended("scans", Outcomes(1, 1, 1))
    written: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(await page_of(hub)):
        for sample in family.samples:
            for label, value in sample.labels.items():
                written.setdefault(sample.name, {}).setdefault(label, set()).add(value)
    asked = [
        (place, selector.name, one)
        for place, query in queries()
        for selector in selectors_of(query)[0]
        for one in selector.matchers.matchers
        if selector.name not in OF_PROMETHEUS
    ]
    assert len(asked) > 20
    missing = [
        f"{place}: {name} never has {one.name}={value}"
        for place, name, one in asked
        for value in _values(one)
        if not any(re.fullmatch(value, seen) for seen in written[name].get(one.name, ()))
    ]
    assert missing == []


def _values(matcher: Any) -> list[str]:
    """Return what a matcher names, each alternative of a pattern by itself."""
    if matcher.op in (promql_parser.MatchOp.Re, promql_parser.MatchOp.NotRe):
        return str(matcher.value).split("|")
    return [re.escape(matcher.value)]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sum(rate(venue_hub_scan_decision_total[5m]))", "no metric venue_hub_scan_decision_total"),
        ('venue_hub_outbox_pending{kind="x"} > 1', "has no label kind"),
        ("sum by (kind) (venue_hub_outbox_pending)", "has the label kind"),
        ('rate(venue_hub_scan_decisions_total{mode="verify",gate="A"}[5m])', "has no label gate"),
    ],
)
async def test_a_query_that_asks_for_nothing_is_found(hub: Hub, query: str, words: str) -> None:
    assert words in " ".join(problems(query, names_on(await page_of(hub))))


@pytest.mark.parametrize("query", ["sum(rate(up[5m])", "rate(up)", "histogram_quantile(up)"])
def test_a_query_that_is_no_promql_is_found(query: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        selectors_of(query)


def test_every_rule_says_what_it_means_and_what_to_do_and_is_in_the_manual() -> None:
    assert len(RULES) == sum(len(group["rules"]) for group in GROUPS)
    for name, rule in RULES.items():
        assert rule["labels"]["severity"] in ("critical", "warning"), name
        assert set(rule["annotations"]) == {"summary", "action"}, name
        for text in rule["annotations"].values():
            plain = re.sub(r"\{\{.*?\}\}", "x", text)
            assert plain.endswith("."), text
            assert all(len(sentence.split()) <= 25 for sentence in re.split(r"[.:] ", plain)), text
    manual = (DEPLOY.parent / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([A-Z][a-z]+[A-Z]\w+)` \|", manual, re.MULTILINE) == list(RULES)


def test_each_alert_has_a_section_of_the_runbook() -> None:
    runbook = (DEPLOY.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (\w+)$", runbook, re.MULTILINE) == list(RULES)


async def test_the_manual_explains_every_metric_with_its_labels(hub: Hub) -> None:
    manual = (DEPLOY.parent / "docs" / "metrics.md").read_text(encoding="utf-8")
    table = manual.partition("## Every metric\n")[2].partition("\n## ")[0]
    explained = {
        name: set(re.findall(r"`(\w+)`", labels))
        for name, labels in re.findall(r"^\| `(\w+)` \| (.*?) ?\| ", table, re.MULTILINE)
    }
    measured = {
        family.name.removeprefix(metrics_page.PREFIX) + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(await page_of(hub))
        if family.name.startswith(metrics_page.PREFIX) and not family.name.endswith("_created")
    }
    assert set(explained) == measured
    for name, labels in explained.items():
        assert labels == labels_of(f"{metrics_page.PREFIX}{name}"), name


def test_the_dashboard_is_the_one_of_its_tables_and_no_panel_covers_another() -> None:
    stored = (DEPLOY / "grafana" / "venue-hub.json").read_text(encoding="utf-8")
    assert stored == dashboard.text(), "run python -m deploy.dashboard"
    panels = json.loads(stored)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < dashboard.WIDE
        taken |= cells


def test_compose_gives_prometheus_and_grafana_the_files_that_they_look_for() -> None:
    services = composed(**GIVEN)["services"]
    mounted = {
        name: dict(one.removesuffix(":ro").split(":")[::-1] for one in services[name]["volumes"])
        for name in ("prometheus", "grafana")
    }
    for places in mounted.values():
        assert [one for one in places.values() if one.startswith("./") and not (DEPLOY.parent / one).exists()] == []
    assert PROMETHEUS["rule_files"] == [
        f"{place}/alerts.yml" for place, one in mounted["prometheus"].items() if "deploy" in one
    ]
    [provider] = yaml.safe_load((DEPLOY / "grafana" / "dashboards.yml").read_text(encoding="utf-8"))["providers"]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.startswith(provider["options"]["path"])
    assert mounted["grafana"][home] == "./deploy/grafana/venue-hub.json"
    hosts = {
        target.partition(":")[0]
        for job in PROMETHEUS["scrape_configs"]
        for target in job["static_configs"][0]["targets"]
    }
    hosts |= {
        target.partition(":")[0]
        for target in PROMETHEUS["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    }
    assert hosts <= set(services)
    assert {*HUBS, "jobs"} <= hosts, "every process of the hub is asked"
    started = composed(**GIVEN)["configs"]["alertmanager"]["content"]
    [receiver] = yaml.safe_load(started)["receivers"]
    assert receiver["email_configs"][0]["smarthost"] == "mail:1025"
    ports = [port for one in services.values() for port in one.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []

"""Write the dashboard for Grafana, deploy/grafana/venue-hub.json, from the tables below: `python -m deploy.dashboard`.

A panel is a title, a unit and its queries. The layout follows from their order, so a new panel is one entry.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "grafana" / "venue-hub.json"
SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDE, COLUMNS = 24, 3
"""Columns of Grafana's grid, and panels beside each other."""
HEIGHTS = {"row": 1, "stat": 4, "timeseries": 8}
RATE = "$__rate_interval"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel with its queries by legend. A legend such as `{{reason}}` is one curve for each value of the label."""

    title: str
    unit: str
    queries: dict[str, str]
    kind: str = "timeseries"
    about: str = ""


def per_minute(metric: str, by: str = "") -> str:
    return f"60 * sum{f' by ({by})' if by else ''} (rate({metric}[{RATE}]))"


DECIDED = "venue_hub_scan_decisions_total"
TURNED_AWAY = f'{DECIDED}{{mode=~"verify|validate",result="RED"}}'
"""Also by a check: a gate that checks first never asks to admit whom the check has refused."""
LET_IN = f'{DECIDED}{{mode="verify",result="GREEN"}}'
ENTRIES = f'{DECIDED}{{mode="verify"}}'
CHECK_REFUSED = f'{DECIDED}{{mode="validate",result="RED"}}'


def either(one: str, other: str) -> str:
    """Return the rates of two selectors without a series in common. Either may have none yet."""
    return f"(rate({one}[{RATE}]) or rate({other}[{RATE}]))"


def share(part: str, whole: str) -> str:
    return f"sum(rate({part}[{RATE}])) / sum(rate({whole}[{RATE}]))"


def latencies(metric: str) -> dict[str, str]:
    return {
        f"{name} of 100": f"histogram_quantile(0.{name}, sum by (le) (rate({metric}_bucket[{RATE}])))"
        for name in ("50", "95", "99")
    }


ROWS: dict[str, tuple[Panel, ...]] = {
    "Now": (
        Panel("Hubs that answer", "none", {"": 'sum(up{job="venue-hub"})'}, "stat"),
        Panel("Alerts that fire", "none", {"": 'count(ALERTS{alertstate="firing"}) or vector(0)'}, "stat"),
        Panel("Scanners and control rooms", "none", {"": "sum(venue_hub_sockets_open)"}, "stat"),
        Panel("Scans a minute", "none", {"": per_minute("venue_hub_scan_decisions_total")}, "stat"),
        Panel(
            "Bookings a minute", "none", {"": per_minute('venue_hub_reservation_creation_total{result="success"}')}, "stat"
        ),
        Panel("Emails that wait", "none", {"": "max(venue_hub_outbox_pending)"}, "stat"),
    ),
    "Gates": (
        Panel(
            "Visitors by answer, a minute", "none",
            {"{{result}} {{reason}}": f"60 * sum by (result, reason) {either(ENTRIES, CHECK_REFUSED)}"},
        ),
        Panel("Time of a decision", "s", latencies("venue_hub_scan_decision_seconds")),
        Panel(
            "Open sockets", "none",
            {"scanners, control rooms": "sum(venue_hub_sockets_open)", "visitors' calendars": "sum(venue_hub_spectators_open)",
             "waiting rooms": "sum(venue_hub_waiting_sockets_open)"},
        ),
        Panel("Other scans a minute", "none", {"{{mode}}": per_minute('venue_hub_scan_decisions_total{mode!="verify"}', "mode")}),
        Panel(
            "Turned away", "percentunit",
            {"share of the visitors": f"sum(rate({TURNED_AWAY}[{RATE}])) / sum{either(TURNED_AWAY, LET_IN)}"},
        ),
        Panel("Scans without an answer a minute", "none", {"": per_minute("venue_hub_scans_unanswered_total")}),
        Panel("Refused sign-ins a minute", "none", {"{{reason}}": per_minute("venue_hub_operator_login_failures_total", "reason")}),
    ),
    "Portal": (
        Panel(
            "From ticket to booking, a minute", "none",
            {
                "tickets checked": per_minute('venue_hub_ticket_validation_total{result="valid"}'),
                "contacts checked": per_minute('venue_hub_contact_verification_total{check="format",result="valid"}'),
                "booked": per_minute('venue_hub_reservation_creation_total{result="success"}'),
            },
            about="Requests, and not people: a ticket that is checked twice counts twice.",
        ),
        Panel(
            "Refused tickets a minute", "none",
            {"{{reason}}": per_minute('venue_hub_ticket_validation_total{result="invalid"}', "reason")},
        ),
        Panel(
            "Refused bookings a minute", "none",
            {"{{result}}": per_minute('venue_hub_reservation_creation_total{result!="success"}', "result")},
        ),
        Panel("Activations a minute", "none", {"{{result}}": per_minute("venue_hub_ticket_activation_total", "result")}),
        Panel(
            "Contact checks a minute", "none",
            {"{{check}} {{result}}": per_minute("venue_hub_contact_verification_total", "check, result")},
        ),
        Panel("Time of a booking", "s", latencies("venue_hub_reservation_creation_seconds")),
        Panel("Time of a ticket check", "s", latencies("venue_hub_ticket_validation_seconds")),
        Panel("Seat admission a minute", "none", {"{{answer}}": per_minute("venue_hub_gate_answers_total", "answer")}),
    ),
    "Messages": (
        Panel(
            "Messages a minute", "none",
            {"{{channel}} {{kind}} {{result}}": per_minute("venue_hub_outbox_messages_total", "channel, kind, result")},
        ),
        Panel(
            "Webhooks a minute", "none",
            {
                "requests {{outcome}}": per_minute("venue_hub_webhook_requests_total", "outcome"),
                "events taken": per_minute("venue_hub_webhook_events_delivered_total"),
            },
        ),
        Panel(
            "What waits", "none",
            {
                "emails": "max(venue_hub_outbox_pending)",
                "webhook events": "max(venue_hub_webhook_events_waiting)",
                "webhook events held back": "max(venue_hub_webhook_events_held)",
                "webhook events given up": "max(venue_hub_webhook_events_dead)",
            },
        ),
    ),
    "Servers": (
        Panel("Requests a second", "reqps", {"{{status}}": f"sum by (status) (rate(venue_hub_http_request_seconds_count[{RATE}]))"}),
        Panel(
            "Slowest routes, 95 of 100", "s",
            {"{{method}} {{route}}": "topk(8, histogram_quantile(0.95, sum by (le, method, route)"
                                     f" (rate(venue_hub_http_request_seconds_bucket[{RATE}]))))"},
        ),
        Panel(
            "Failed transactions a minute", "none",
            {"{{pool}}": per_minute('venue_hub_database_transactions_total{result="failed"}', "pool")},
        ),
        Panel(
            "Busy connections to Postgres", "none",
            {"{{pool}}": 'sum by (pool) (venue_hub_database_pool_connections{state="open"})'
                         ' - sum by (pool) (venue_hub_database_pool_connections{state="idle"})'},
        ),
        Panel(
            "Event loop late, 99 of 100", "s",
            {"{{instance}}": f"histogram_quantile(0.99, sum by (le, instance) (rate(venue_hub_loop_lag_seconds_bucket[{RATE}])))"},
        ),
        Panel(
            "Connections", "none",
            {
                "open": "sum(venue_hub_connections_open)",
                "allowed for each process": "min(venue_hub_open_files_allowed)",
                "closed a minute, {{kind}}": per_minute("venue_hub_connections_closed_total", "kind"),
            },
        ),
        Panel(
            "Time of a batch, 95 of 100", "s",
            {"{{lane}}": f"histogram_quantile(0.95, sum by (le, lane) (rate(venue_hub_lane_flight_seconds_bucket[{RATE}])))"},
        ),
        Panel("Failed background jobs", "none", {"{{round}}": f"sum by (round) (increase(venue_hub_background_failures_total[{RATE}]))"}),
    ),
}  # fmt: skip


def build() -> dict[str, Any]:
    """Return the dashboard as Grafana reads it. The same tables give the same document."""
    panels: list[dict[str, Any]] = []
    top = 0
    for title, row in ROWS.items():
        panels.append(
            {"type": "row", "title": title, "collapsed": False, "panels": [], "gridPos": _place(0, top, WIDE, "row")}
        )
        top += HEIGHTS["row"]
        beside = len(row) if row[0].kind == "stat" else COLUMNS
        for n, panel in enumerate(row):
            down = top + n // beside * HEIGHTS[panel.kind]
            panels.append(_panel(panel, _place(n % beside * (WIDE // beside), down, WIDE // beside, panel.kind)))
        top += -(-len(row) // beside) * HEIGHTS[row[0].kind]
    for number, one in enumerate(panels, 1):
        one["id"] = number
    return {
        "uid": "venue-hub", "title": "Venue Hub", "tags": ["venue-hub"], "schemaVersion": 39, "version": 1, "editable": True,
        "timezone": "browser", "refresh": "30s", "time": {"from": "now-6h", "to": "now"}, "graphTooltip": 1,
        "templating": {"list": [{"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}]},
        "annotations": {"list": []}, "links": [], "panels": panels,
    }  # fmt: skip


def _place(left: int, top: int, width: int, kind: str) -> dict[str, int]:
    return {"x": left, "y": top, "w": width, "h": HEIGHTS[kind]}


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + n), "expr": query, "legendFormat": legend or "__auto", "datasource": SOURCE}
        for n, (legend, query) in enumerate(panel.queries.items())
    ]
    curves = panel.kind == "timeseries"
    custom: dict[str, Any] = (
        {"custom": {"fillOpacity": 10, "lineWidth": 2, "showPoints": "never"}} if curves else {"decimals": 0}
    )
    shown: dict[str, Any] = (
        {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
        if curves
        else {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "none", "graphMode": "area"}
    )
    return {
        "type": panel.kind, "title": panel.title, "description": panel.about, "datasource": SOURCE, "gridPos": place,
        "targets": targets, "options": shown,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, **custom}, "overrides": []},
    }  # fmt: skip


def text() -> str:
    return json.dumps(build(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")

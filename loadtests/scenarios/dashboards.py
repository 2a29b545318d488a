"""Managers with an open control room: live counts, the feed of scans and the figures, compared with fresh snapshots."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import gevent
from locust import tag, task

from loadtests.framework import history
from loadtests.framework.socket_session import Frame
from loadtests.framework.socket_users import SocketUser
from loadtests.framework.users import WrongAnswer

TOTALS = ("verified", "booked", "capacity", "inside", "exited", "reentered")
REMEMBERED = 200
"""States of the counts that a dashboard keeps, to compare one of the same revision."""
HEALED_WITHIN = 5.0
"""Seconds in which a dashboard must have what a snapshot had. The hub corrects lost events within two."""
CLOCK_SAMPLES = 3
LINGERS = 3.0
"""Seconds that a dashboard stays after the end, to see the last scans of the others."""


class Dashboard(SocketUser):
    """Follows counts, scans and figures of today. Every few seconds it compares what it shows with a snapshot."""

    logins = "manager tokens"
    arrivals_per_second = 0.25
    poisson = False
    weight = 2
    subscribes = ("counts", "scans", "figures")

    def on_start(self) -> None:
        self._counts: dict[int, dict[str, int]] = {}
        self._revision = dict.fromkeys(self.subscribes, -1)
        self._skew = 0.0
        super().on_start()
        self._skew = self._clock_skew()

    def on_stop(self) -> None:
        gevent.sleep(LINGERS)
        if self._counts:
            revision = self._revision["counts"]
            history.record("dashboards", {"revision": revision, **self._counts[revision]})
        super().on_stop()

    # -- what is shown ------------------------------------------------------------------------------------------

    def on_snapshot(self, topic: str, data: dict[str, Any]) -> None:
        if topic == "counts":
            self._counts.clear()
            self._show(data["revision"], data)
        self._revision[topic] = data["revision"]

    def on_event(self, topic: str, frame: Frame) -> None:
        revision, data = frame["revision"], frame["data"]
        if topic not in self._revision:
            return
        before, self._revision[topic] = self._revision[topic], max(revision, self._revision[topic])
        if topic == "counts" and revision > before:
            self._show(revision, data)
        elif topic == "scans":
            self._feed(before, revision, data)

    def _show(self, revision: int, data: dict[str, Any]) -> None:
        self._counts[revision] = {name: data[name] for name in TOTALS}
        while len(self._counts) > REMEMBERED:
            del self._counts[min(self._counts)]

    def _feed(self, before: int, revision: int, data: dict[str, Any]) -> None:
        """Check that no scan is missing from the feed, and measure from the newest scan of an event to its frame."""
        scans = data.get("scans") or ()
        if revision - before != len(scans) + data.get("more", 0):
            history.trouble("a feed's revision does not count its scans")
        newest = max((one["at"] for one in scans if one["source"] == "socket"), default=None)
        if newest is not None:
            seconds = time.time() + self._skew - datetime.fromisoformat(newest).timestamp()
            with self.check("feed from scan to frame", began=time.perf_counter() - max(0.0, seconds)):
                pass

    def _clock_skew(self) -> float:
        """Return how many seconds the hub's clock is ahead, from the fastest of a few answers."""
        samples = []
        for _ in range(CLOCK_SAMPLES):
            began, sent = time.perf_counter(), time.time()
            with self.check("ping") as check:
                server = self.live().data("ping")["server_time"]
                took = time.perf_counter() - began
                samples.append((took, datetime.fromisoformat(server).astimezone(UTC).timestamp() - sent - took / 2))
            if not check.right:
                return self._skew
        return min(samples)[1]

    # -- comparisons --------------------------------------------------------------------------------------------

    @tag("dashboards", "counts")
    @task(3)
    def compare_counts(self) -> None:
        """A snapshot and the events must agree: equal revisions are equal states, and no event may be missing."""
        with self.check("counts snapshot") as check:
            snapshot = self.live().data("subscribe", topic="counts")
            self.live().data("unsubscribe", subscription=snapshot["subscription"])
        if not check.right:
            return
        revision, totals = snapshot["revision"], {name: snapshot[name] for name in TOTALS}
        over_slots = sum(slot["verified"] for slot in snapshot["slots"])
        with self.check("counts after a snapshot"):
            if totals["inside"] != totals["verified"] - totals["exited"] + totals["reentered"]:
                raise WrongAnswer(f"inside is not verified minus exited plus reentered: {totals}")
            if totals["verified"] < over_slots:
                raise WrongAnswer(f"the venue has {totals['verified']} entries, its slots {over_slots}")
            deadline = time.monotonic() + HEALED_WITHIN
            while self._revision["counts"] < revision:
                if time.monotonic() > deadline:
                    raise WrongAnswer(f"no event of revision {revision} within {HEALED_WITHIN:g} s")
                gevent.sleep(0.02)
            shown = self._counts.get(revision, totals)
            if shown != totals:
                raise WrongAnswer(f"shows {shown} at revision {revision}, and a snapshot has {totals}")

    @tag("dashboards", "figures")
    @task(1)
    def compare_figures(self) -> None:
        """The figures by minute must add up to no more than the entries of the counts that follow them."""
        with self.check("figures snapshot"):
            figures = self.live().data("subscribe", topic="figures")
            self.live().data("unsubscribe", subscription=figures["subscription"])
            counts = self.live().data("subscribe", topic="counts")
            self.live().data("unsubscribe", subscription=counts["subscription"])
            entered = sum(row[4] for gate in figures["gates"] for row in gate["minutes"])
            if entered > counts["verified"]:
                raise WrongAnswer(f"figures have {entered} entries, and later counts {counts['verified']}")

"""Readings of alerts: what is compared with a threshold, from the counts of all processes. A row of `WATCHES` is an alert.

To add one, count what it measures, and add a row here, the column of its threshold, a policy, its kind in `alerts` and its words.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from hub.observability.alert_metrics import at, percentile

HOUR_MINUTES = 60
RATE_MINUTES = 15
LATENCY_MINUTES = 5
LEAST = 20
"""Smallest number of bookings, responses and so on for which a share is measured."""
FEWEST_MAILS = 10
"""The same of e-mails. A mail server that is away gets one try a minute."""
NO_VENUE = 0
P95 = 0.95


class Measured(NamedTuple):
    """Counts of all processes by name and place, in the last hour, `RATE_MINUTES` and `LATENCY_MINUTES`."""

    hour: Counter[str]
    quarter: Counter[str]
    recent: Counter[str]


class Reading(NamedTuple):
    venue_id: int
    kind: str
    subject: str
    value: float
    threshold: float
    details: dict[str, Any]
    measured: bool = True
    """False: there were too few cases, or nobody watches this any more. It counts as 0, and is not shown."""

    @property
    def key(self) -> tuple[int, str, str]:
        return self.venue_id, self.kind, self.subject


class Value(NamedTuple):
    value: float | None
    """None: too few cases."""
    details: dict[str, Any] | None = None


class Place(NamedTuple):
    """A venue. Counts without a known venue (an unknown slot, an unknown user name) go to the organisation's first one."""

    org_id: int
    venue_id: int
    is_first: bool
    has_others: bool

    def at_venue(self, counted: Counter[str], name: str) -> int:
        return counted[at(name, self.org_id, self.venue_id)] + self.unplaced(counted, name)

    def unplaced(self, counted: Counter[str], name: str) -> int:
        return counted[at(name, self.org_id, NO_VENUE)] if self.is_first else 0

    def of_organisation(self, counted: Counter[str], name: str) -> int:
        """Return what is counted for the organisation alone, which each of its venues compares with its own threshold."""
        return counted[at(name, self.org_id, NO_VENUE)]

    def details(self, counted: Counter[str], name: str) -> dict[str, Any]:
        """Return how many of these belong to no known venue, if there are others to which they may belong."""
        unplaced = self.unplaced(counted, name) if self.has_others else 0
        return {"unplaced": unplaced} if unplaced else {}


Read = Callable[[Measured, Place], Value]


def _share(bad: int, of: int, least: int = LEAST) -> float | None:
    return 100.0 * bad / of if of >= least else None


def _share_of(bad: str, good: str) -> Read:
    """Read the share of `bad` among both at the venue, in the last `RATE_MINUTES`."""

    def read(measured: Measured, place: Place) -> Value:
        counted = measured.quarter
        failed = place.at_venue(counted, bad)
        return Value(_share(failed, failed + place.at_venue(counted, good)), place.details(counted, bad))

    return read


def _share_of_organisation(bad: str, good: str, least: int = LEAST) -> Read:
    """Read the same of the whole organisation, for what belongs to no venue."""

    def read(measured: Measured, place: Place) -> Value:
        failed = place.of_organisation(measured.quarter, bad)
        return Value(_share(failed, failed + place.of_organisation(measured.quarter, good), least))

    return read


def _number_of(name: str) -> Read:
    """Read how many there were at the venue in the last `RATE_MINUTES`."""
    return lambda measured, place: Value(place.at_venue(measured.quarter, name), place.details(measured.quarter, name))


def _milliseconds(what: str) -> Read:
    """Read the 95th percentile of the whole hub in the last `LATENCY_MINUTES`."""

    def read(measured: Measured, _place: Place) -> Value:
        seconds, answered = percentile(measured.recent, P95, what)
        return Value(1000 * seconds if answered >= LEAST else None)

    return read


def _slots_full(measured: Measured, place: Place) -> Value:
    """Read which share of the venue's bookings of the last hour met a slot without a place."""
    counted = measured.hour
    asked = place.at_venue(counted, "booked") + place.at_venue(counted, "not_booked")
    return Value(_share(place.at_venue(counted, "slot_full"), asked), place.details(counted, "slot_full"))


def _rollbacks(measured: Measured, _place: Place) -> Value:
    """Read the share of failed transactions of the pool that has the most. A pool of many reads does not hide another's locks."""
    counted = measured.quarter
    pools = {name.partition(".")[2] for name in counted if name.startswith(("committed.", "failed."))} - {"readiness"}
    shares = []
    for pool in pools:
        begun = sum(counted[f"{end}.{pool}"] for end in ("committed", "refused", "failed"))
        share = _share(counted[f"failed.{pool}"], begun)
        if share is not None:
            shares.append((share, pool))
    worst, pool = max(shares, default=(None, ""))
    return Value(worst, {"pool": pool} if worst else {})


WATCHES: tuple[tuple[str, str, Read], ...] = (
    ("failure_rate", "alert_failure_percent", _share_of("not_booked", "booked")),
    ("latency", "alert_latency_ms", _milliseconds("t")),
    ("login_failures", "alert_login_failures", _number_of("login_failed")),
    ("check_failures", "alert_check_percent", _share_of_organisation("check_refused", "check_passed")),
    ("slot_full", "alert_slot_full_percent", _slots_full),
    ("booking_latency", "alert_booking_ms", _milliseconds("booking")),
    ("booking_errors", "alert_booking_errors", _number_of("booking_error")),
    ("activation_failures", "alert_activation_percent", _share_of("not_activated", "activated")),
    ("rejections", "alert_rejection_percent", _share_of("turned_away", "let_in")),
    ("scan_timeouts", "alert_scan_timeouts", _number_of("scan_late")),
    ("mail_failures", "alert_mail_percent", _share_of_organisation("mail_failed", "mail_sent", FEWEST_MAILS)),
    ("rollbacks", "alert_rollback_percent", _rollbacks),
)
"""Kind, policy with the threshold, and what is read. Fullest days and people inside are read from tables (`alerts.py`)."""

NAMES_LOCKED = _number_of("names_locked")


def readings_of_counts(org_id: int, venues: Mapping[int, Any], measured: Measured) -> Iterable[Reading]:
    """Return the readings of each venue, in order of their ids, by its own counts and thresholds."""
    for n, venue in enumerate(venues.values()):
        place = Place(org_id, venue["id"], is_first=n == 0, has_others=len(venues) > 1)
        for kind, column, read in WATCHES:
            if venue[column] is not None:
                yield _reading(place, kind, read(measured, place), venue[column])
        # One is told, unless the venue does not watch sign-ins. So slow guessing is seen below any number of failures.
        if venue["alert_login_failures"] is not None:
            yield _reading(place, "names_locked", NAMES_LOCKED(measured, place)._replace(details=None), 1)


def _reading(place: Place, kind: str, found: Value, threshold: int) -> Reading:
    value, measured = round(found.value or 0.0, 1), found.value is not None
    return Reading(place.venue_id, kind, "", value, float(threshold), found.details or {}, measured)

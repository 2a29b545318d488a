"""Table of topics: the name of each topic, the role it needs, and the function that opens a subscription.

counts    the counts of a venue's day: all in the reply, then the changes
figures   the statistics of the same day by minute and gate
tickets   that tickets of the organisation changed
devices   the scanners of a venue
alerts    measured values that are at or over their threshold
alarms    codes shown at two gates
scans     every decision at the gates of a venue, through a filter
scanner   what an enrolled scanner learns about itself
notices   messages to one staff member, to a gate or to all, or to one scanner
messages  what the control room has sent to the gates, and who has read it
conflicts visitors whom offline scanners let in against the hub's decision
disputes  what operators ask supervisors, and what these answer

A topic is a file of this folder, a row here and a body in `protocol/event_bodies.py`.
"""

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from hub.access.roles import Role
from hub.live.topics.alarms import open_alarms
from hub.live.topics.alerts import open_alerts
from hub.live.topics.conflicts import open_conflicts
from hub.live.topics.context import TopicContext
from hub.live.topics.counts import open_counts
from hub.live.topics.devices import open_devices
from hub.live.topics.disputes import open_disputes
from hub.live.topics.figures import open_figures
from hub.live.topics.messages import open_messages
from hub.live.topics.notices import open_notices
from hub.live.topics.scanner import open_scanner
from hub.live.topics.scans import open_scans
from hub.live.topics.subscribe_request import SubscribeRequest
from hub.live.topics.tickets import open_tickets


class Topic(NamedTuple):
    """A topic. `role` is the lowest one that may subscribe. `open` subscribes the client and returns the reply."""

    role: Role
    open: Callable[[TopicContext, SubscribeRequest], dict[str, Any] | Coroutine[Any, Any, dict[str, Any]]]


TOPICS: dict[str, Topic] = {
    "counts": Topic(Role.OPERATOR, open_counts),
    "figures": Topic(Role.MANAGER, open_figures),
    "tickets": Topic(Role.OPERATOR, open_tickets),
    "devices": Topic(Role.MANAGER, open_devices),
    "alerts": Topic(Role.MANAGER, open_alerts),
    "alarms": Topic(Role.MANAGER, open_alarms),
    "scans": Topic(Role.MANAGER, open_scans),
    "scanner": Topic(Role.OPERATOR, open_scanner),
    "notices": Topic(Role.OPERATOR, open_notices),
    "messages": Topic(Role.MANAGER, open_messages),
    "conflicts": Topic(Role.MANAGER, open_conflicts),
    "disputes": Topic(Role.MANAGER, open_disputes),
}

"""Topic `scanner`: what an enrolled scanner receives about itself: its name, gate and mode, and whether it must delete what it keeps."""

from typing import Any

from hub.access.scanners import TOPIC, policy_body
from hub.events.announcements import TopicEvent
from hub.live.topics.context import TopicContext
from hub.live.topics.events import open_events
from hub.live.topics.subscribe_request import SubscribeRequest


async def open_scanner(context: TopicContext, _: SubscribeRequest) -> dict[str, Any]:
    """Reply with this scanner, or null for a device that is not enrolled; then send each change."""

    def wants(event: TopicEvent) -> bool:
        return context.scanner is not None and event.device == context.scanner.device_id

    async def read() -> dict[str, Any]:
        await context.find_scanner()
        scanner = context.scanner
        if scanner is None:
            return {"scanner": None}
        return policy_body(scanner)

    return await open_events(context, TOPIC, read, wants=wants)

"""The limits that several actions share."""

MAX_ATTEMPTS = 4
"""How often an action reads and decides again because what it read had changed before its guarded write.

Losing four times in a row takes four other writers of one ticket within milliseconds; then the answer is BUSY.
"""

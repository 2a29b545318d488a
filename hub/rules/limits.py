"""Limits that several actions share."""

MAX_ATTEMPTS = 4
"""Attempts of an action to read, decide and write, if what it read had changed before its guarded write.

To fail four times in a row takes four other writers of one ticket within milliseconds. Then the answer is BUSY.
"""

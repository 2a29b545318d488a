"""The limits of what a request may hold. Lengths are in characters unless a name says otherwise."""

BODY_BYTES = 10 * 1024
SYNC_BODY_BYTES = 64 * 1024
BODY_SECONDS = 5.0
"""A body that is dripped byte by byte would hold a socket for ever."""

LARGEST_ID = 2**53 - 1
"""Beyond this a JavaScript client cannot tell two integers apart."""
LARGEST_VENUE_ID = 2**31 - 1
MOST_PROOFS = 4
MOST_SPAN_DAYS = 92
MOST_ROWS, USUAL_ROWS = 200, 50
"""Of one page of a list."""

LONGEST_TYPED_CODE = 256
"""A ticket code in a request; what is compared is shorter."""
LONGEST_SCAN_FIELD = 2048
"""A code, a token, or an address with one of them in it. A queued scan holds less: `LONGEST_SCANNED_TEXT` of the scan requests."""
LONGEST_EMAIL = 320
LONGEST_PHONE = 64
LONGEST_CONTACT_CODE = 64
LONGEST_PROOF = 2048
LONGEST_TOKEN = 200
"""A reservation's token, an idempotency key, a cursor."""
LEAST_SEARCH, LONGEST_SEARCH = 3, 200
LONGEST_SESSION_TOKEN = 2048
LONGEST_LABEL = 64
"""The name of a gate or a device, and a filter of the scan log."""
LONGEST_NOTE = 500
LONGEST_USERNAME = 200
LONGEST_PASSWORD = 1024
LONGEST_PIN = 32

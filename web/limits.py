"""Limits of requests. Lengths are in characters unless the name says bytes or seconds."""

BODY_BYTES = 10 * 1024
SYNC_BODY_BYTES = 64 * 1024
SHOW_BODY_BYTES = 256 * 1024
"""A show with its texts in every language of the hub."""
SHIFTS_BODY_BYTES = 64 * 1024
"""A staff member with 200 shifts."""
SHOW_FORM_BYTES = 1024 * 1024
"""The form of a show: three descriptions of 20,000 characters, each up to nine bytes long in a form."""
BODY_SECONDS = 5.0
"""Time for a whole body to arrive. Without it, a client that sends byte by byte would hold a socket for ever."""
GUEST_LIST_BYTES = 400 * 1024
"""A pasted guest list of 500 lines, up to nine bytes a character in a form."""
UPLOAD_PIECE_SECONDS = 10.0
"""Seconds that the next piece of a large upload may take."""
POSTER_SECONDS = 60.0
"""The same for an image of up to 4 MB from a phone."""

LARGEST_ID = 2**53 - 1
"""Largest id: JavaScript represents no larger integers exactly."""
LARGEST_VENUE_ID = 2**31 - 1
MOST_PROOFS = 4
MOST_SPAN_DAYS = 92
MOST_ROWS, USUAL_ROWS = 200, 50
"""Maximum and default number of rows in a page of a list."""

LONGEST_TYPED_CODE = 256
"""A ticket code in a request, before it is normalised. Stored codes are shorter."""
LONGEST_SCAN_FIELD = 2048
"""A code, a token, or a URL with one of them. An offline scan may hold only `LONGEST_SCANNED_TEXT` (scan requests)."""
LONGEST_EMAIL = 320
LONGEST_PHONE = 64
LONGEST_CONTACT_CODE = 64
LONGEST_PROOF = 2048
LONGEST_TOKEN = 200
"""A reservation's token, an idempotency key, or a cursor."""
LONGEST_ROOM_KEY = 40
"""The key of a waiting room, such as `day:1:2026-11-20`."""
LEAST_SEARCH, LONGEST_SEARCH = 2, 200
LONGEST_SESSION_TOKEN = 2048
LONGEST_IF_NONE_MATCH = 2000
"""A list of entity tags; a browser sends one of 26 characters."""
LONGEST_LABEL = 64
"""The name of a gate or a device, or a filter of the scan log."""
LONGEST_NOTE = 500
LONGEST_NAME, LONGEST_NOTES = 200, 1000
"""A visitor's name, and the notes of a booking, as they are typed."""
LARGEST_PARTY = 1000
LONGEST_REFERENCE = 64
"""An order's reference."""
ORDER_BODY_BYTES = 64 * 1024
"""An order of 50 products, or a refund that names 1,000 tickets."""
MOST_REFUNDED = 1_000
"""Tickets that one refund may name."""
MOST_TICKETS = 10_000
"""Tickets that one request may issue; `hub tickets issue` makes more."""
MOST_TIMES, MOST_DATES = 24, 200
"""Times of a day and single dates that the run of a show may name."""
LONGEST_USERNAME = 200
LONGEST_ORGANISATION = 100
LONGEST_ZONE = 64
LONGEST_COUNTRY = 8
LONGEST_LANGUAGE = 16
LONGEST_PASSWORD = 1024
LONGEST_PIN = 32
LONGEST_SECOND_FACTOR = 64
"""A code of an authenticator app or a recovery code, as it is typed."""

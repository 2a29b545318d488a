"""The venue: what it believes, what it does, how it speaks."""

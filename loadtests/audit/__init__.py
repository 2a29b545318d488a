"""The audit at the end of a run: the tables, the clients' histories and what a fresh client is shown must agree."""

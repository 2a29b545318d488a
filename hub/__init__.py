"""Venue Hub: rules, actions, live updates, and everything that runs them. `docs/architecture.md` lists the folders."""

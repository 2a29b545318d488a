"""The commands of `hub`, one file for each group: the actions they call and what they print."""

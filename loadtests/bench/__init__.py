"""Benchmarks: one file per row of the table of figures. Each figure and its limit are measured in the same run."""

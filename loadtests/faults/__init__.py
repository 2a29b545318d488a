"""Faults: one case per file, each with a control that must be found, a recorder of what clients were promised, and its checker."""

"""Imports of ticket files: uploaded, checked line by line, then stored in batches that a crash only interrupts."""

"""Locust scenarios: operators at the doors and customers at their phones, each checking every answer it gets."""

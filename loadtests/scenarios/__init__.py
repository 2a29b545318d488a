"""Locust scenarios: operators who scan and customers who book. Both check every answer."""

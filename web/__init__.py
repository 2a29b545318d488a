"""The HTTP side of the hub: routes, pages, the JSON API, and static files."""

"""What a browser gets: routes, pages, the HTTP interface."""

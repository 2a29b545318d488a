"""The pages: the HTML that a browser gets. Handlers stay thin; the scripts of the pages use the JSON API and the socket."""

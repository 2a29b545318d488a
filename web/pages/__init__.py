"""The HTML pages. Their handlers do little, because the scripts of the pages use the JSON API and the WebSocket."""

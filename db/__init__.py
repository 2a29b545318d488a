"""What is stored: migrations, queries, scripts, and the thin loaders for them."""

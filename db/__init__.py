"""Storage: migrations, queries, Lua scripts, and thin loaders for them."""

"""Storage: migrations, SQL queries, Lua scripts, and the modules that load and run them."""

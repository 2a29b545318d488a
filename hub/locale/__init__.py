"""Message catalogues, one folder per language, and the tool that updates them (`make messages`)."""

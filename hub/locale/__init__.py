"""The catalogues of words, one folder per language, and the tool that keeps them complete (`make messages`)."""

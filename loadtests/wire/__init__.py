"""The generator's own clients, so light that the generator is never the limit."""

"""The generator's own clients: small enough that the generator is never what is measured."""

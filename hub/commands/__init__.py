"""The functions behind the subcommands of `hub`, one file for each group. They call actions and print the result."""
